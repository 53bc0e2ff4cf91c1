import { LogCheck, TamperedStream, type EventStore, type LogReport } from '#libs/event-store';
import { findUnknownClaims } from '#libs/users';
import type { Installation } from './installation.js';
import { toPrintableName } from './printable.js';
import { Progress } from './progress.js';

/** How many streams are read at the same time. */
const concurrency = 16;
/** With more streams that have foreign events, the further ones are only counted. */
const maxForeignLines = 1_000;

/**
 * Checks the whole log up to its present end, and then each stream as commands read it, because an event store could answer
 * the two differently. Events that are appended meanwhile are left out. Returns the lines to print: the findings and a summary.
 */
export async function verifyLog(
  { store, vault }: Pick<Installation, 'store' | 'vault'>,
  namespace: string,
): Promise<{ lines: string[]; isWell: boolean }> {
  const { witness, authentication: keys } = vault;
  const check = new LogCheck({ namespace, keys, witness });
  const end = await store.lastPosition();
  const progress = new Progress('events are read', end);
  for await (const event of store.readRawLog()) {
    // Not the end of the loop: in an altered file, positions may be out of order.
    if (event.position > end) continue;
    check.add(event);
    progress.show(check.count, event.position);
  }
  await checkStreams(store, check, end);
  for (const stream of await findUnknownClaims({ store, vault }, check.streamNames()))
    check.addTampered(stream, 'it claims an address, and the vault lacks its key or does not have it for that address');
  return describe(check.finish(witness.changedStreams), witness.position);
}

/** Reads every stream as commands do, up to a position. */
async function checkStreams(store: EventStore, check: LogCheck, end: number): Promise<void> {
  let count = 0;
  const progress = new Progress('streams are read', check.streamCount);
  // One iterator for all: each takes the next stream.
  const streams = check.lastRevisions();
  const work = async (): Promise<void> => {
    for (const [stream, last] of streams) {
      const reason = await findDifference(store, { stream, last, end });
      if (reason !== undefined) check.addTampered(stream, reason);
      count++;
      progress.show(count, count);
    }
  };
  await Promise.all(Array.from({ length: concurrency }, work));
}

async function findDifference(
  store: EventStore,
  { stream, last, end }: { stream: string; last: number; end: number },
): Promise<string | undefined> {
  try {
    const found = await store.checkWholeStream(stream, end);
    return found === last
      ? undefined
      : `a read of it ends at revision ${found}, in the log it ends at revision ${last}`;
  } catch (error) {
    if (error instanceof TamperedStream) return error.reason;
    throw error;
  }
}

function describe(report: LogReport, seen: number): { lines: string[]; isWell: boolean } {
  const { authentic, unwitnessed, end, tampered, foreign, acknowledged, problems, digestAgrees } = report;
  const foreignEvents = foreign.values().reduce((sum, { events }) => sum + events, 0);
  const foreignLines = [...foreign].map(
    ([stream, { events, first, last }]) =>
      `${toPrintableName(stream)} has foreign events: ${events}, at revisions ${first} to ${last}.`,
  );
  const findings = [
    ...problems,
    ...[...tampered].map(([stream, reason]) => `${toPrintableName(stream)} is tampered: ${reason}.`),
    ...foreignLines.slice(0, maxForeignLines),
    ...(foreignLines.length > maxForeignLines
      ? [`${foreignLines.length - maxForeignLines} more streams have foreign events.`]
      : []),
  ];
  const summary = [
    `Authentic events: ${authentic}, of which ${unwitnessed} are newer than what this installation has noted`,
    `foreign events: ${foreignEvents}`,
    ...(acknowledged > 0 ? [`acknowledged or accepted foreign events: ${acknowledged}`] : []),
    `tampered streams: ${tampered.size}`,
    seen < 0
      ? 'digest: none is noted yet'
      : `digest up to position ${seen}: ${digestAgrees ? 'agrees' : 'DOES NOT AGREE'}`,
    `end of the log: position ${end}.`,
  ].join('; ');
  return { lines: [...findings, summary], isWell: findings.length === 0 };
}
