import { Refusal, type LogItem, type Recorded } from '#libs/kernel';
import { sql, type Transaction } from 'kysely';
import {
  BehaviorSubject,
  Subject,
  concatMap,
  defer,
  filter,
  finalize,
  firstValueFrom,
  from,
  of,
  race,
  repeat,
  retry,
  switchMap,
  take,
  throwError,
  timeout,
  timer,
  type Observable,
  type Subscription,
} from 'rxjs';
import { advance, beforeAll, prepareProjections, type Positions } from './checkpoints.js';
import { isSameProblem, outageIn, problemOf, ProjectionFailed, type ProjectionProblem } from './problem.js';
import type { Projection, SubscribeToLog } from './projection.js';
import { ReadAhead } from './read-ahead.js';
import type { ReadStore } from './read-store.js';
import type { AnyTables } from './schema.js';

export interface RunnerOptions {
  readonly store: ReadStore;
  readonly projections: readonly Projection[];
  readonly subscribe: SubscribeToLog;
  /** Called once for each problem with an event, for the log; a store that is away tells its own observer. */
  readonly onProblem: (problem: ProjectionProblem) => void;
  /** The most signals in one transaction, and the most that are read ahead of it. */
  readonly maxBatchSize?: number;
}

export interface RunnerHealth {
  readonly position: number;
  /** The end of the log was reached since the last failure. */
  readonly caughtUp: boolean;
  readonly failing?: ProjectionProblem;
}

/** How often, in ms, a checkpoint is written that no rows go with. */
const idleProgress = 1_000;

/** How long the projections rest between two batches, by the time that the last one took; and at most, in ms. */
const restByWork = 3;
const longestRest = 100;

/**
 * Feeds all projections from one subscription. A batch is what has arrived while the one before it was applied; its
 * rows and the checkpoints commit in one transaction. So all projections stop at an event that one of them can't
 * apply: it is tried again, alone, until it can be, and none is skipped.
 */
export class ProjectionRunner {
  readonly #reached = new BehaviorSubject(beforeAll);
  readonly #applied = new Subject<readonly Recorded[]>();
  readonly #batchCount: number;
  /** As committed; `#reached` is ahead of it by what no projection wants. */
  #checkpoints: Positions = new Map();
  #savedAt = 0;
  /** Where the last batch that was tried ends. Until it is reached, events go one by one, to find which one fails. */
  #attempted = beforeAll;
  #caughtUp = false;
  #failing: ProjectionProblem | undefined;
  #running: Subscription | undefined;
  #applying: Promise<void> | undefined;
  /** Reads that wait for a position, and the word that one more does. */
  #waiting = 0;
  readonly #hurry = new Subject<void>();

  constructor(private readonly options: RunnerOptions) {
    this.#batchCount = options.maxBatchSize ?? 500;
  }

  /** The position that every projection has reached. */
  get position(): number {
    return this.#reached.value;
  }

  /** The events of each batch, once every read shows them. */
  get appliedBatches(): Observable<readonly Recorded[]> {
    return this.#applied;
  }

