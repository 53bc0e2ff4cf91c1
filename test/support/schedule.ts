import * as fc from 'fast-check';
import type { EventStore } from '#libs/event-store';
import { Refusal } from '#libs/kernel';

/** Where a process dies: at its so many-th append (from 0), before it is sent or right after it was answered. */
export interface Crash {
  readonly append: number;
  readonly answered: boolean;
}

/** A caller of a workflow: dies as often as this says, and comes again with the same key after each time, or not after the last. */
export interface Fate {
  readonly crashes: readonly Crash[];
  readonly givesUp: boolean;
}

export interface Actor<T> {
  readonly fate: Fate;
  /** The workflow, with its command issued anew under the same key. */
  readonly run: (store: EventStore) => Promise<T>;
}

/** What became of an actor; a crash that was never retried leaves nothing. */
export type Outcome<T> = { readonly answer: T } | { readonly refusal: Refusal } | 'gone';

export const codeOf = (outcome: Outcome<unknown>): string =>
  outcome === 'gone' ? outcome : 'refusal' in outcome ? outcome.refusal.code : 'answered';

/** On how many schedules each property is tried. */
const numRuns = Number(process.env['FAULT_RUNS'] ?? 20);
/** How many at once: each waits for the disk most of the time. */
const lanes = 4;

/** For a test that plays schedules, ms: finding the smallest that fails takes a while. */
export const patience = 120_000 + numRuns * 200;

/** Tries a property, on more or fewer schedules by `share`; throws the shrunk counterexample. */
export async function holds<Values extends [unknown, ...unknown[]]>(
  arbitraries: { [Index in keyof Values]: fc.Arbitrary<Values[Index]> },
  property: (...values: Values) => Promise<void>,
  share = 1,
): Promise<void> {
  const lane = () =>
    fc.assert(fc.asyncProperty(...arbitraries, property), { numRuns: Math.ceil((numRuns * share) / lanes) });
  const lost = (await Promise.allSettled(Array.from({ length: lanes }, lane))).find(
    ({ status }) => status === 'rejected',
  );
  if (lost) throw (lost as PromiseRejectedResult).reason;
}

/** Who goes next at each turn (0 stays with the same actor), and before which calls an actor pauses. */
export interface Schedule {
  readonly pausing: 'append' | 'call';
  readonly turns: readonly number[];
}

/** One after the other. */
export const inTurn: Schedule = { pausing: 'call', turns: [] };

/** Some turns at a stretch, since what a rival must slip between are often two calls far apart. */
const schedule = (pausing: Schedule['pausing'], longest: number): fc.Arbitrary<Schedule> =>
  fc
    .array(fc.tuple(fc.nat(11), fc.integer({ min: 1, max: longest })), { minLength: 20, maxLength: 20 })
    .map((stretches) => ({
      pausing,
      turns: stretches.flatMap(([who, length]) => [who, ...Array<number>(length - 1).fill(0)]),
    }));

export const coarse = schedule('append', 3);
const fine = schedule('call', 6);
export const schedules = fc.oneof(coarse, fine);

export const noCrash: Fate = { crashes: [], givesUp: false };

const crash: fc.Arbitrary<Crash> = fc.record({ append: fc.nat(5), answered: fc.boolean() });

export const fate: fc.Arbitrary<Fate> = fc.oneof(
  { weight: 1, arbitrary: fc.constant(noCrash) },
  {
    weight: 1,
    arbitrary: fc.record({ crashes: fc.array(crash, { minLength: 1, maxLength: 2 }), givesUp: fc.boolean() }),
  },
);

export const patient: fc.Arbitrary<Fate> = fate.map(({ crashes }) => ({ crashes, givesUp: false }));

/**
 * Plays workflows on the real store, one call of one actor at a time: each pauses before every append, or before
 * every load as well, until it is picked. `afterAppend` runs while all of them are paused.
 */
