import type { Recorded } from '#libs/kernel';
import type { Transaction } from 'kysely';
import { ProjectionFailed } from './projection-problem.js';
import type { Fold, Projection } from './projection.js';
import { makeMeanwhile, writeRows, type RowWrite } from './row-writes.js';
import type { AnyTables } from './schema.js';

/** A projection, and the events that it applies. */
export interface ProjectionWork {
  readonly projection: Projection;
  readonly events: readonly Recorded[];
}

/**
 * Applies a batch of events to projections in a transaction.
 * @throws ProjectionFailed if a projection can't apply its events
 */
export async function applyEvents(work: readonly ProjectionWork[], tx: Transaction<AnyTables>): Promise<void> {
  const folds = new Folds(tx);
  await folds.apply(work);
  await folds.finish();
}

/** How many characters a transaction of many batches keeps before it is finished. */
export const MAX_KEPT = 64_000_000;

/** Applies events to projections in one transaction, a batch at a time. Folds while the database writes the rows before. */
export class Folds {
  readonly #folds = new Map<Projection, Fold>();
  /** The last events of each projection. */
  readonly #work = new Map<Projection, ProjectionWork>();
  #writing: Promise<void> = Promise.resolve();

  /** @param signal ends it between two statements, so that the transaction fails */
  constructor(
    private readonly tx: Transaction<AnyTables>,
    private readonly signal?: AbortSignal,
  ) {}

  /** How many characters are kept until {@link finish} writes them. */
  get size(): number {
    return this.#folds.values().reduce((sum, { size }) => sum + size, 0);
  }

  /**
   * Applies a batch: all projections load their rows, then each folds its events. May return before its rows are written.
   * @throws ProjectionFailed if a projection can't apply its events, or those of an earlier batch
   */
  async apply(work: readonly ProjectionWork[]): Promise<void> {
    for (const each of work) await orFail(each, () => this.#foldOf(each).load(each.events, this.tx));
    for (const each of work) await this.#write(each, (fold) => fold.fold(each.events));
  }

  /** Writes the changed rows. Throws `ProjectionFailed` if that fails. */
  async finish(): Promise<void> {
    for (const each of this.#work.values()) await this.#write(each, (fold) => fold.changes());
    await this.#writing;
  }

  #foldOf(work: ProjectionWork): Fold {
    const { projection } = work;
    const fold = this.#folds.get(projection) ?? projection.begin();
    this.#folds.set(projection, fold);
    this.#work.set(projection, work);
    return fold;
  }

  async #write(each: ProjectionWork, make: (fold: Fold) => readonly RowWrite[]): Promise<void> {
    const writes = await makeMeanwhile(this.#writing, () =>
      orThrow(each, () => make(this.#folds.get(each.projection)!)),
    );
    this.#writing = orFail(each, () => writeRows(this.tx, writes, this.signal));
    this.#writing.catch(() => {}); // It is thrown where it is awaited.
  }
}

function orThrow<T>({ projection, events }: ProjectionWork, step: () => T): T {
  try {
    return step();
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
