import { from, lastValueFrom, mergeMap, toArray } from 'rxjs';
import { v5 as uuidv5 } from 'uuid';
import { idempotencyMismatch, isSameRequest, type EventStore } from '#libs/event-store';
import { checkRecentlyAuthenticated } from '#libs/authorization';
import { Refusal, withContext, type Command, type SuggestedAction } from '#libs/kernel';
import type { Vault } from '#libs/vault';
import type { ChangeUsers } from '../domain/bulk.js';
import { bulkCommands } from '../domain/user.acts.js';
import { changeUser } from './change-user.js';
import { mayHaveIssuedTokens } from './issued-tokens.js';

/** The result of a bulk for one user. */
export interface BulkResult {
  readonly userId: string;
  readonly ok: boolean;
  /** Whether anything changed, or, in a dry run, would. */
  readonly changed?: boolean;
  readonly code?: string;
  readonly detail?: string;
  readonly actions?: readonly SuggestedAction[];
  /** Whether the user may have issued tokens to others. */
  readonly mayHaveIssuedTokens?: boolean;
}

/** How many users are changed at the same time (constant). */
const concurrency = 16;

/**
 * Runs the same command on each user, with one correlation id for all. Returns one result for each user, in the order given,
 * and the last position. A refusal concerns its user only; an outage or `access.reauthenticate` is thrown, and a retry with
 * the same key completes the bulk. Throws `idempotency.mismatch`.
 */
export async function changeUsers(
  store: EventStore,
  vault: Pick<Vault, 'bulkDigests'>,
  command: ChangeUsers,
): Promise<{ results: BulkResult[]; position: number }> {
  if (command.action === 'delete' && command.userIds.length > 1 && !command.dryRun)
    checkRecentlyAuthenticated(command.context);
  await checkIdempotencyKey(vault, command);
  let position = 0;
  const removed = new Set<string>();
  const turns = new OrderedTasks();
  const one = async (userId: string, waitForTurn: () => Promise<unknown>): Promise<BulkResult> => {
    try {
      const written = await changeUser(store, toUserCommand(command, userId), { removed, waitForTurn });
      position = Math.max(position, written.position);
      return { userId, ok: true, changed: written.changed, mayHaveIssuedTokens: mayHaveIssuedTokens(written.state) };
    } catch (error) {
      if (!(error instanceof Refusal) || error.kind === 'unavailable' || error.code === 'access.reauthenticate')
        throw error;
      return { userId, ok: false, code: error.code, detail: error.message, actions: error.actions };
    }
  };
  const results = await lastValueFrom(
    from(command.userIds).pipe(
      mergeMap((userId) => turns.run((waitForTurn) => one(userId, waitForTurn)), concurrency),
      toArray(),
    ),
  );
  const place = new Map(command.userIds.map((id, index) => [id, index]));
  return { results: results.sort((a, b) => place.get(a.userId)! - place.get(b.userId)!), position };
}

/** Runs tasks at the same time. Each can wait until all that were started before it have ended; the wait fails if one of these failed. */
class OrderedTasks {
  private started: Promise<unknown> = Promise.resolve();

  run<T>(task: (waitForTurn: () => Promise<unknown>) => Promise<T>): Promise<T> {
    const { started: before } = this;
    const result = task(() => before);
    this.started = Promise.all([before, result]);
    this.started.catch(() => {}); // The caller of `run` gets the error.
    return result;
  }
}

/** Checks that the Idempotency-Key was not used with another body before. Throws `idempotency.mismatch`. */
async function checkIdempotencyKey(
  { bulkDigests }: Pick<Vault, 'bulkDigests'>,
  { context, dryRun }: ChangeUsers,
): Promise<void> {
  const { commandId, digest } = context;
  if (digest === undefined || dryRun) return;
  if (!isSameRequest(await bulkDigests.findOrSave(commandId, digest), context)) throw idempotencyMismatch();
}

/** Returns the command on one user of a bulk, with an id that derives from the bulk's. */
function toUserCommand({ action, reason, dryRun, keepRoles, context }: ChangeUsers, userId: string): Command<unknown> {
  const { expectedRevision: _, reauthenticateWith, ...about } = context;
  // A dry run changes nothing, so it needs no recent authentication.
  const rest = { ...about, ...(reauthenticateWith && !dryRun && { reauthenticateWith }) };
  const command = new bulkCommands[action]({
    ...(reason && { reason }),
    ...(dryRun && { dryRun }),
    ...(keepRoles && { keepRoles }),
  });
  return withContext<never>(command as never, {
    ...rest,
    targetId: userId,
    commandId: uuidv5(userId, context.commandId),
  });
}
