import { evolve, type AnyDecider, type Recorded, type StateOf } from '#libs/kernel';

/** A stream's state, and the place of the last event in it. */
export interface Loaded<State> {
  readonly state: State;
  /** Of the last event; -1 if there is none. */
  readonly revision: number;
  /** Position of the last event in the log; 0 if there is none. */
  readonly position: number;
  /** Time of the last event (UTC, ISO 8601); absent if there is none. */
  readonly lastAt?: string;
  /** The state after the command that was looked for, if its events are already in the stream. */
  readonly sameCommand?: Loaded<State> & {
    readonly at: string;
    readonly digest?: string;
    /** Set if the subject was erased, and with it what was sealed for them. */
    readonly erased?: true;
  };
}

export interface FoldOptions {
  /** Fills {@link Loaded.sameCommand} if the stream has events of this command. */
  readonly commandId?: string;
  /** Folds only the events before the first one that is later than this time (ISO 8601). */
  readonly until?: string;
}

/** Folds the events of a stream, which must be in order. */
export async function foldEvents<D extends AnyDecider>(
  decider: D,
  events: AsyncIterable<Recorded> | Iterable<Recorded>,
  { commandId, until }: FoldOptions,
): Promise<Loaded<StateOf<D>>> {
  const end = until === undefined ? Infinity : Date.parse(until);
  let loaded: Loaded<StateOf<D>> = { state: decider.initial as StateOf<D>, revision: -1, position: 0 };
  let sameCommand: Loaded<StateOf<D>>['sameCommand'];
  for await (const event of events) {
    const { causationId, at, digest } = event.envelope;
    if (Date.parse(at) > end) break;
    const { revision, position } = event;
    loaded = { state: evolve(decider, loaded.state, event), revision, position, lastAt: at };
    if (causationId === commandId)
      sameCommand = { ...loaded, at, ...(digest !== undefined && { digest }), ...(event.erased && { erased: true }) };
  }
  return sameCommand ? { ...loaded, sameCommand } : loaded;
}
