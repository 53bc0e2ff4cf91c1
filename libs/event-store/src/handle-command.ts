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
  type CommandContext,
  type Recorded,
  type StateOf,
} from '#libs/kernel';
import { eventId } from './event-id.js';
import { WrongRevision, type EventStore, type Loaded, type ProposedEvent } from './event-store.js';

/** What a command came to. */
export interface CommandResult<S> {
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
const backOffAfter = 4;

/** Runs `attempt` again while somebody else writes first; after `tries` gives up with `stream.busy`. */
export async function retryOnConflict<T>(attempt: () => Promise<T>, tries = 30): Promise<T> {
  for (let failed = 0; failed < tries; failed++) {
    if (failed >= backOffAfter) await pause(Math.random() * Math.min(2 ** failed, 200));
    try {
      return await attempt();
    } catch (error) {
      if (!(error instanceof WrongRevision)) throw error;
    }
  }
  throw new Refusal('stream.busy', 'unavailable', 'Too many others write to this at once; try again.');
}

/** The one way of a command: load → decide → append, decided again when somebody else wrote first. */
export function handleCommand<D extends AnyDecider>(
  store: EventStore,
  decider: D,
  command: Command<unknown>,
  facts: Omit<ContextOf<D>, keyof CommandContext> = {} as never,
): Promise<CommandResult<StateOf<D>>> {
  return retryOnConflict(async () => {
    const loaded = await loadForCommand(store, decider, command.context);
    if (loaded.sameCommand) return repeatedResult(loaded.sameCommand);
    const events = decide(decider, command, loaded.state, { ...command.context, ...facts }) as readonly EventOf<D>[];
    return isDryRun(command)
      ? preview(decider, loaded, command, events)
      : appendDecided(store, decider, loaded, command, events);
  });
}

/**
 * Loads what a command is about. Throws `idempotency.mismatch` where the command is already there with another body,
 * `revision.stale` where If-Match names another revision than the one that the caller sees.
 * @param seenAt the revision that the caller sees; undefined where they must not learn that there is anything
 */
export async function loadForCommand<D extends AnyDecider>(
  store: EventStore,
  decider: D,
  context: CommandContext,
  seenAt: (loaded: Loaded<StateOf<D>>) => number | undefined = ({ revision }) => revision,
): Promise<Loaded<StateOf<D>>> {
  const { commandId, digest } = context;
  // One without a key does not come again: not worth reading what is forgotten.
  const isLookedFor = digest !== undefined || decider.foldLast === undefined;
  const loaded = await store.load(decider, context.targetId, isLookedFor ? { commandId } : {});
  if (loaded.sameCommand) {
    if (loaded.sameCommand.digest !== digest) throw idempotencyMismatch();
    return loaded;
  }
  const { expectedRevision } = context;
  const revision = seenAt(loaded);
  if (expectedRevision !== undefined && revision !== undefined && expectedRevision !== revision) {
    throw new Refusal('revision.stale', 'stale', 'Somebody has changed this since you looked.', [], { revision });
  }
  return loaded;
}

/** A key that comes again has to come with the same body. */
export const idempotencyMismatch = (): Refusal =>
  new Refusal('idempotency.mismatch', 'mismatch', 'This Idempotency-Key came with another body before.');

/** A repeated command answers what it answered first, whatever has happened since. */
export const repeatedResult = <S>({
  state,
  revision,
  position,
  at,
}: {
  state: S;
  revision: number;
  position: number;
  at: string;
}): CommandResult<S> => ({
  state,
  revision,
  position,
  at,
  changed: true,
});

/** What recording these events would come to; nothing is written. */
export const preview = <D extends AnyDecider>(
  decider: D,
  { state, revision, position }: Loaded<StateOf<D>>,
  command: Command<unknown>,
  events: readonly EventOf<D>[],
): CommandResult<StateOf<D>> => ({
  state: propose(decider, state, revision, command, events).after,
  revision,
  position,
  changed: events.length > 0,
});

/** Appends the decided events at exactly the loaded revision. Throws `WrongRevision` where somebody else wrote first. */
export async function appendDecided<D extends AnyDecider>(
  store: EventStore,
  decider: D,
  { state, revision, position }: Loaded<StateOf<D>>,
  command: Command<unknown>,
  events: readonly EventOf<D>[],
): Promise<CommandResult<StateOf<D>>> {
  if (events.length === 0) return { state, revision, position, changed: false };
  const { proposed, after } = propose(decider, state, revision, command, events);
  const appended = await store.append(`${decider.category}-${command.context.targetId}`, revision, proposed);
  return { state: after, ...appended, changed: true, at: command.context.at };
}

export const isDryRun = (command: object): boolean => 'dryRun' in command && command.dryRun === true;

/** Puts decided events into their envelopes and folds them into the state. */
function propose<D extends AnyDecider>(
  decider: D,
  before: StateOf<D>,
  revision: number,
  command: Command<unknown>,
  events: readonly EventOf<D>[],
): { proposed: ProposedEvent[]; after: StateOf<D> } {
  const { commandId, digest, targetId } = command.context;
  const stream = `${decider.category}-${targetId}`;
  let after = before;
  const proposed = events.map(({ type, data }: DomainEvent, index) => {
    const id = eventId({ commandId, digest, stream, expected: revision, index });
    const draft = envelope(decider, command);
    const event = { id, type, data, envelope: draft, stream, revision: revision + 1 + index, position: 0 };
    const next = evolve(decider as AnyDecider, after, event satisfies Recorded);
    const account = decider.account(next, command.context) ?? decider.account(after, command.context);
    after = next;
    return { id, type, data, envelope: { ...draft, ...(account && { account }) } };
  });
  return { proposed, after };
}

function envelope(decider: AnyDecider, command: Command<unknown>): Envelope {
  const { commandId, correlationId, actor, tokenId, ip, at, targetId, digest } = command.context;
  const reason = 'reason' in command ? (command.reason as string | undefined) : undefined;
  return {
    correlationId,
    causationId: commandId,
    actor,
    ...(tokenId && { via: tokenId }),
    subject: decider.subject(targetId),
    ...(reason && { reason }),
    ...(ip && { ip }),
    at,
    schema: 1,
    ...(digest && { digest }),
  };
}
