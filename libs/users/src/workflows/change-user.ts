import { ownerOf } from '#libs/accounts';
import {
  loadForCommand,
  retryOnConflict,
  preview,
  isDryRun,
  type EventStore,
  type CommandResult,
} from '#libs/event-store';
import { decide, type Command, type CommandContext } from '#libs/kernel';
import { domainOf } from '../domain/email-address.js';
import { actOf } from '../domain/user.acts.js';
import type { UserContext } from '../domain/user.context.js';
import { UserDecider } from '../domain/user.decider.js';
import { revisionVisibleTo, servesAsAdministrator, type User } from '../domain/user.state.js';
import {
  checkRemovable,
  repeatedResultOf,
  isUncounted,
  restoreAdministratorOnRefusal,
  appendKeepingAnAdministrator,
} from './administrators.js';

/** The bulk of which a command is a part. */
export interface BulkContext {
  /** In a dry run: the administrators whom the commands before this one would remove. */
  readonly removed: Set<string>;
  /** Resolves when the commands before this one have ended. */
  readonly waitForTurn: () => Promise<unknown>;
}

/** Every command on a user who is there: load → look facts up → decide → append, keeping the account an administrator. */
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
    if (user.sameCommand) return repeatedResultOf(store, context, user.sameCommand);
    const events = decide(UserDecider, command, user.state, {
      ...context,
      ...(await loadFacts(store, command, user.state)),
    });
    const foreseen = preview(UserDecider, user, command, events);
    // Which of several administrators stays must not depend on who is faster.
    if (servesAsAdministrator(user.state, context.at) && !servesAsAdministrator(foreseen.state, context.at))
      await bulk?.waitForTurn();
    if (!isDryRun(command)) return appendKeepingAnAdministrator(store, command, user, events);
    await checkRemovable(store, user.state, foreseen.state, context, bulk?.removed);
    return foreseen;
  };
  return resultVisibleToAccount(
    store,
    context,
    await restoreAdministratorOnRefusal(store, command, () => retryOnConflict(attempt)),
  );
}

/** An account that changes nothing of a user who has left it learns no more of where they are than when they left. */
async function resultVisibleToAccount(
  store: EventStore,
  { account, targetId }: CommandContext,
  written: CommandResult<User>,
): Promise<CommandResult<User>> {
  const fromRevision = revisionVisibleTo(written.state, account!, written.revision);
  if (written.changed || fromRevision === undefined || fromRevision === written.revision) return written;
  for await (const { revision, position } of store.read(`${UserDecider.category}-${targetId}`, {
    fromRevision,
    maxCount: 1,
  }))
    return { ...written, revision, position };
  return written;
}

/** Loads the facts from other streams that the rule of this command needs. */
export async function loadFacts(
  store: EventStore,
  command: Command<unknown>,
  user: User,
): Promise<Partial<UserContext>> {
  const { facts = [] } = actOf(command);
  // A domain only matters for users who are in no account.
  const domainOwner =
    facts.includes('domainOwner') && user.status === 'unaffiliated'
      ? await ownerOf(store, domainOf(user.email))
      : undefined;
  return {
    ...(domainOwner && { domainOwner }),
    ...(facts.includes('uncounted') && { uncounted: await isUncounted(store, user, command.context) }),
  };
}
