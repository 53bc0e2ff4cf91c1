import { randomUUID } from 'node:crypto';
import type { ServerWritableStream } from '@grpc/grpc-js';
import { broken } from './answers.js';
import { Delivery } from './delivery.js';
import { compileFilter, type Filter } from './filter.js';
import type { Log } from './log.js';
import type { Entry } from './log.pages.js';
import { caughtUpFrame, checkpointFrame, confirmationFrame, notFoundFrame, type ReadRequest } from './messages.js';

type ReadCall = ServerWritableStream<ReadRequest, readonly Uint8Array[]>;

/** A stream or the whole log, seen by its places: revisions or positions. */
interface Source {
  readonly page: (from: number) => readonly Entry[];
  readonly placeOf: (entry: Entry) => number;
  readonly onChange: (changed: () => void) => () => void;
  readonly last: number;
  readonly filter: Filter | undefined;
}

/** Answers a Read call: a read that ends, or a subscription that doesn't. */
export async function answerRead(log: Log, call: ReadCall): Promise<void> {
  const source = sourceOf(log, call.request);
  const delivery = new Delivery(call);
  const { stream, count } = call.request;
  if (count === undefined) {
    await subscribe(source, delivery, call.request);
  } else {
    if (count === 0 || (stream !== undefined && call.request.direction === 1 && call.request.from === 'end'))
      throw broken(`Unexpected Read${stream === undefined ? 'All' : 'Stream'}Result: Error`);
    if (stream !== undefined && source.last < 0) await delivery.send([notFoundFrame(stream)]);
    else await read(source, delivery, call.request, count);
  }
  call.end();
}

function sourceOf(log: Log, { stream, direction, filter }: ReadRequest): Source {
  if (stream === undefined)
    return {
      page: (from) => log.page(from, direction),
      placeOf: (entry) => entry.position,
      onChange: (changed) => log.onChange(changed),
      last: log.tail,
      filter: filter && compileFilter(filter),
    };
  return {
    page: (from) => log.streamPage(stream, from, direction),
    placeOf: (entry) => entry.revision,
    onChange: (changed) => log.onChange(changed, stream),
    last: log.last(stream),
    filter: undefined,
  };
}

/** Reads up to the end as it was when the call came. */
async function read(
  { page, placeOf, last, filter }: Source,
  delivery: Delivery,
  { from, direction, stream }: ReadRequest,
  count: number,
): Promise<void> {
  // Backwards from a position is exclusive, everything else is inclusive.
  const start =
    from === 'start'
      ? 0
      : from === 'end'
        ? direction === 1
          ? last + 1
          : last
        : direction === -1 && stream === undefined
          ? from - 1
          : from;
  // Beyond the end lies what was committed since; a page of that alone would look like the beginning of the log.
  let place = direction === -1 ? Math.min(start, last) : start;
  for (let left = count; left > 0 && !delivery.gone;) {
    const entries = page(place).filter((entry) => placeOf(entry) <= last);
    const newest = entries.at(-1);
    if (!newest) return;
    const wanted = (filter ? entries.filter(filter.matches) : entries).slice(0, left);
    await delivery.send(wanted.map((entry) => entry.frame));
    left -= wanted.length;
    place = placeOf(newest) + direction;
  }
}

/**
 * Sends pages for as long as there are any, then waits for the next append: catching up and live are the same loop over the
 * log, so that nothing is lost or doubled between them, and nothing is buffered for a slow reader.
 */
async function subscribe(
  { page, placeOf, onChange, last, filter }: Source,
  delivery: Delivery,
  { from }: ReadRequest,
): Promise<void> {
  if (filter && filter.checkpointEvery === 0) throw broken();
  const framesOf = filter ? filteredFrames(filter) : (entries: readonly Entry[]) => entries.map((entry) => entry.frame);
  let place = from === 'start' ? 0 : from === 'end' ? last + 1 : from + 1;
  let caughtUp = false;
  await delivery.send([confirmationFrame(randomUUID())]);
  while (!delivery.gone) {
    const entries = page(place);
    const newest = entries.at(-1);
    if (newest) {
      place = placeOf(newest) + 1;
      await delivery.send(framesOf(entries));
    } else if (!caughtUp) {
      caughtUp = true;
      await delivery.send([caughtUpFrame()]);
    } else await delivery.until(onChange);
  }
}

/** Those that match, and a checkpoint after each so many considered. */
function filteredFrames({ matches, checkpointEvery }: Filter): (entries: readonly Entry[]) => Uint8Array[] {
  let considered = 0;
  return (entries) =>
    entries.flatMap((entry) => {
      const frames = matches(entry) ? [entry.frame] : [];
      return ++considered % checkpointEvery === 0 ? [...frames, checkpointFrame(entry.position)] : frames;
    });
}
