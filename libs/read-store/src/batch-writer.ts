import type { Recorded } from '#libs/kernel';
import type { Transaction } from 'kysely';
import { Folds, MAX_KEPT, applyEvents, type ProjectionWork } from './apply-events.js';
import {
  beforeFirst,
  findUnbuilt,
  lockCheckpoints,
  moveCheckpoints,
  prepareProjections,
  type Checkpoints,
  type LeaseTokens,
} from './checkpoints.js';
import { completeTables } from './complete-tables.js';
import type { Projection } from './projection.js';
import type { ReadStore } from './read-store.js';
import type { AnyTables } from './schema.js';
import { schemaOf } from './version-schema.js';

/** How often, in ms, checkpoints are written on PGlite while no projection has anything to apply. */
const IDLE_CHECKPOINT_MS = 1_000;

/** After which time, in ms, a transaction of a build ends. */
const MAX_BUILD_MS = 10_000;

/** Events, and the position up to which the log was read for them. */
export interface LogPart {
  readonly events: readonly Recorded[];
  readonly position: number;
  /** Whether this is the end of the log. */
  readonly isEnd: boolean;
}

/** Applies batches of events to all projections. The rows of a batch and the checkpoints commit in one transaction. */
export class BatchWriter {
  /** As committed; on PGlite they may be behind the log by events that no projection applies. */
  #checkpoints: Checkpoints = new Map();
  #committedAt = 0;
  #attempted = beforeFirst;
  #isBuilding = false;

  constructor(
    private readonly store: ReadStore,
    private readonly projections: readonly Projection[],
    private readonly tokens: LeaseTokens = new Map(),
  ) {}

  /** The last position of the newest batch that was tried; a failed one has a greater position than the checkpoints. */
  get attempted(): number {
    return this.#attempted;
  }

  /** Whether some tables have never been complete, so that queries are refused. */
  get isBuilding(): boolean {
    return this.#isBuilding;
  }

  /**
   * Creates missing tables, reads all checkpoints and returns the lowest. Also needed after a failure: it may be unknown
   * whether a transaction was committed, or the database may have been restored.
   * @throws LeaseLost if another process has taken the lease of a projection over
   */
  async prepare(): Promise<number> {
    this.#checkpoints = await prepareProjections(this.store.batchDb, this.projections, this.tokens);
    this.#isBuilding = (await findUnbuilt(this.store.batchDb, this.projections)).length > 0;
    return Math.min(...this.#checkpoints.values());
  }

  /**
   * Applies events that are after a projection's checkpoint, and moves the checkpoints to `position`. Without such events it
   * moves them on PGlite at most once in {@link IDLE_CHECKPOINT_MS}; on PostgreSQL always, since reads through other servers
   * wait for them.
   * @throws ProjectionFailed if a projection can't apply its events
   * @throws ProjectedElsewhere if another process has moved the checkpoints
   * @throws LeaseLost if another process has taken the lease of a projection over
   */
  async write(events: readonly Recorded[], position: number): Promise<void> {
    const work = this.#workOf(events);
    const isDue = this.store.kind === 'postgresql' || performance.now() - this.#committedAt > IDLE_CHECKPOINT_MS;
    if (work.length > 0 || isDue) await this.#commit(work, position, events.length);
  }

  /**
   * Applies parts of the log in one transaction until it is large, or no part comes, while no queries read the tables: a row
   * that many events change is written once. Returns the last part.
   * @param next returns the next part; undefined if none comes soon
   * @param signal breaks the transaction off, so that nothing is written
   * @throws as {@link write}
   */
  async build(first: LogPart, next: () => Promise<LogPart | undefined>, signal: AbortSignal): Promise<LogPart> {
    const endsAt = performance.now() + MAX_BUILD_MS;
    const applyParts = async (tx: Transaction<AnyTables>) => {
      if (this.store.kind === 'postgresql') await lockCheckpoints(tx, this.projections, this.#checkpoints, this.tokens);
      const folds = new Folds(tx, signal);
      let read = 0;
      let last = first;
      for (let part: LogPart | undefined = first; part; part = await next()) {
        last = part;
        read += part.events.length;
        await folds.apply(this.#workOf(part.events));
        if (part.isEnd || folds.size >= MAX_KEPT || performance.now() >= endsAt) break;
      }
      await folds.finish();
      await moveCheckpoints(tx, this.#movesTo(last.position), last.position, read);
      return last;
    };
    const last = await this.store.runLong(() => this.store.batchDb.transaction().execute(applyParts));
    this.#recordCommit(last.position);
    return last;
  }

  /** Completes the tables at the end of the log: see {@link completeTables}. */
  async completeTables(): Promise<void> {
    for (const projection of this.projections)
      await completeTables(this.store, projection, schemaOf(projection), this.tokens.get(projection.name) ?? 0);
    this.#isBuilding = false;
  }

  #workOf(events: readonly Recorded[]): ProjectionWork[] {
    return this.projections
      .map((projection) => ({ projection, events: this.#newEvents(projection, events) }))
      .filter((each) => each.events.length > 0);
  }

  #newEvents({ name, events: types }: Projection, events: readonly Recorded[]): Recorded[] {
    const checkpoint = this.#checkpoints.get(name)!;
    return events.filter(({ type, position }) => position > checkpoint && types.includes(type));
  }

  async #commit(work: readonly ProjectionWork[], position: number, read: number): Promise<void> {
    this.#attempted = Math.max(this.#attempted, position);
    await this.store.batchDb.transaction().execute(async (tx) => {
      // PGlite has one connection, so nothing comes between; moving the checkpoints checks them as well.
      if (this.store.kind === 'postgresql') await lockCheckpoints(tx, this.projections, this.#checkpoints, this.tokens);
      await applyEvents(work, tx);
      await moveCheckpoints(tx, this.#movesTo(position), position, read);
    });
    this.#recordCommit(position);
  }

  #recordCommit(position: number): void {
    this.#checkpoints = new Map(
      [...this.#checkpoints].map(([name, checkpoint]) => [name, Math.max(checkpoint, position)]),
    );
    this.#committedAt = performance.now();
  }

  /** The checkpoints that are before `position`. */
  #movesTo(position: number) {
    return this.projections
      .map((projection) => ({
        schema: schemaOf(projection),
        from: this.#checkpoints.get(projection.name)!,
        token: this.tokens.get(projection.name) ?? 0,
      }))
      .filter(({ from }) => from < position);
  }
}
