import { findDomainOwner } from '#libs/accounts';
import {
  isDryRun,
  loadForCommand,
  propose,
  retryOnConflict,
  type CommandResult,
  type EventStore,
} from '#libs/event-store';
import { decide, type Command, type CommandContext } from '#libs/kernel';
import { domainOf } from '../domain/email-address.js';
import { actOf } from '../domain/user.acts.js';
import type { UserContext } from '../domain/user.context.js';
import { UserDecider } from '../domain/user.decider.js';
import { revisionVisibleTo, type User } from '../domain/user.state.js';
import { checkAdministratorRemains, isMissingFromAdministrators, stopsServing } from './administrator-set.js';
import { appendKeepingAnAdministrator, repeatedUserResult, restoreAdministratorOnRefusal } from './administrators.js';

/** The bulk that a command is part of. */
export interface BulkContext {
  /** In a dry run: the administrators whom the commands before this one would remove. */
  readonly removed: Set<string>;
  /** Resolves when the commands before this one have ended. */
  readonly waitForTurn: () => Promise<unknown>;
}

/** Runs a command on an existing user: loads the user and the facts, decides and appends, keeping the account an administrator. */
export async function changeUser(
  store: EventStore,
  command: Command<unknown>,
  bulk?: BulkContext,
): Promise<CommandResult<User>> {
  const { context } = command;
  const attempt = async (): Promise<CommandResult<User>> => {
    const user = await loadForCommand(store, UserDecider, context, ({ state, revision }) =>
      revisionVisibleTo(state, context.account!, revision),
    );
    if (user.sameCommand) return repeatedUserResult(store, context, user.sameCommand);
    const { state: before } = user;
    const facts = await loadFacts(store, command, before);
    const events = decide(UserDecider, command, before, { ...context, ...facts });
    const proposal = propose(UserDecider, user, command, events);
    const transition = { before, after: proposal.preview.state };
    // Which of several administrators stays must not depend on timing.
    if (stopsServing(transition, context.at)) await bulk?.waitForTurn();
    if (!isDryRun(command)) return appendKeepingAnAdministrator(store, command, before, proposal);
    await checkAdministratorRemains(store, context, transition, bulk?.removed);
    return proposal.preview;
  };
  const result = await restoreAdministratorOnRefusal(store, command, () => retryOnConflict(attempt));
  return toVisibleResult(store, context, result);
}

/**
 * Returns the result as the account may see it: if nothing changed about a user who has left the account, with the revision
 * and position at which they left.
 */
async function toVisibleResult(
  store: EventStore,
  { account, targetId }: CommandContext,
  result: CommandResult<User>,
): Promise<CommandResult<User>> {
  const fromRevision = revisionVisibleTo(result.state, account!, result.revision);
  if (result.changed || fromRevision === undefined || fromRevision === result.revision) return result;
  const stream = `${UserDecider.category}-${targetId}`;
  for await (const { revision, position } of store.read(stream, { fromRevision, maxCount: 1 }))
    return { ...result, revision, position };
  return result;
}

/**
 * Loads what the decider's rule for this command needs from other streams: the account that owns the user's e-mail domain,
 * and whether the account does not count this administrator yet. Returns the part of the rule's context with these facts.
 */
export async function loadFacts(
  store: EventStore,
  command: Command<unknown>,
  user: User,
): Promise<Partial<UserContext>> {
  const { facts = [] } = actOf(command);
  // A domain only matters for users who are in no account.
  const domainOwner =
    facts.includes('domainOwner') && user.status === 'unaffiliated'
      ? await findDomainOwner(store, domainOf(user.email))
      : undefined;
  return {
    ...(domainOwner && { domainOwner }),
    ...(facts.includes('uncounted') && { uncounted: await isMissingFromAdministrators(store, user, command.context) }),
  };
}
