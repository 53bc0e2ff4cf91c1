import { Refusal, type Recorded } from '#libs/kernel';
import { setTimeout as pause } from 'node:timers/promises';
import { BehaviorSubject, Subject, filter, firstValueFrom, throwError, timeout, type Observable } from 'rxjs';
import { BuildState, type NamedProgress } from './build-state.js';
import { CHECKPOINT_CHANNEL, beforeFirst, readVersions } from './checkpoints.js';
import { LeasedProjections } from './leased-projections.js';
import { LeaseLost, Watch } from '#libs/postgresql';
import { outageCode, toProjectionProblem, type ProjectionProblem } from './projection-problem.js';
import { ProjectionRunner, type RunnerHealth, type RunnerOptions } from './projection-runner.js';
import { schemaOf } from './version-schema.js';
import { VersionsInUse } from './versions-in-use.js';

export interface ReadModelsOptions extends RunnerOptions {
  /** Names this process in the leases on PostgreSQL; the same after a restart, so that it need not wait for its own leases. */
  readonly holder: string;
  /** Returns the position of the last event in the log, for the progress of builds. */
  readonly lastPosition: () => Promise<number>;
}

export interface ReadModelsHealth extends RunnerHealth {
  /** Projections whose tables are being built for the first time: queries are refused. */
  readonly building: readonly NamedProgress[];
  /** Projections that are being built anew by hand. */
  readonly rebuilding: readonly NamedProgress[];
}

/** How often, in ms, leases and stored states are read, if no notification comes earlier. */
const POLL_MS = 1_000;

/** How long, in ms, a stop waits for a running look, and then for leases to be given back. */
const STOP_MS = 1_000;

const atMost = (milliseconds: number, work: Promise<unknown> | undefined): Promise<unknown> =>
  Promise.race([work, pause(milliseconds, undefined, { ref: false })]);

/**
 * Keeps the tables of this build's projections up to date: writes those whose leases this process holds, and follows the
 * checkpoints of those that another process writes. Refuses queries until all tables have been complete.
 */
export class ReadModels {
  readonly #leased: LeasedProjections;
  readonly #builds: BuildState;
  readonly #use: VersionsInUse;
  readonly #watch: Watch;
  readonly #appliedBatches = new Subject<readonly Recorded[]>();
  readonly #movedElsewhere = new Subject<number>();
  /** The lowest checkpoint of the followed projections; Infinity if there are none. */
  readonly #followed = new BehaviorSubject(Infinity);
  readonly #ending = new AbortController();
  #runner: ProjectionRunner | undefined;
  /** With which tokens the runner was made. */
  #runnerKey: string | undefined;
  /** How far a runner was that has been stopped since the last reading of states. */
  #stoppedAt: number | undefined;
  #problem: ProjectionProblem | undefined;