  /** Creates the tables, or drops and creates those of a changed version, then follows the log. */
  async start(): Promise<void> {
    await this.#prepare();
    this.#running = defer(() => this.#prepare())
      .pipe(
        switchMap(() => this.#follow()),
        retry({ delay: (error, attempt) => this.#backOff(error, attempt), resetOnSuccess: true }),
      )
      .subscribe();
  }

  /** Lets the batch under way finish, then ends. */
  async stop(): Promise<void> {
    this.#running?.unsubscribe();
    await Promise.allSettled([this.#applying]);
  }

  /** Resolves once `position` is reached; throws the Refusal `projections.behind` after `timeoutMs`. */
  async waitForPosition(position: number, timeoutMs: number): Promise<void> {
    const behind = () =>
      new Refusal('projections.behind', 'unavailable', 'The read models are not there yet; try again shortly.');
    const there = this.#reached.pipe(filter((reached) => reached >= position));
    this.#waiting++;
    if (this.position < position) this.#hurry.next();
    try {
      await firstValueFrom(there.pipe(timeout({ first: timeoutMs, with: () => throwError(behind) })));
    } finally {
      this.#waiting--;
    }
  }

  health(): RunnerHealth {
    return { position: this.position, caughtUp: this.#caughtUp, ...(this.#failing && { failing: this.#failing }) };
  }

  /** The store has the last word on how far it is: a commit may have failed or not, and a database be restored. */
  async #prepare(): Promise<void> {
    this.#checkpoints = await prepareProjections(this.options.store.batchDb, this.options.projections);
    this.#reached.next(Math.min(...this.#checkpoints.values()));
  }

  /** Takes a batch, applies it, takes the next. */
  #follow(): Observable<unknown> {
    const closing = new AbortController();
    const after = this.position === beforeAll ? undefined : this.position;
    const ahead = new ReadAhead(this.options.subscribe(after, closing.signal), this.#batchCount);
    return defer(() => {
      const limit = this.position < this.#attempted ? 1 : this.#batchCount;
      return from(ahead.take(limit)).pipe(
        concatMap(async (batch) => {
          const began = performance.now();
          await (this.#applying = this.#apply(batch));
          return batch.length < limit ? performance.now() - began : 0;
        }),
      );
    }).pipe(
      concatMap((took) => this.#rest(took)),
      repeat(),
      finalize(() => closing.abort()),
    );
  }

  /**
   * After a batch, unless a read waits or there is much to catch up with: what arrives meanwhile makes a larger batch,
   * cheaper by the event, and the commands are left with most of a core.
   */
  #rest(took: number): Observable<unknown> {
    return this.#waiting > 0 || took === 0
      ? of(0)
      : race(timer(Math.min(restByWork * took, longestRest)), this.#hurry).pipe(take(1));
  }

  async #apply(signals: readonly LogItem[]): Promise<void> {
    const position = Math.max(this.position, ...signals.map(positionOf));
    const events = signals.flatMap((signal) => (signal.kind === 'event' ? [signal.event] : []));
    const wanted = this.options.projections
      .map((projection) => ({ projection, events: this.#newTo(projection, events) }))
      .filter((work) => work.events.length > 0);
    if (wanted.length > 0 || performance.now() - this.#savedAt > idleProgress) await this.#commit(wanted, position);
    this.#reached.next(position);
    if (events.length > 0) this.#applied.next(events);
    if (!this.#caughtUp && signals.some(({ kind }) => kind === 'caughtUp')) await this.#catchUp();
    if (position >= (this.#failing?.position ?? position)) this.#failing = undefined;
  }

  /** After a rebuild the planner knows nothing of the tables, and PGlite never looks by itself. */
  async #catchUp(): Promise<void> {
    const tables = this.options.projections.flatMap((projection) => projection.tables);
    if (tables.length > 0)
      await sql`analyze ${sql.join(tables.map((table) => sql.table(table)))}`.execute(this.options.store.batchDb);
    this.#caughtUp = true;
  }

  #newTo({ name, events: types }: Projection, events: readonly Recorded[]): Recorded[] {
    const checkpoint = this.#checkpoints.get(name)!;
    return events.filter(({ type, position }) => position > checkpoint && types.includes(type));
  }

  async #commit(wanted: readonly { projection: Projection; events: Recorded[] }[], position: number): Promise<void> {
    this.#attempted = Math.max(this.#attempted, position);
    await this.options.store.batchDb.transaction().execute(async (tx) => {
      for (const { projection, events } of wanted) await project(projection, events, tx);
      await advance(tx, this.#checkpoints, position);
    });
    this.#checkpoints = new Map([...this.#checkpoints].map(([name, at]) => [name, Math.max(at, position)]));
    this.#savedAt = performance.now();
  }

  #backOff(error: unknown, attempt: number): Observable<unknown> {
    this.#caughtUp = false;
    const before = this.#failing;
    this.#failing = problemOf(error, before);
    if (!outageIn(error) && !isSameProblem(before, this.#failing)) this.options.onProblem(this.#failing);
    return timer(Math.min(100 * 2 ** (attempt - 1), 1_000));
  }
}

async function project(projection: Projection, events: readonly Recorded[], tx: Transaction<AnyTables>): Promise<void> {
  try {
    await projection.apply(events, tx);
  } catch (cause) {
    throw new ProjectionFailed(projection.name, events, cause);
  }
}

const positionOf = (signal: LogItem) =>
  signal.kind === 'event' ? signal.event.position : signal.kind === 'checkpoint' ? signal.position : beforeAll;