export async function play<T>(
  store: EventStore,
  actors: readonly Actor<T>[],
  { pausing, turns }: Schedule,
  afterAppend: (stream: string) => Promise<void> = async () => {},
): Promise<Outcome<T>[]> {
  const lives = actors.map((actor) => new Life(store, actor, pausing, 0));
  let current = 0;
  for (let turn = 0; ; turn++) {
    const ready = lives.map((_, index) => (index + current) % lives.length).filter((index) => !lives[index]!.outcome);
    if (ready.length === 0) return lives.map(({ outcome }) => outcome!);
    current = ready[(turns[turn] ?? 0) % ready.length]!;
    const life = lives[current]!;
    const appended = await life.step();
    if (appended) await afterAppend(appended);
    if (life.next) lives[current] = life.next;
  }
}

/** One run of an actor's workflow, up to its end or its crash. */
class Life<T> {
  outcome: Outcome<T> | undefined;
  /** The same actor after a crash. */
  next: Life<T> | undefined;
  private appends = 0;
  private appended: string | undefined;
  private go: (() => void) | undefined;
  private rest!: () => void;

  constructor(
    private readonly store: EventStore,
    private readonly actor: Actor<T>,
    private readonly pausing: Schedule['pausing'],
    private readonly crashes: number,
  ) {
    this.go = () => {
      actor.run(this.paced()).then(
        (answer) => this.end({ answer }),
        (error: unknown) => this.end({ refusal: error as Refusal }),
      );
    };
  }

  /** Lets it make its next call and go on up to the one after; answers the stream that it wrote. Throws what the workflow threw where that is no refusal. */
  async step(): Promise<string | undefined> {
    const paused = new Promise<void>((resolve) => (this.rest = resolve));
    const go = this.go!;
    this.go = undefined;
    this.appended = undefined;
    go();
    await paused;
    if (typeof this.outcome === 'object' && 'refusal' in this.outcome && !(this.outcome.refusal instanceof Refusal))
      throw this.outcome.refusal as Error;
    return this.appended;
  }

  private paced(): EventStore {
    const { store } = this;
    const load: EventStore['load'] = async (...call) => {
      if (this.pausing === 'call') await this.pause();
      return store.load(...call);
    };
    const append: EventStore['append'] = async (...call) => {
      await this.pause();
      const { append: last, answered } = this.actor.fate.crashes[this.crashes] ?? { append: -1, answered: false };
      const dies = this.appends === last;
      if (dies && !answered) return this.die();
      this.appends++;
      const appending = store.append(...call);
      await appending.then(
        () => (this.appended = call[0]),
        () => {},
      );
      return dies ? this.die() : appending;
    };
    return Object.create(store, { load: { value: load }, append: { value: append } }) as EventStore;
  }

  private pause(): Promise<void> {
    if (this.go) throw new Error('a workflow that makes two calls at once cannot be scheduled');
    return new Promise((resolve) => {
      this.go = resolve;
      this.rest();
    });
  }

  /** Never goes on. */
  private die(): Promise<never> {
    const { fate } = this.actor;
    const crashes = this.crashes + 1;
    if (fate.givesUp && crashes === fate.crashes.length) this.outcome = 'gone';
    else this.next = new Life(this.store, this.actor, this.pausing, crashes);
    this.rest();
    return new Promise(() => {});
  }

  private end(outcome: Outcome<T>): void {
    this.outcome = outcome;
    this.rest();
  }
}

/**
 * The store of a process that is killed at its so many-th append: whatever it was waiting for by then never comes back,
 * though what it had sent may still arrive. `killed` resolves when that happens.
 */
export function killedAt(
  store: EventStore,
  { append: last, answered }: Crash,
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
    if (isLast && !answered) die();
    return whileAlive(() => store.append(...call).finally(() => isLast && die()));
  };
  const load: EventStore['load'] = (...call) => whileAlive(() => store.load(...call));
  return { store: Object.create(store, { load: { value: load }, append: { value: append } }) as EventStore, killed };
}
