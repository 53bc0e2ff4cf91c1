import type { Recorded } from '#libs/kernel';
import { sql } from 'kysely';
import { applyEvents, type ProjectionWork } from './apply-events.js';
import { advanceCheckpoints, beforeFirst, prepareProjections, type Checkpoints } from './checkpoints.js';
import type { Projection } from './projection.js';
import type { ReadStore } from './read-store.js';

/** How often, in ms, checkpoints are written while no projection has anything to apply. */
const IDLE_CHECKPOINT_MS = 1_000;

/** Applies batches of events to all projections. The rows of a batch and the checkpoints commit in one transaction. */
export class BatchWriter {
  /** As committed; they may be behind the log by events that no projection applies. */
  #checkpoints: Checkpoints = new Map();
  #committedAt = 0;
  #attempted = beforeFirst;

  constructor(
    private readonly store: ReadStore,
    private readonly projections: readonly Projection[],
  ) {}

  /** The last position of the newest batch that was tried; a failed one has a greater position than the checkpoints. */
  get attempted(): number {
    return this.#attempted;
  }

  /**
   * Creates or rebuilds tables, reads all checkpoints and returns the lowest. Also needed after a failure: it may be unknown
   * whether a transaction was committed, or the database may have been restored.
   */
  async prepare(): Promise<number> {
    this.#checkpoints = await prepareProjections(this.store.batchDb, this.projections);
    return Math.min(...this.#checkpoints.values());
  }

  /**
   * Applies events that are after a projection's checkpoint, and moves the checkpoints to `position`. Without such events it
   * moves them at most once in {@link IDLE_CHECKPOINT_MS}.
   * @throws ProjectionFailed if a projection can't apply its events
   * @throws ProjectedElsewhere if another process has moved the checkpoints
   */
  async write(events: readonly Recorded[], position: number): Promise<void> {
    const work = this.projections
      .map((projection) => ({ projection, events: this.#newEvents(projection, events) }))
      .filter((each) => each.events.length > 0);
    if (work.length > 0 || performance.now() - this.#committedAt > IDLE_CHECKPOINT_MS)
      await this.#commit(work, position);
  }

  /** Updates the statistics of the query planner, which has none after a rebuild; PGlite never does so by itself. */
  async analyzeTables(): Promise<void> {
    const tables = this.projections.flatMap((projection) => projection.tables);
    if (tables.length === 0) return;
    await sql`analyze ${sql.join(tables.map((table) => sql.table(table)))}`.execute(this.store.batchDb);
  }

  #newEvents({ name, events: types }: Projection, events: readonly Recorded[]): Recorded[] {
    const checkpoint = this.#checkpoints.get(name)!;
    return events.filter(({ type, position }) => position > checkpoint && types.includes(type));
  }

  async #commit(work: readonly ProjectionWork[], position: number): Promise<void> {
    this.#attempted = Math.max(this.#attempted, position);
    await this.store.batchDb.transaction().execute(async (tx) => {
      await applyEvents(work, tx);
      await advanceCheckpoints(tx, this.#checkpoints, position);
    });
    this.#checkpoints = new Map(
      [...this.#checkpoints].map(([name, checkpoint]) => [name, Math.max(checkpoint, position)]),
    );
    this.#committedAt = performance.now();
  }
}
