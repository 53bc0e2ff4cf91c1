import * as fc from 'fast-check';
import type { EventStore } from '#libs/event-store';
import { Refusal } from '#libs/kernel';

/** Where a process crashes: at its append number `append` (from 0), before it is sent or right after it was acknowledged. */
export interface Crash {
  readonly append: number;
  readonly acknowledged: boolean;
}

/** The crashes of one caller. The caller retries with the same key after each crash, or `givesUp` after the last one. */
export interface CrashPlan {
  readonly crashes: readonly Crash[];
  readonly givesUp: boolean;
}

/** A caller in a schedule. */
export interface Actor<T> {
  readonly crashPlan: CrashPlan;
  /** Runs the workflow with a new command under the same key. */
  readonly run: (store: EventStore) => Promise<T>;
}

/** The outcome of an actor; `gaveUp` if its last crash was never retried. */
export type Outcome<T> = { readonly result: T } | { readonly refusal: Refusal } | 'gaveUp';

/** Returns the code of a refusal, else `succeeded` or `gaveUp`. */
export const outcomeCode = (outcome: Outcome<unknown>): string =>
  outcome === 'gaveUp' ? outcome : 'refusal' in outcome ? outcome.refusal.code : 'succeeded';

/** The number of schedules that each property is checked with. */
const numRuns = Number(process.env['FAULT_RUNS'] ?? 20);
/** How many schedules run at once: each waits for the disk most of the time. */
const parallelRuns = 4;

/** The time-out of a test that runs schedules, in ms: finding the smallest failing one takes a while. */
export const scheduleTimeoutMs = 120_000 + numRuns * 200;

/** Checks a property on generated values, on `share` times the usual number of runs. Throws the shrunk counterexample. */
export async function checkProperty<Values extends [unknown, ...unknown[]]>(
  arbitraries: { [Index in keyof Values]: fc.Arbitrary<Values[Index]> },
  property: (...values: Values) => Promise<void>,
  share = 1,
): Promise<void> {
  const run = () =>
    fc.assert(fc.asyncProperty(...arbitraries, property), { numRuns: Math.ceil((numRuns * share) / parallelRuns) });
  const failed = (await Promise.allSettled(Array.from({ length: parallelRuns }, run))).find(
    ({ status }) => status === 'rejected',
  );
  if (failed) throw (failed as PromiseRejectedResult).reason;
}

/** Which actor runs next at each turn (0: the same one again), and before which calls an actor pauses. */
export interface Schedule {
  readonly pausing: 'append' | 'call';
  readonly turns: readonly number[];
}

/** The actors run one after the other. */
export const sequential: Schedule = { pausing: 'call', turns: [] };

/** Generates schedules in which an actor often has several turns in a row, since two calls that must be interrupted are often far apart. */
const generateSchedules = (pausing: Schedule['pausing'], longest: number): fc.Arbitrary<Schedule> =>
  fc
    .array(fc.tuple(fc.nat(11), fc.integer({ min: 1, max: longest })), { minLength: 20, maxLength: 20 })
    .map((stretches) => ({
      pausing,
      turns: stretches.flatMap(([who, length]) => [who, ...Array<number>(length - 1).fill(0)]),
    }));

export const appendSchedules = generateSchedules('append', 3);
const callSchedules = generateSchedules('call', 6);
export const schedules = fc.oneof(appendSchedules, callSchedules);

export const noCrash: CrashPlan = { crashes: [], givesUp: false };

const crash: fc.Arbitrary<Crash> = fc.record({ append: fc.nat(5), acknowledged: fc.boolean() });

export const crashPlans: fc.Arbitrary<CrashPlan> = fc.oneof(
  { weight: 1, arbitrary: fc.constant(noCrash) },
  {
    weight: 1,
    arbitrary: fc.record({ crashes: fc.array(crash, { minLength: 1, maxLength: 2 }), givesUp: fc.boolean() }),
  },
);

export const crashPlansWithRetries: fc.Arbitrary<CrashPlan> = crashPlans.map(({ crashes }) => ({
  crashes,
  givesUp: false,
}));

/**
 * Runs workflows on the real store, one call of one actor at a time: each actor pauses before every append, or before
 * every load too, until the schedule picks it. `afterAppend` runs while all actors are paused. Returns their outcomes.
 */
