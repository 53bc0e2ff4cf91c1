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
import type { ProposedEvent } from './codec.js';
import { toEventId } from './event-id.js';
import type { EventStore } from './event-store.js';
import type { Loaded } from './fold-events.js';
import { WrongRevision } from './wrong-revision.js';

/** The result of a command. */
export interface CommandResult<S> {
  /** The state after the command. */
  readonly state: S;
  /** Of the stream; the ETag. */
  readonly revision: number;
  /** Position in the log of the last event; if nothing changed, of the event that the decision was based on. */
  readonly position: number;
  readonly changed: boolean;
  /** When the events were recorded, for a repeated command the first time; UTC, ISO 8601. Absent if there are none. */
  readonly at?: string;
}

/** From this attempt on, retries wait for a random time, so that concurrent commands do not keep conflicting. */
const BACK_OFF_AFTER = 4;

/** Runs `attempt` and returns its result; retries it after a revision conflict. Throws `stream.busy` after `tries` conflicts. */
export async function retryOnConflict<T>(attempt: () => Promise<T>, tries = 30): Promise<T> {
  for (let failed = 0; failed < tries; failed++) {
    if (failed >= BACK_OFF_AFTER) await pause(Math.random() * Math.min(2 ** failed, 200));
    try {
      return await attempt();
    } catch (error) {
      if (!(error instanceof WrongRevision)) throw error;
    }
  }
  throw new Refusal('stream.busy', 'unavailable', 'Too many others write to this at once; try again.');
}

/**
 * Handles a command on one stream: load → decide → append, again after a revision conflict. A repeated command returns its
 * first result, a dry run appends nothing.
 * @param facts what the decider's context needs besides the command's
 */
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
 * Loads the stream that a command is about. A command whose digest was erased with its subject counts as not in the stream.
 * Throws `idempotency.mismatch` if the stream has events of the same command with another body, `revision.stale` if If-Match names another revision than the one that is visible to the caller.
 * @param revisionVisible returns the revision that the caller sees; undefined if they must not learn that the stream exists
 */
export async function loadForCommand<D extends AnyDecider>(
  store: EventStore,
  decider: D,
  context: CommandContext,
  revisionVisible: (loaded: Loaded<StateOf<D>>) => number | undefined = ({ revision }) => revision,
): Promise<Loaded<StateOf<D>>> {
  const { commandId, digest } = context;
  // A command without an Idempotency-Key is never repeated: it need not be looked for beyond `foldLast`.
  const mayBeRepeated = digest !== undefined || decider.foldLast === undefined;
  const found = await store.load(decider, context.targetId, mayBeRepeated ? { commandId } : {});
  const { sameCommand, ...loaded } = found;
  const isDigestErased = digest !== undefined && sameCommand?.erased && sameCommand.digest === undefined;
  if (sameCommand && !isDigestErased) {
    if (!isSameRequest(sameCommand.digest, context)) throw idempotencyMismatch();
    return found;
  }
  const { expectedRevision } = context;
  const revision = revisionVisible(loaded);
  if (expectedRevision !== undefined && revision !== undefined && expectedRevision !== revision) {
    throw new Refusal('revision.stale', 'stale', 'Somebody has changed this since you looked.', [], { revision });
  }
  return loaded;
}

/** Returns whether a stored digest, in the format of this build or of earlier ones, is that of the request. */
export const isSameRequest = (
  stored: string | undefined,
  { digest, earlierDigest }: Pick<CommandContext, 'digest' | 'earlierDigest'>,
): boolean => stored === digest || (stored !== undefined && stored === earlierDigest);

/** Returns the refusal of an Idempotency-Key that was used with another body before. */
export const idempotencyMismatch = (): Refusal =>
  new Refusal('idempotency.mismatch', 'mismatch', 'This Idempotency-Key came with another body before.');

/** Returns the result of a repeated command: the one of the first time, whatever has happened since. */
export const repeatedResult = <S>({
  state,
  revision,
  position,
  at,
}: Pick<Loaded<S>, 'state' | 'revision' | 'position'> & { readonly at: string }): CommandResult<S> => ({
  state,
  revision,
  position,
  at,
  changed: true,
});

/** The events that a command decided, in their envelopes. Nothing is appended yet. */
export interface Proposal<S> {
  readonly stream: string;
  readonly events: readonly ProposedEvent[];
  /** The result that appending the events would have. */
  readonly preview: CommandResult<S>;
}

/** Adds ids and envelopes to decided events and computes the state after them; appends nothing. */
export function propose<D extends AnyDecider>(
  decider: D,
  { state: before, revision, position, lastAt }: Loaded<StateOf<D>>,
  command: Command<unknown>,
  decided: readonly EventOf<D>[],
): Proposal<StateOf<D>> {
  const { commandId, targetId } = command.context;
  const stream = `${decider.category}-${targetId}`;
  const envelope = toEnvelope(decider, command, lastAt);
  let state: StateOf<D> = before;
  const events = decided.map(({ type, data }: DomainEvent, index) => {
    const id = toEventId({ commandId, stream, expected: revision, index });
    const event = { id, type, data, envelope, stream, revision: revision + 1 + index, position: 0 };
    const next = evolve(decider as AnyDecider, state, event satisfies Recorded);
    const account = decider.account(next, command.context) ?? decider.account(state, command.context);
    state = next;
    return { id, type, data, envelope: { ...envelope, ...(account && { account }) } };
  });
  return { stream, events, preview: { state, revision, position, changed: events.length > 0 } };
}

/** Returns the result that appending these events would have; appends nothing. */
export const preview = <D extends AnyDecider>(
  decider: D,
  loaded: Loaded<StateOf<D>>,
  command: Command<unknown>,
  events: readonly EventOf<D>[],
): CommandResult<StateOf<D>> => propose(decider, loaded, command, events).preview;

/** Appends the proposed events at the revision that they were decided on. Throws `WrongRevision` on a conflict. */
export async function appendProposal<S>(
  store: EventStore,
  { stream, events, preview }: Proposal<S>,
): Promise<CommandResult<S>> {
  const { state, revision } = preview;
  const [first] = events;
  if (!first) return preview;
  return { state, ...(await store.append(stream, revision, events)), changed: true, at: first.envelope.at };
}

/** Appends the decided events at the loaded revision and returns the result. Throws `WrongRevision` on a conflict. */
export const appendDecided = <D extends AnyDecider>(
  store: EventStore,
  decider: D,
  loaded: Loaded<StateOf<D>>,
  command: Command<unknown>,
  events: readonly EventOf<D>[],
): Promise<CommandResult<StateOf<D>>> => appendProposal(store, propose(decider, loaded, command, events));

/** Returns whether a command asks for a dry run. */
export const isDryRun = (command: object): boolean => 'dryRun' in command && command.dryRun === true;

/**
 * Returns the envelope of a command's events, without the account. No event has an earlier time than the one before it in its
 * stream, `lastAt`: the clock of another server may have been ahead, and a replay to a moment ends at the first later event.
 */
function toEnvelope(decider: AnyDecider, command: Command<unknown>, lastAt: string | undefined): Envelope {
  const { commandId, correlationId, actor, tokenId, ip, targetId, digest } = command.context;
  const isClockBehind = lastAt !== undefined && Date.parse(lastAt) > Date.parse(command.context.at);
  const at = isClockBehind ? lastAt : command.context.at;
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
