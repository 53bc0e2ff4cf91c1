import { TamperedStream, toRevisionRanges, type AcceptedStream, type EventStore } from '#libs/event-store';
import type { Installation } from './installation.js';

/** A stream, and the revision at which it ends. */
export interface StreamAtRevision {
  readonly stream: string;
  readonly revision: number;
}

/** What can be accepted of a tampered stream. */
export interface Acceptable extends AcceptedStream {
  /** Why the stream is tampered. */
  readonly problem: string;
  /** The revisions that are visible and not authentic: altered events and foreign ones. */
  readonly unauthentic: readonly number[];
  /** The revisions up to the last one that are missing. */
  readonly missing: readonly number[];
}

/** Returns why a stream is tampered, undefined if it is not. */
export async function findProblem(store: EventStore, stream: string): Promise<string | undefined> {
  try {
    await store.checkWholeStream(stream);
    return undefined;
  } catch (error) {
    if (error instanceof TamperedStream) return error.reason;
    throw error;
  }
}

/**
 * Finds out what can be accepted of a tampered stream, up to a revision.
 * @throws Error of one line if the stream has no visible event, or was deleted for ever
 */
export async function examineStream(
  { store }: Pick<Installation, 'store'>,
  { stream, revision }: StreamAtRevision,
): Promise<{ readonly last: number; readonly acceptable: Acceptable | undefined }> {
  const events = await readEvents(store, stream);
  const revisions = events.map(({ revision }) => revision);
  if (revisions.length === 0)
    throw new Error(`No event of ${stream} is visible: there is nothing to accept. Check the name of the stream.`);
  const last = revisions.reduce((one, other) => Math.max(one, other));
  const problem = await findProblem(store, stream);
  if (problem === undefined) return { last, acceptable: undefined };
  const end = Math.min(revision, last);
  const authentic = findInOrder(revisions).filter((index) => events[index]!.isAuthentic && revisions[index]! <= end);
  const accepted = authentic.map((index) => revisions[index]!);
  const without = (present: readonly number[], of: Iterable<number>) => [...new Set(of).difference(new Set(present))];
  const acceptable = {
    revision: end,
    events: toRevisionRanges(accepted),
    problem,
    unauthentic: without(
      accepted,
      revisions.filter((each) => each <= end),
    ),
    missing: without(revisions, Array(end + 1).keys()),
  };
  return { last, acceptable };
}

async function readEvents(store: EventStore, stream: string): Promise<{ revision: number; isAuthentic: boolean }[]> {
  const events = [];
  try {
    for await (const { event, isAuthentic } of store.readRawStream(stream))
      events.push({ revision: event.revision, isAuthentic });
  } catch (error) {
    if (!(error instanceof TamperedStream)) throw error;
    throw new Error(`${stream} can not be accepted: ${error.reason}. Restore a backup from before.`, { cause: error });
  }
  return events;
}

/** Returns the indexes of the revisions that are higher than all before and lower than all after. In an altered file, some are not. */
function findInOrder(revisions: readonly number[]): number[] {
  const lowestFrom = [...revisions, Infinity];
  for (let index = revisions.length - 1; index >= 0; index--)
    lowestFrom[index] = Math.min(revisions[index]!, lowestFrom[index + 1]!);
  const found: number[] = [];
  let highest = -1;
  for (const [index, revision] of revisions.entries()) {
    if (revision > highest && revision < lowestFrom[index + 1]!) found.push(index);
    highest = Math.max(highest, revision);
  }
  return found;
}