export async function runSchedule<T>(
  store: EventStore,
  actors: readonly Actor<T>[],
  { pausing, turns }: Schedule,
  afterAppend: (stream: string) => Promise<void> = async () => {},
): Promise<Outcome<T>[]> {
  const runs = actors.map((actor) => new WorkflowRun(store, actor, pausing, 0));
  let current = 0;
  for (let turn = 0; ; turn++) {
    const ready = runs.map((_, index) => (index + current) % runs.length).filter((index) => !runs[index]!.outcome);
    if (ready.length === 0) return runs.map(({ outcome }) => outcome!);
    current = ready[(turns[turn] ?? 0) % ready.length]!;
    const run = runs[current]!;
    const appended = await run.step();
    if (appended) await afterAppend(appended);
    if (run.next) runs[current] = run.next;
  }
}

/** One run of an actor's workflow, until it ends or crashes. */
class WorkflowRun<T> {
  outcome: Outcome<T> | undefined;
  /** The run of the same actor after this one has crashed. */
  next: WorkflowRun<T> | undefined;
  private appends = 0;
  private appended: string | undefined;
  private go: (() => void) | undefined;
  private onPaused!: () => void;

  constructor(
    private readonly store: EventStore,
    private readonly actor: Actor<T>,
    private readonly pausing: Schedule['pausing'],
    private readonly crashes: number,
  ) {
    this.go = () => {
      actor.run(this.pausingStore()).then(
        (answer) => this.end({ result: answer }),
        (error: unknown) => this.end({ refusal: error as Refusal }),
      );
    };
  }

  /** Lets the workflow make its next call and run until the one after. Returns the stream that it wrote, if any. Throws the workflow's error unless it is a refusal. */
  async step(): Promise<string | undefined> {
    const paused = new Promise<void>((resolve) => (this.onPaused = resolve));
    const go = this.go!;
    this.go = undefined;
    this.appended = undefined;
    go();
    await paused;
    if (typeof this.outcome === 'object' && 'refusal' in this.outcome && !(this.outcome.refusal instanceof Refusal))
      throw this.outcome.refusal as Error;
    return this.appended;
  }

  /** Returns a store whose calls pause and crash by the plan. */
  private pausingStore(): EventStore {
    const { store } = this;
    const load: EventStore['load'] = async (...call) => {
      if (this.pausing === 'call') await this.pause();
      return store.load(...call);
    };
    const append: EventStore['append'] = async (...call) => {
      await this.pause();
      const { append: last, acknowledged } = this.actor.crashPlan.crashes[this.crashes] ?? {
        append: -1,
        acknowledged: false,
      };
      const crashesHere = this.appends === last;
      if (crashesHere && !acknowledged) return this.crash();
      this.appends++;
      const appending = store.append(...call);
      await appending.then(
        () => (this.appended = call[0]),
        () => {},
      );
      return crashesHere ? this.crash() : appending;
    };
    return Object.create(store, { load: { value: load }, append: { value: append } }) as EventStore;
  }

  private pause(): Promise<void> {
    if (this.go) throw new Error('a workflow that makes two calls at once cannot be scheduled');
    return new Promise((resolve) => {
      this.go = resolve;
      this.onPaused();
    });
  }

  /** Ends this run as in a crash: returns a promise that never resolves. */
  private crash(): Promise<never> {
    const { crashPlan } = this.actor;
    const crashes = this.crashes + 1;
    if (crashPlan.givesUp && crashes === crashPlan.crashes.length) this.outcome = 'gaveUp';
    else this.next = new WorkflowRun(this.store, this.actor, this.pausing, crashes);
    this.onPaused();
    return new Promise(() => {});
  }

  private end(outcome: Outcome<T>): void {
    this.outcome = outcome;
    this.onPaused();
  }
}

/**
 * Returns a store that behaves as if its process were killed at the given append: from then on no call returns, though
 * appends that were sent may still be written. `killed` resolves at that moment.
 */
export function storeKilledAt(
  store: EventStore,
  { append: last, acknowledged }: Crash,
): { store: EventStore; killed: Promise<void> } {
  let kill!: () => void;
  let alive = true;
  let appends = 0;
  const killed = new Promise<void>((resolve) => (kill = resolve));
  const whileAlive = async <T>(call: () => Promise<T>): Promise<T> => {
    const value = alive
      ? await call().then(
          (answer) => ({ answer }),
          (error: unknown) => ({ error }),
        )
      : undefined;
    if (!alive || !value) return new Promise<never>(() => {});
    if ('error' in value) throw value.error;
    return value.answer;
  };
  const die = (): void => {
    alive = false;
    kill();
  };
  const append: EventStore['append'] = (...call) => {
    const isLast = appends++ === last;
    if (isLast && !acknowledged) die();
    return whileAlive(() => store.append(...call).finally(() => isLast && die()));
  };
  const load: EventStore['load'] = (...call) => whileAlive(() => store.load(...call));
  return { store: Object.create(store, { load: { value: load }, append: { value: append } }) as EventStore, killed };
}
