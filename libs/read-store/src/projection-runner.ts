import { Refusal, type LogItem, type Recorded } from '#libs/kernel';
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
import { BatchSize } from './batch-size.js';
import { BatchWriter, type LogPart } from './batch-writer.js';
import { beforeFirst, type LeaseTokens } from './checkpoints.js';
import { isSameProblem, outageCode, toProjectionProblem, type ProjectionProblem } from './projection-problem.js';
import type { Projection, SubscribeToLog } from './projection.js';
import { ReadAhead } from './read-ahead.js';
import type { ReadStore } from './read-store.js';

export interface RunnerOptions {
  readonly store: ReadStore;
  readonly projections: readonly Projection[];
  readonly subscribe: SubscribeToLog;
  /** Is called once for each problem with an event, for the server's log. Outages are reported by the stores' observers. */
  readonly onProblem: (problem: ProjectionProblem) => void;
  /** The most log items that are applied together, and the most that are read ahead of them. Default: {@link BatchSize}, in a build {@link BUILD_BATCH}. */
  readonly maxBatchSize?: number;
  /** The tokens of the leases with which it writes; none on PGlite. */
  readonly tokens?: LeaseTokens;
  /** Is called when the end of the log is reached, after the tables were completed. */
  readonly onCaughtUp?: () => Promise<void>;
}

export interface RunnerHealth {
  readonly position: number;
  /** Whether the end of the log was reached since the last failure. */
  readonly caughtUp: boolean;
  readonly failing?: ProjectionProblem;
}

/** The runner pauses between two batches: this many times the duration of the last one, at most MAX_PAUSE_MS. */
const PAUSE_FACTOR = 3;
const MAX_PAUSE_MS = 100;

/** The most log items that a build folds at a time. */
const BUILD_BATCH = 1_000;

/** How long, in ms, a transaction of a build waits for the log: on PGlite it keeps the only connection. */
const QUIET_MS = 500;

/**
 * Feeds all projections from one subscription. While a batch is applied, the next one is read. If one projection can't apply an
 * event, all projections stop there: it is retried alone until it can be applied; none is skipped.
 */
export class ProjectionRunner {
  readonly #reached = new BehaviorSubject(beforeFirst);
  readonly #appliedBatches = new Subject<readonly Recorded[]>();
  readonly #batchSize: BatchSize;
  readonly #buildBatch: number;
  readonly #writer: BatchWriter;
  #caughtUp = false;
  #failing: ProjectionProblem | undefined;
  /** Up to where events are applied in small transactions, since a build has failed there. */
  #failedBuildAt = beforeFirst;
  #running: Subscription | undefined;
  #applying: Promise<void> | undefined;
  /** How many reads wait for a position. */
  #waitingReads = 0;
  readonly #readStartedWaiting = new Subject<void>();

  constructor(private readonly options: RunnerOptions) {
    this.#batchSize = new BatchSize(options.maxBatchSize);
    this.#buildBatch = Math.min(BUILD_BATCH, options.maxBatchSize ?? BUILD_BATCH);
    this.#writer = new BatchWriter(options.store, options.projections, options.tokens);
  }

  /** The position up to which every projection has applied the log. */
  get position(): number {
    return this.#reached.value;
  }

  /** Emits the events of each batch after it was committed. */
  get appliedBatches(): Observable<readonly Recorded[]> {
    return this.#appliedBatches;
  }

