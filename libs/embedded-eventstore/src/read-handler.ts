import { randomUUID } from 'node:crypto';
import type { ServerWritableStream } from '@grpc/grpc-js';
import { handlerError } from './responses.js';
import { ReaderConnection } from './reader-connection.js';
import { compileFilter, type Filter } from './filter.js';
import type { Log } from './log.js';
import type { LogEntry } from './log.pages.js';
import {
  encodeCaughtUpFrame,
  encodeCheckpointFrame,
  encodeConfirmationFrame,
  encodeNotFoundFrame,
  type ReadRequest,
} from './messages.js';

type ReadCall = ServerWritableStream<ReadRequest, readonly Uint8Array[]>;

/** A stream or the whole log. An offset is a revision in a stream, a position in the log. */
interface ReadSource {
  readonly readPage: (from: number) => readonly LogEntry[];
  readonly offsetOf: (entry: LogEntry) => number;
  readonly onNextAppend: (listener: () => void) => () => void;
  readonly lastOffset: number;
  readonly filter: Filter | undefined;
}

/** Handles a Read call, which is either a read or, without a count, a subscription. */
export async function handleRead(log: Log, call: ReadCall): Promise<void> {
  const source = toSource(log, call.request);
  const reader = new ReaderConnection(call);
  const { stream, count } = call.request;
  if (count === undefined) {
    await subscribe(source, reader, call.request);
  } else {
    if (count === 0 || (stream !== undefined && call.request.direction === 1 && call.request.from === 'end'))
      throw handlerError(`Unexpected Read${stream === undefined ? 'All' : 'Stream'}Result: Error`);
    if (stream !== undefined && source.lastOffset < 0) await reader.send([encodeNotFoundFrame(stream)]);
    else await read(source, reader, call.request, count);
  }
  call.end();
}

function toSource(log: Log, { stream, direction, filter }: ReadRequest): ReadSource {
  if (stream === undefined)
    return {
      readPage: (from) => log.readPage(from, direction),
      offsetOf: (entry) => entry.position,
      onNextAppend: (listener) => log.onNextAppend(listener),
      lastOffset: log.lastPosition,
      filter: filter && compileFilter(filter),
    };
  return {
    readPage: (from) => log.readStreamPage(stream, from, direction),
    offsetOf: (entry) => entry.revision,
    onNextAppend: (listener) => log.onNextAppend(listener, stream),
    lastOffset: log.lastRevision(stream),
    filter: undefined,
  };
}

/** Sends up to `count` events, none that were appended after the call. */
async function read(
  { readPage, offsetOf, lastOffset, filter }: ReadSource,
  reader: ReaderConnection,
  { from, direction, stream }: ReadRequest,
  count: number,
): Promise<void> {
  // A start is inclusive, except for a position backwards.
  const start =
    from === 'start'
      ? 0
      : from === 'end'
        ? direction === 1
          ? lastOffset + 1
          : lastOffset
        : direction === -1 && stream === undefined
          ? from - 1
          : from;
  // Never start after the end: a page of only newer events would be empty, which means that there is nothing more.
  let offset = direction === -1 ? Math.min(start, lastOffset) : start;
  for (let left = count; left > 0 && !reader.isClosed;) {
    const entries = readPage(offset).filter((entry) => offsetOf(entry) <= lastOffset);
    const last = entries.at(-1);
    if (!last) return;
    const wanted = (filter ? entries.filter(filter.matches) : entries).slice(0, left);
    await reader.send(wanted.map((entry) => entry.frame));
    left -= wanted.length;
    offset = offsetOf(last) + direction;
  }
}

/**
 * Sends page after page, and waits for the next append when there is none. Catching up and live events are the same loop, so no
 * event is lost or repeated in between, and nothing is buffered for a slow reader.
 */
async function subscribe(
  { readPage, offsetOf, onNextAppend, lastOffset, filter }: ReadSource,
  reader: ReaderConnection,
  { from }: ReadRequest,
): Promise<void> {
  if (filter && filter.checkpointEvery === 0) throw handlerError();
  const framesOf = filter
    ? createFrameFilter(filter)
    : (entries: readonly LogEntry[]) => entries.map((entry) => entry.frame);
  let offset = from === 'start' ? 0 : from === 'end' ? lastOffset + 1 : from + 1;
  let caughtUp = false;
  await reader.send([encodeConfirmationFrame(randomUUID())]);
  while (!reader.isClosed) {
    const entries = readPage(offset);
    const last = entries.at(-1);
    if (last) {
      offset = offsetOf(last) + 1;
      await reader.send(framesOf(entries));
    } else if (!caughtUp) {
      caughtUp = true;
      await reader.send([encodeCaughtUpFrame()]);
    } else await reader.waitFor(onNextAppend);
  }
}

/** Returns a function that selects the frames of matching events and adds a checkpoint after every `checkpointEvery` events. */
function createFrameFilter({ matches, checkpointEvery }: Filter): (entries: readonly LogEntry[]) => Uint8Array[] {
  let compared = 0;
  return (entries) =>
    entries.flatMap((entry) => {
      const frames = matches(entry) ? [entry.frame] : [];
      return ++compared % checkpointEvery === 0 ? [...frames, encodeCheckpointFrame(entry.position)] : frames;
    });
}
