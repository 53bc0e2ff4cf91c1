import type { Recorded } from '#libs/kernel';
import { Folds, MAX_KEPT } from './apply-events.js';
import { digestTables } from './digest.js';
import type { Projection, SubscribeToLog } from './projection.js';
import { readRange } from './read-range.js';
import { openTemporaryReadStore } from './read-store.js';
import { beforeFirst } from './checkpoints.js';

export interface ReplayOptions {
  readonly projections: readonly Projection[];
  readonly subscribe: SubscribeToLog;
  /** Up to which position each projection gets the events of the log, by its name. */
  readonly positions: Readonly<Record<string, number>>;
  /** Is called after each batch with the number of events so far and the last position. */
  readonly onProgress: (events: number, position: number) => void;
}

/** Replays the log into an empty temporary store, and returns the digests of all tables. */
export async function digestReplay({
  projections,
  subscribe,
  positions,
  onProgress,
}: ReplayOptions): Promise<Record<string, string>> {
  const store = await openTemporaryReadStore();
  try {
    for (const projection of projections) await projection.createTables(store.batchDb);
    const until = Math.max(beforeFirst, ...projections.map(({ name }) => positions[name]!));
    let count = 0;
    const workOf = (events: readonly Recorded[]) =>
      projections
        .map((projection) => {
          const { name, events: types } = projection;
          const own = events.filter(({ type, position }) => position <= positions[name]! && types.includes(type));
          return { projection, events: own };
        })
        .filter((work) => work.events.length > 0);
    await using batches = readRange(subscribe, { after: beforeFirst, until, maxBatch: 1_000 });
    for (let next = await batches.next(); !next.done;)
      await store.batchDb.transaction().execute(async (tx) => {
        const folds = new Folds(tx);
        for (; !next.done && folds.size < MAX_KEPT; next = await batches.next()) {
          await folds.apply(workOf(next.value));
          onProgress((count += next.value.length), next.value.at(-1)!.position);
        }
        await folds.finish();
      });
    return await digestTables(
      store.buildDb,
      projections.flatMap(({ tables }) => tables),
    );
  } finally {
    await store.close();
  }
}
