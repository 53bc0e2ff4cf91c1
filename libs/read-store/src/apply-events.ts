import type { Recorded } from '#libs/kernel';
import type { Transaction } from 'kysely';
import { ProjectionFailed } from './projection-problem.js';
import type { FoldEvents, Projection } from './projection.js';
import { makeMeanwhile, writeRows, type RowWrite } from './row-writes.js';
import type { AnyTables } from './schema.js';

/** A projection, and the events of a batch that it applies. */
export interface ProjectionWork {
  readonly projection: Projection;
  readonly events: readonly Recorded[];
}

/**
 * Applies a batch of events to projections in a transaction. All load their rows first; then each folds its events while the
 * database writes the rows of the one before it.
 * @throws ProjectionFailed if a projection can't apply its events
 */
export async function applyEvents(work: readonly ProjectionWork[], tx: Transaction<AnyTables>): Promise<void> {
  const folds: [ProjectionWork, FoldEvents][] = [];
  for (const each of work) {
    const fold = await orFail(each, () => each.projection.apply(each.events, tx));
    if (fold) folds.push([each, fold]);
  }
  let writing: Promise<void> = Promise.resolve();
  for (const [each, fold] of folds) {
    const writes = await makeMeanwhile(writing, () => foldOrFail(each, fold));
    writing = orFail(each, () => writeRows(tx, writes));
    writing.catch(() => {}); // It is thrown below, where it is awaited.
  }
  await writing;
}

function foldOrFail({ projection, events }: ProjectionWork, fold: FoldEvents): readonly RowWrite[] {
  try {
    return fold();
  } catch (cause) {
    throw new ProjectionFailed(projection.name, events, cause);
  }
}

async function orFail<T>({ projection, events }: ProjectionWork, step: () => Promise<T>): Promise<T> {
  try {
    return await step();
  } catch (cause) {
    throw new ProjectionFailed(projection.name, events, cause);
  }
}