  /** Creates missing tables, then follows the log. */
  async start(): Promise<void> {
    await this.#prepare();
    this.#running = defer(() => this.#prepare())
      .pipe(
        switchMap(() => this.#follow()),
        retry({ delay: (error, attempt) => this.#backOff(error, attempt), resetOnSuccess: true }),
      )
      .subscribe();
  }

  /** Stops after the batch that is being applied. */
  async stop(): Promise<void> {
    this.#running?.unsubscribe();
    await Promise.allSettled([this.#applying]);
  }

  /** Waits until `position` is reached. Throws `projections.behind` after `timeoutMs`. */
  async waitForPosition(position: number, timeoutMs: number): Promise<void> {
    const behind = () =>
      new Refusal('projections.behind', 'unavailable', 'The read models are not there yet; try again shortly.');
    const reached = this.#reached.pipe(filter((current) => current >= position));
    this.#waitingReads++;
    if (this.position < position) this.#readStartedWaiting.next();
    try {
      await firstValueFrom(reached.pipe(timeout({ first: timeoutMs, with: () => throwError(behind) })));
    } finally {
      this.#waitingReads--;
    }
  }

  /** Returns how far the projections are, and why they do not advance. */
  health(): RunnerHealth {
    return { position: this.position, caughtUp: this.#caughtUp, ...(this.#failing && { failing: this.#failing }) };
  }

  async #prepare(): Promise<void> {
    this.#reached.next(await this.#writer.prepare());
  }

  /** Subscribes to the log and applies batch after batch. */
  #follow(): Observable<unknown> {
    const closing = new AbortController();
    const after = this.position === beforeFirst ? undefined : this.position;
    const size = this.#batchSize;
    const log = new ReadAhead(this.options.subscribe(after, closing.signal), () =>
      this.#isBuilding ? this.#buildBatch : size.current,
    );
    return defer(() => from(this.#isBuilding ? this.#build(log, closing.signal) : this.#takeBatch(log))).pipe(
      concatMap((tookMs) => this.#pause(tookMs, log)),
      repeat(),
      finalize(() => closing.abort()),
    );
  }

  /** Whether no query reads the tables, and no event is looked for that can't be applied. */
  get #isBuilding(): boolean {
    return this.#writer.isBuilding && this.position >= this.#failedBuildAt;
  }

  /** Applies a batch. Returns how long that took, in ms; 0 after a full batch. */
  async #takeBatch(log: ReadAhead<LogItem>): Promise<number> {
    const size = this.#batchSize;
    // After a failure, events are applied one by one until the failed batch is done, to find the one that fails.
    const limit = this.position < this.#writer.attempted ? 1 : size.current;
    const batch = await log.take(limit);
    const startedAt = performance.now();
    await (this.#applying = this.#apply(batch));
    const tookMs = performance.now() - startedAt;
    if (this.#caughtUp) size.reset();
    else if (batch.length === size.current) size.adapt(tookMs);
    return batch.length < limit ? tookMs : 0;
  }

  /** Applies many batches in one transaction. */
  async #build(log: ReadAhead<LogItem>, signal: AbortSignal): Promise<number> {
    let position = this.position;
    const take = async (): Promise<LogPart> => {
      const items = await log.take(this.#buildBatch);
      signal.throwIfAborted();
      const part = toLogPart(items, position);
      position = part.position;
      return part;
    };
    const first = await take();
    const building = this.#writer.build(
      first,
      async () => ((await log.waitForItems(QUIET_MS)) ? take() : undefined),
      signal,
    );
    try {
      await (this.#applying = building.then((last) => this.#advance(last)));
    } catch (error) {
      // The event that can't be applied is found in smaller transactions.
      if (!outageCode(error)) this.#failedBuildAt = position;
      throw error;
    }
    return 0;
  }

  /**
   * Pauses after a batch, unless a read waits or the batch was full, until a read waits or the next batch is full. More events
   * arrive meanwhile, and a larger batch costs less per event, so that commands keep most of a core.
   */
  #pause(tookMs: number, log: ReadAhead<LogItem>): Observable<unknown> {
    if (this.#waitingReads > 0 || tookMs === 0) return of(0);
    const over = timer(Math.min(PAUSE_FACTOR * tookMs, MAX_PAUSE_MS));
    return race(over, this.#readStartedWaiting, log.waitUntilFull()).pipe(take(1));
  }

  async #apply(items: readonly LogItem[]): Promise<void> {
    const part = toLogPart(items, this.position);
    await this.#writer.write(part.events, part.position);
    await this.#advance(part, part.events);
  }

  /** Reports what was committed. */
  async #advance({ position, isEnd }: LogPart, events: readonly Recorded[] = []): Promise<void> {
    this.#reached.next(position);
    if (events.length > 0) this.#appliedBatches.next(events);
    if (!this.#caughtUp && isEnd) {
      await this.#writer.completeTables();
      this.#caughtUp = true;
      await this.options.onCaughtUp?.();
    }
    if (position >= (this.#failing?.position ?? position)) this.#failing = undefined;
  }

  #backOff(error: unknown, attempt: number): Observable<unknown> {
    this.#caughtUp = false;
    const previous = this.#failing;
    this.#failing = toProjectionProblem(error, previous);
    if (!outageCode(error) && !isSameProblem(previous, this.#failing)) this.options.onProblem(this.#failing);
    return timer(Math.min(100 * 2 ** (attempt - 1), 1_000));
  }
}

const toLogPart = (items: readonly LogItem[], before: number): LogPart => ({
  events: items.flatMap((item) => (item.kind === 'event' ? [item.event] : [])),
  position: Math.max(before, ...items.map(positionOf)),
  isEnd: items.some(({ kind }) => kind === 'caughtUp'),
});

/** Returns the position of a log item; `caughtUp` has none. */
const positionOf = (item: LogItem) =>
  item.kind === 'event' ? item.event.position : item.kind === 'checkpoint' ? item.position : beforeFirst;
