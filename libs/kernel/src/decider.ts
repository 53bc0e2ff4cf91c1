import type { Command, CommandClass, CommandContext } from './command.js';
import type { DataOf, DomainEvent, Envelope, Recorded, Subject } from './event.js';

export type Commands = Readonly<Record<string, CommandClass>>;

/**
 * The rules of one kind of stream, as data. A missing or misspelt case does not compile.
 *
 * `decide` is pure. It returns `[]` for a command that repeats what already holds, and throws a `Refusal` for one that a
 * rule forbids.
 * `evolve` never throws, validates or reads a clock: what it gets has already happened.
 */
export interface Decider<State, E extends DomainEvent, C extends Commands, X extends CommandContext = CommandContext> {
  /** Streams are named `<category>-<id>`. */
  readonly category: string;
  readonly subject: (id: string) => Subject;
  readonly initial: State;
  /** If set, the state depends on the last N events only, and loads read just those. Default: all events. */
  readonly foldLast?: number;
  /** Returns the account for the envelope of the events of a command. */
  readonly account: (state: State, context: CommandContext) => string | undefined;
  readonly commands: C;
  readonly decide: {
    readonly [Name in keyof C]: (command: InstanceType<C[Name]>, state: State, context: X) => readonly E[];
  };
  readonly evolve: {
    readonly [Type in E['type']]: (state: State, data: DataOf<E, Type>, envelope: Envelope, at: StreamPlace) => State;
  };
}

/** Where an event is stored. */
export interface StreamPlace {
  readonly stream: string;
  readonly revision: number;
  /** In the whole log; 0 if the event is not stored yet. */
  readonly position: number;
}

// oxlint-disable-next-line typescript/no-explicit-any -- the erased form, for code that treats all deciders alike
export type AnyDecider = Decider<any, any, any, any>;
export type StateOf<D> = D extends Decider<infer S, infer _E, infer _C, infer _X> ? S : never;
export type EventOf<D> = D extends Decider<infer _S, infer E, infer _C, infer _X> ? E : never;
export type ContextOf<D> = D extends Decider<infer _S, infer _E, infer _C, infer X> ? X : never;

/**
 * Runs the rule for a command, and returns the events that it causes.
 * @throws Refusal if the rule forbids the command
 */
export function decide<S, E extends DomainEvent, X extends CommandContext>(
  decider: Decider<S, E, Commands, X>,
  command: Command<unknown>,
  state: S,
  context: X,
): readonly E[] {
  const rule = decider.decide[command.constructor.name];
  if (!rule) throw new TypeError(`${decider.category} has no rule for ${command.constructor.name}`);
  return rule(command as never, state, context);
}

/**
 * Returns the state after one more event.
 * @throws TypeError for an unknown event, which a newer build has stored: without it the state would be wrong
 */
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
