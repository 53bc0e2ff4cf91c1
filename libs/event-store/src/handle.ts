import { setTimeout as pause } from 'node:timers/promises';
import {
  Refusal,
  decide,
  evolve,
  type AnyDecider,
  type Command,
  type ContextOf,
  type DomainEvent,
  type Envelope,
  type EventOf,
  type Issuance,
  type Recorded,
  type StateOf,
} from '#libs/kernel';
import { eventId } from './event-id.js';
import { WrongRevision, type EventStore, type Loaded, type Proposed } from './event-store.js';

/** What a command came to. */
export interface Written<S> {
  readonly state: S;
  /** Of the stream: the ETag. */
  readonly revision: number;
  /** In the log; where nothing changed, the one that it was decided on. */
  readonly position: number;
  readonly changed: boolean;
  /** When it was recorded, for a repeated command the first time; UTC, ISO 8601. Absent where nothing was. */
  readonly at?: string;
}

/** From this failed try on, each waits a random while, so that rivals do not keep getting in each other's way. */
const patientFrom = 4;

/** Runs `attempt` again while somebody else writes first; after `tries` gives up with `stream.busy`. */
export async function decidingAgain<T>(attempt: () => Promise<T>, tries = 30): Promise<T> {
  for (let failed = 0; failed < tries; failed++) {
    if (failed >= patientFrom) await pause(Math.random() * Math.min(2 ** failed, 200));
    try {
      return await attempt();
    } catch (error) {
      if (!(error instanceof WrongRevision)) throw error;
    }
  }
  throw new Refusal('stream.busy', 'unavailable', 'Too many others write to this at once; try again.');
}

/** The one way of a command: load → decide → append, decided again when somebody else wrote first. */
export function handle<D extends AnyDecider>(
  store: EventStore,
  decider: D,
  command: Command<unknown>,
  facts: Omit<ContextOf<D>, keyof Issuance> = {} as never,
): Promise<Written<StateOf<D>>> {
  return decidingAgain(async () => {
    const loaded = await begin(store, decider, command.issuance);
    if (loaded.earlier) return firstAnswer(loaded.earlier);
    const events = decide(decider, command, loaded.state, { ...command.issuance, ...facts }) as readonly EventOf<D>[];
    return isDryRun(command)
      ? foresee(decider, loaded, command, events)
      : record(store, decider, loaded, command, events);
  });
}

/**
 * Loads what a command is about. Throws `idempotency.mismatch` where the command is already there with another body,
 * `revision.stale` where If-Match names another revision than the one that the caller sees.
 * @param seenAt the revision that the caller sees; undefined where they must not learn that there is anything
 */
export async function begin<D extends AnyDecider>(
  store: EventStore,
  decider: D,
  issuance: Issuance,
  seenAt: (loaded: Loaded<StateOf<D>>) => number | undefined = ({ revision }) => revision,
): Promise<Loaded<StateOf<D>>> {
  const { commandId, digest } = issuance;
  // One without a key does not come again: not worth reading what is forgotten.
  const isLookedFor = digest !== undefined || decider.memory === undefined;
  const loaded = await store.load(decider, issuance.target, isLookedFor ? { commandId } : {});
  if (loaded.earlier) {
    if (loaded.earlier.digest !== digest) throw keyMismatch();
    return loaded;
  }
  const { expectedRevision } = issuance;
  const revision = seenAt(loaded);
  if (expectedRevision !== undefined && revision !== undefined && expectedRevision !== revision) {
    throw new Refusal('revision.stale', 'stale', 'Somebody has changed this since you looked.', [], { revision });
  }
  return loaded;
}

/** A key that comes again has to come with the same body. */
export const keyMismatch = (): Refusal =>
  new Refusal('idempotency.mismatch', 'mismatch', 'This Idempotency-Key came with another body before.');

/** A repeated command answers what it answered first, whatever has happened since. */
export const firstAnswer = <S>({
  state,
  revision,
  position,
  at,
}: {
  state: S;
  revision: number;
  position: number;
  at: string;
}): Written<S> => ({
  state,
  revision,
  position,
  at,
  changed: true,
});

/** What recording these events would come to; nothing is written. */
export const foresee = <D extends AnyDecider>(
  decider: D,
  { state, revision, position }: Loaded<StateOf<D>>,
  command: Command<unknown>,
  events: readonly EventOf<D>[],
): Written<StateOf<D>> => ({
  state: propose(decider, state, revision, command, events).after,
  revision,
  position,
  changed: events.length > 0,
});

/** Appends the decided events at exactly the loaded revision. Throws `WrongRevision` where somebody else wrote first. */
export async function record<D extends AnyDecider>(
  store: EventStore,
  decider: D,
  { state, revision, position }: Loaded<StateOf<D>>,
  command: Command<unknown>,
  events: readonly EventOf<D>[],
): Promise<Written<StateOf<D>>> {
  if (events.length === 0) return { state, revision, position, changed: false };
  const { proposed, after } = propose(decider, state, revision, command, events);
  const appended = await store.append(`${decider.category}-${command.issuance.target}`, revision, proposed);
  return { state: after, ...appended, changed: true, at: command.issuance.at };
}

export const isDryRun = (command: object): boolean => 'dryRun' in command && command.dryRun === true;

/** Puts decided events into their envelopes and folds them into the state. */
function propose<D extends AnyDecider>(
  decider: D,
  before: StateOf<D>,
  revision: number,
  command: Command<unknown>,
  events: readonly EventOf<D>[],
): { proposed: Proposed[]; after: StateOf<D> } {
  const { commandId, digest, target } = command.issuance;
  const stream = `${decider.category}-${target}`;
  let after = before;
  const proposed = events.map(({ type, data }: DomainEvent, index) => {
    const id = eventId({ commandId, digest, stream, expected: revision, index });
    const draft = envelope(decider, command);
    const event = { id, type, data, envelope: draft, stream, revision: revision + 1 + index, position: 0 };
    const next = evolve(decider as AnyDecider, after, event satisfies Recorded);
    const account = decider.account(next, command.issuance) ?? decider.account(after, command.issuance);
    after = next;
    return { id, type, data, envelope: { ...draft, ...(account && { account }) } };
  });
  return { proposed, after };
}

function envelope(decider: AnyDecider, command: Command<unknown>): Envelope {
  const { commandId, correlationId, actor, via, ip, at, target, digest } = command.issuance;
  const reason = 'reason' in command ? (command.reason as string | undefined) : undefined;
  return {
    correlationId,
    causationId: commandId,
    actor,
    ...(via && { via }),
    subject: decider.subject(target),
    ...(reason && { reason }),
    ...(ip && { ip }),
    at,
    schema: 1,
    ...(digest && { digest }),
  };
}
