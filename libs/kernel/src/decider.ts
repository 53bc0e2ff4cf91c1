import type { Command, CommandClass, CommandContext } from './command.js';
import type { DataOf, DomainEvent, Envelope, Recorded, Subject } from './event.js';

export type Commands = Readonly<Record<string, CommandClass>>;

/** What `decide` may lean on besides the command and the state. */
export type Context = CommandContext;

/**
 * The rules of one kind of stream, as data. A missing or misspelt case does not compile.
 *
 * `decide` is pure: a repeated command gives `[]`, an illegal one throws a `Refusal`.
 * `evolve` never throws, validates or reads a clock: history has already happened.
 */
export interface Decider<State, E extends DomainEvent, C extends Commands, X extends Context = Context> {
  /** Streams are `<category>-<id>`. */
  readonly category: string;
  readonly subject: (id: string) => Subject;
  readonly initial: State;
  /** So many of a stream's newest events say all that its state does, and a load reads no more; absent: all do. */
  readonly foldLast?: number;
  /** The account that a state belongs to; goes into the envelope. */
  readonly account: (state: State, context: CommandContext) => string | undefined;
  readonly commands: C;
  readonly decide: {
    readonly [Name in keyof C]: (command: InstanceType<C[Name]>, state: State, context: X) => readonly E[];
  };
  readonly evolve: {
    readonly [Type in E['type']]: (state: State, data: DataOf<E, Type>, envelope: Envelope, at: StreamPlace) => State;
  };
}

/** Where an event lies. */
export interface StreamPlace {
  readonly stream: string;
  readonly revision: number;
  /** In the whole log; 0 of one that is not recorded yet. */
  readonly position: number;
}

// oxlint-disable-next-line typescript/no-explicit-any -- the erased form, for code that treats all deciders alike
export type AnyDecider = Decider<any, any, any, any>;
export type StateOf<D> = D extends Decider<infer S, infer _E, infer _C, infer _X> ? S : never;
export type EventOf<D> = D extends Decider<infer _S, infer E, infer _C, infer _X> ? E : never;
export type ContextOf<D> = D extends Decider<infer _S, infer _E, infer _C, infer X> ? X : never;

/** Runs the rule for this command. */
export function decide<S, E extends DomainEvent, X extends Context>(
  decider: Decider<S, E, Commands, X>,
  command: Command<unknown>,
  state: S,
  context: X,
): readonly E[] {
  const rule = decider.decide[command.constructor.name];
  if (!rule) throw new TypeError(`${decider.category} has no rule for ${command.constructor.name}`);
  return rule(command as never, state, context);
}

/** The state after one more event. An event without a case is of a newer build: going on without it would decide on a wrong state. */
export function evolve<S, E extends DomainEvent>(
  decider: Pick<Decider<S, E, Commands, never>, 'evolve'>,
  state: S,
  event: Recorded<E>,
): S {
  const step = decider.evolve[event.type] as
    ((state: S, data: object, envelope: Envelope, at: StreamPlace) => S) | undefined;
  if (!step) throw new TypeError(`unknown event ${event.type} in ${event.stream}@${event.revision}`);
  return step(state, event.data, event.envelope, event);
}
