import { v5 as uuidv5 } from 'uuid';
import { AccountDecider, AppointAdministrator, StandDownAdministrator } from '#libs/accounts';
import {
  WrongRevision,
  appendDecided,
  appendProposal,
  repeatedResult,
  type CommandResult,
  type EventStore,
  type Loaded,
  type Proposal,
} from '#libs/event-store';
import { Refusal, decide, type Command, type CommandContext } from '#libs/kernel';
import { actOf } from '../domain/user.acts.js';
import { servesAsAdministrator, type User } from '../domain/user.state.js';
import { repairAdministratorSet, stopsServing, toAccountCommand } from './administrator-set.js';

/**
 * Appends the events of a command on a user so that the account always keeps an administrator.
 *
 * A user's roles and locks are in the user's stream only. The account's stream keeps the set of administrators that
 * counts, which is always a subset of those who serve. A removal changes the set first, at the loaded revision of the
 * account; an addition changes it last, at the revision loaded before the user's append. So of two commands at the same
 * time one gets a revision conflict and decides again.
 *
 * @param before the state that the events were decided on
 * @throws Refusal `account.last-administrator`
 * @throws WrongRevision on a conflict
 */
export async function appendKeepingAnAdministrator(
  store: EventStore,
  command: Command<unknown>,
  before: User,
  proposal: Proposal<User>,
): Promise<CommandResult<User>> {
  const { at } = command.context;
  const { state: after } = proposal.preview;
  if (stopsServing({ before, after }, at)) await removeFromAdministrators(store, command);
  const isGrant = proposal.events.some(({ type }) => type === 'UserRoleGranted');
  return servesAsAdministrator(after, at) && (!servesAsAdministrator(before, at) || isGrant)
    ? appendThenAppoint(store, command.context, proposal)
    : appendProposal(store, proposal);
}

/**
 * Runs the workflow of a command that may remove an administrator from the account's set. If it is refused after that,
 * now or by an earlier run of the same command, adds the administrator to the set again.
 */
export async function restoreAdministratorOnRefusal<T>(
  store: EventStore,
  command: Command<unknown>,
  workflow: () => Promise<T>,
): Promise<T> {
  try {
    return await workflow();
  } catch (error) {
    // An outage meanwhile is thrown instead of the refusal: a retry meets the same refusal again.
    if (
      actOf(command).removesAdministrator &&
      error instanceof Refusal &&
      (await hasChangedAccount(store, command.context))
    ) {
      const { context } = command;
      await repairAdministratorSet(store, { ...context, commandId: uuidv5('put back', context.commandId) });
    }
    throw error;
  }
}

/** Returns whether this command has appended to the account. What other commands left half-done is not repaired by a refused one. */
async function hasChangedAccount(store: EventStore, { account, commandId }: CommandContext): Promise<boolean> {
  return (await store.load(AccountDecider, account!, { commandId })).sameCommand !== undefined;
}

async function removeFromAdministrators(store: EventStore, command: Command<unknown>): Promise<void> {
  const because = actOf(command).removesAdministrator;
  if (!because) throw new TypeError(`${command.constructor.name} removes an administrator, which its act does not say`);
  const { context } = command;
  const account = await store.load(AccountDecider, context.account!);
  const remove = toAccountCommand(new StandDownAdministrator({ user: context.targetId, because }), context);
  const events = decide(AccountDecider, remove, account.state, remove.context);
  await appendDecided(store, AccountDecider, account, remove, events);
}

async function appendThenAppoint(
  store: EventStore,
  context: CommandContext,
  proposal: Proposal<User>,
): Promise<CommandResult<User>> {
  const account = await store.load(AccountDecider, context.account!);
  const appoint = toAccountCommand(new AppointAdministrator({ user: context.targetId }), context);
  const events = decide(AccountDecider, appoint, account.state, appoint.context);
  const result = await appendProposal(store, proposal);
  // Returns the position of the account's event, so that a reader who waits for it sees the administrator counted.
  try {
    const { position, changed } = await appendDecided(store, AccountDecider, account, appoint, events);
    return changed ? { ...result, position } : result;
  } catch (error) {
    if (!(error instanceof WrongRevision)) throw error;
    return { ...result, position: Math.max(result.position, await repairAdministratorSet(store, context)) };
  }
}

/**
 * Returns the result of a command on a user that is sent again with the same id; `earlier` is the user as the first run left
 * them. Repairs the account's set of administrators first, in case of a crash between the appends to the user's and to the
 * account's stream.
 */
export async function repeatedUserResult(
  store: EventStore,
  context: CommandContext,
  earlier: Loaded<User> & { readonly at: string },
): Promise<CommandResult<User>> {
  await repairAdministratorSet(store, context);
  const { account, commandId } = context;
  const appointed = servesAsAdministrator(earlier.state, earlier.at)
    ? (await store.load(AccountDecider, account!, { commandId })).sameCommand
    : undefined;
  return { ...repeatedResult(earlier), position: Math.max(earlier.position, appointed?.position ?? 0) };
}