  constructor(private readonly options: ReadModelsOptions) {
    const { store, projections, holder } = options;
    this.#leased = new LeasedProjections(store, projections, holder);
    this.#builds = new BuildState(projections);
    this.#use = new VersionsInUse(store, projections.map(schemaOf));
    this.#watch = new Watch({
      pollMs: POLL_MS,
      look: () => this.#update(),
      onProblem: (error) => this.#report(error),
    });
    store.gate.refuseFor(() => this.#builds.refusal());
  }

  /** The position up to which the tables of every projection show the log. */
  get position(): number {
    const held = this.#leased.held.length > 0 ? (this.#runner?.position ?? beforeFirst) : Infinity;
    const lowest = Math.min(held, this.#followed.value);
    return lowest === Infinity ? beforeFirst : lowest;
  }

  /** Emits the events of each batch after this process has committed it. */
  get appliedBatches(): Observable<readonly Recorded[]> {
    return this.#appliedBatches;
  }

  /** Emits the former position when another process may have moved checkpoints, also if this one writes them from now on. */
  get movedElsewhere(): Observable<number> {
    return this.#movedElsewhere;
  }

  /** Whether the tables of all projections have been complete, so that queries are answered. */
  get isBuilt(): boolean {
    return this.#builds.isBuilt;
  }

  /** Takes the leases that are free, creates missing tables and follows the log. Throws `read-store.unavailable`. */
  async start(): Promise<void> {
    await this.#use.update();
    await this.#leased.acquire();
    await this.#runHeld();
    await this.#readStates();
    this.#leased.start(
      () => this.#watch.wake(),
      (error) => this.#report(error),
    );
    this.#watch.start();
  }

  /** Stops after the batch that is being applied, and gives the leases back. Does not wait long for a database that hangs. */
  async stop(): Promise<void> {
    this.#ending.abort();
    await atMost(STOP_MS, this.#watch.close());
    await this.#runner?.stop();
    await atMost(STOP_MS, this.#leased.stop());
  }

  /** Waits until `position` is reached and all tables have been complete. Throws `projections.behind` or `projections.building` after `timeoutMs`. */
  async waitForPosition(position: number, timeoutMs: number): Promise<void> {
    const behind = () =>
      this.#builds.refusal() ??
      new Refusal('projections.behind', 'unavailable', 'The read models are not there yet; try again shortly.');
    const followed = this.#followed.pipe(filter((current) => current >= position));
    const end = performance.now() + timeoutMs;
    try {
      await Promise.all([
        this.#leased.held.length > 0 ? this.#runner?.waitForPosition(position, timeoutMs) : undefined,
        firstValueFrom(followed.pipe(timeout({ first: timeoutMs, with: () => throwError(behind) }))),
      ]);
    } catch (error) {
      throw error instanceof Refusal ? behind() : error;
    }
    if (this.position < position) throw behind();
    // The indexes of a short log take a moment.
    if (!this.isBuilt && !(await this.waitUntilBuilt(end - performance.now()))) throw behind();
  }

  /** Waits until the tables of all projections have been complete, at most `timeoutMs`. Returns whether they have. */
  async waitUntilBuilt(timeoutMs: number): Promise<boolean> {
    for (const until = performance.now() + timeoutMs; !this.isBuilt && performance.now() < until;) await pause(10);
    return this.isBuilt;
  }

  /** Returns how far the read models are, and why they do not advance. */
  health(): ReadModelsHealth {
    const { building, rebuilding } = this.#builds;
    const isWriting = this.#leased.held.length > 0;
    const runner = isWriting ? this.#runner?.health() : undefined;
    const failing = runner?.failing ?? this.#problem;
    return {
      caughtUp: runner?.caughtUp ?? !isWriting,
      ...(failing && { failing }),
      position: this.position,
      building,
      rebuilding,
    };
  }

  async #update(): Promise<void> {
    await this.#runHeld();
    await this.#readStates();
    await this.#use.update();
    this.#problem = undefined;
  }

  /** Lets a runner write the projections whose leases are held, a new one if others are held than before. */
  async #runHeld(): Promise<void> {
    const { held, tokens } = this.#leased;
    const key = JSON.stringify([held.map(({ name }) => name), [...tokens]]);
    if (key === this.#runnerKey || this.#ending.signal.aborted) return;
    this.#runnerKey = undefined;
    const stopped = this.#runner;
    await stopped?.stop();
    this.#stoppedAt = stopped?.position ?? this.#stoppedAt;
    this.#runner = undefined;
    if (held.length > 0) {
      const runner = new ProjectionRunner({
        ...this.options,
        projections: held,
        tokens,
        onProblem: (problem) => this.#onProblem(problem),
        onCaughtUp: () => this.#readStates(),
      });
      runner.appliedBatches.subscribe(this.#appliedBatches);
      await runner.start();
      this.#runner = runner;
      if (this.#ending.signal.aborted) await runner.stop();
    }
    this.#runnerKey = key;
  }

  #onProblem(problem: ProjectionProblem): void {
    if (problem.reason === LeaseLost.name) this.#onLeaseLost();
    else this.options.onProblem(problem);
  }

  /** A write has shown that a lease is lost: the next look makes another runner, for those that are left. */
  #onLeaseLost(): void {
    this.#runnerKey = undefined;
    void this.#leased.refresh().then(
      () => this.#watch.wake(),
      (error: unknown) => this.#report(error),
    );
  }

  /** Reads the checkpoints of the followed projections and the states of all builds from the database. */
  async #readStates(): Promise<void> {
    const { store, lastPosition } = this.options;
    if (this.#ending.signal.aborted) return;
    const followed = this.#leased.followed.map(schemaOf);
    // A server that writes all tables itself would be woken by its own notifications.
    if (followed.length > 0 && store.url !== undefined) this.#watch.listen(store.url, CHECKPOINT_CHANNEL);
    const rows = await readVersions(store.batchDb, this.#builds.schemas);
    const isBuilding =
      rows.length !== this.options.projections.length || rows.some(({ built_at }) => built_at === null);
    // The head is needed for the progress only.
    const head = isBuilding ? await lastPosition().catch(() => undefined) : undefined;
    this.#builds.update(rows, head);
    const positionOf = (schema: string) => rows.find((row) => row.schema === schema)?.position ?? beforeFirst;
    const position = Math.min(...followed.map(positionOf), Infinity);
    const isMoved = position !== this.#followed.value;
    // Between two leases of this process, another one may have written.
    const before = Math.min(this.#followed.value, this.#stoppedAt ?? Infinity);
    const isReplaced = this.#stoppedAt !== undefined;
    this.#stoppedAt = undefined;
    if (isMoved) this.#followed.next(position);
    if ((isMoved || isReplaced) && before !== Infinity) this.#movedElsewhere.next(before);
  }

  #report(error: unknown): void {
    if (this.#ending.signal.aborted) return undefined;
    if (error instanceof LeaseLost) return this.#onLeaseLost();
    const previous = this.#problem;
    this.#problem = toProjectionProblem(error, previous);
    if (!outageCode(error) && previous?.reason !== this.#problem.reason) this.options.onProblem(this.#problem);
  }
}
