import { LogCheck, TamperedStream, type EventStore, type LogReport } from '#libs/event-store';
import { findUnknownClaims } from '#libs/users';
import type { Installation } from './installation.js';

/** How often progress is shown, ms. */
const progressMs = 3_000;
/** How many streams are read at the same time. */
const concurrency = 16;
/** With more streams that have foreign events, the further ones are only counted. */
const maxForeignLines = 1_000;

/**
 * Checks the whole log, and then each stream as commands read it, because an event store could answer the two differently.
 * Returns the lines to print: the findings and a summary.
 */
export async function verifyLog(
  { store, vault }: Pick<Installation, 'store' | 'vault'>,
  namespace: string,
  show: (text: string) => void,
): Promise<{ lines: string[]; isWell: boolean }> {
  const { witness, authentication: keys } = vault;
  const check = new LogCheck({ namespace, keys, witness });
  const showNow = limitRate(show);
  for await (const event of store.readRawLog()) {
    check.add(event);
    showNow(() => `${check.count} events are read, up to position ${event.position}.`);
  }
  await checkStreams(store, check, showNow);
  for (const stream of await findUnknownClaims({ store, vault }))
    check.addTampered(stream, 'it claims an address, and the vault does not have it for that address');
  const changedStreams = witness
    .listIncidents(Infinity)
    .flatMap(({ stream, first }) => (first === undefined ? [stream] : []));
  return describe(check.finish(changedStreams), witness.position);
}

/** Reads every stream as commands do. */
async function checkStreams(store: EventStore, check: LogCheck, showNow: (text: () => string) => void): Promise<void> {
  let count = 0;
  // One iterator for all: each takes the next stream.
  const streams = check.lastRevisions();
  const work = async (): Promise<void> => {
    for (const [stream, last] of streams) {
      const reason = await findDifference(store, stream, last);
      if (reason !== undefined) check.addTampered(stream, reason);
      count++;
      showNow(() => `${count} streams are read.`);
    }
  };
  await Promise.all(Array.from({ length: concurrency }, work));
}

async function findDifference(store: EventStore, stream: string, last: number): Promise<string | undefined> {
  try {
    const found = await store.checkWholeStream(stream);
    return found === last
      ? undefined
      : `a read of it ends at revision ${found}, in the log it ends at revision ${last}`;
  } catch (error) {
    if (error instanceof TamperedStream) return error.reason;
    throw error;
  }
}

function describe(report: LogReport, seen: number): { lines: string[]; isWell: boolean } {
  const { authentic, unwitnessed, end, tampered, foreign, problems, digestAgrees } = report;
  const foreignEvents = foreign.values().reduce((sum, { events }) => sum + events, 0);
  const foreignLines = [...foreign].map(
    ([stream, { events, first, last }]) =>
      `${toPrintable(stream)} has foreign events: ${events}, at revisions ${first} to ${last}.`,
  );
  const findings = [
    ...problems,
    ...[...tampered].map(([stream, reason]) => `${toPrintable(stream)} is tampered: ${reason}.`),
    ...foreignLines.slice(0, maxForeignLines),
    ...(foreignLines.length > maxForeignLines
      ? [`${foreignLines.length - maxForeignLines} more streams have foreign events.`]
      : []),
  ];
  const summary = [
    `Authentic events: ${authentic}, of which ${unwitnessed} are newer than what this installation has noted`,
    `foreign events: ${foreignEvents}`,
    `tampered streams: ${tampered.size}`,
    seen < 0
      ? 'digest: none is noted yet'
      : `digest up to position ${seen}: ${digestAgrees ? 'agrees' : 'DOES NOT AGREE'}`,
    `end of the log: position ${end}.`,
  ].join('; ');
  return { lines: [...findings, summary], isWell: findings.length === 0 };
}

/** Others can choose the name of a foreign stream: it is shown without control characters, and cut. */
const toPrintable = (stream: string): string => stream.slice(0, 100).replaceAll(/[^\w.@-]/g, '?');

function limitRate(show: (text: string) => void): (text: () => string) => void {
  let shown = performance.now();
  return (text) => {
    const now = performance.now();
    if (now - shown < progressMs) return;
    shown = now;
    show(text());
  };
}
