import { v5 as uuidv5 } from 'uuid';
import { AccountDecider, AppointAdministrator, StandDownAdministrator } from '#libs/accounts';
import { appendDecided, retryOnConflict, type EventStore } from '#libs/event-store';
import { decide, withContext, type CommandContext } from '#libs/kernel';
import { GrantRole } from '../areas/roles/roles.commands.js';
import { UserDecider } from '../domain/user.decider.js';
import { userEvent } from '../domain/user.events.js';
import { servesAsAdministrator, type User } from '../domain/user.state.js';

/**
 * Adds an administrator to the account's set if a crash or another command left them out. Returns the position of what
 * was appended, 0 if nothing was.
 */
export function repairAdministratorSet(store: EventStore, context: CommandContext): Promise<number> {
  const { account: accountId, targetId, commandId, at } = context;
  return retryOnConflict(async () => {
    const account = await store.load(AccountDecider, accountId!);
    const user = await store.load(UserDecider, targetId);
    if (account.state.status !== 'open' || account.state.administrators.has(targetId)) return 0;
    if (!servesAsAdministrator(user.state, at) || !('account' in user.state) || user.state.account !== accountId)
      return 0;
    // Grants the role again, so that a removal under way gets a revision conflict. The id is not the command's own: a
    // repeat of the command must find its first result.
    const grant = withContext(new GrantRole({ role: 'administrator' }), {
      ...context,
      commandId: uuidv5('count', commandId),
    });
    await appendDecided(store, UserDecider, user, grant, [userEvent('UserRoleGranted', { role: 'administrator' })]);
    const appoint = toAccountCommand(new AppointAdministrator({ user: targetId }), context);
    const events = decide(AccountDecider, appoint, account.state, appoint.context);
    return (await appendDecided(store, AccountDecider, account, appoint, events)).position;
  });
}

/** Returns whether the user can act as an administrator of the account now, but is missing in the account's set of administrators. */
export async function isMissingFromAdministrators(
  store: EventStore,
  user: User,
  { account, targetId, at }: CommandContext,
): Promise<boolean> {
  if (!servesAsAdministrator(user, at)) return false;
  const { state } = await store.load(AccountDecider, account!);
  return state.status === 'open' && !state.administrators.has(targetId);
}

/** The states of a user before and after a command. */
interface Transition {
  readonly before: User;
  readonly after: User;
}

/** Returns whether the user serves as administrator before the command and not after it. */
export const stopsServing = ({ before, after }: Transition, at: string): boolean =>
  servesAsAdministrator(before, at) && !servesAsAdministrator(after, at);

/**
 * Checks that the account would keep an administrator after this transition; appends nothing. Throws
 * `account.last-administrator`.
 * @param removed administrators who count as removed; if the transition removes this user, they are added to it
 */
export async function checkAdministratorRemains(
  store: EventStore,
  context: CommandContext,
  transition: Transition,
  removed = new Set<string>(),
): Promise<void> {
  const { account, targetId, at } = context;
  if (!stopsServing(transition, at)) return;
  const { state } = await store.load(AccountDecider, account!);
  const remaining =
    state.status === 'absent'
      ? state
      : { ...state, administrators: new Set([...state.administrators].filter((id) => !removed.has(id))) };
  const remove = toAccountCommand(new StandDownAdministrator({ user: targetId, because: 'locked' }), context);
  decide(AccountDecider, remove, remaining, remove.context);
  removed.add(targetId);
}

/**
 * Gives a command on the account's stream the context of the command on a user that it belongs to, without the digest: it
 * would be sealed for the account, and stay when the user is erased.
 */
export const toAccountCommand = <C extends AppointAdministrator | StandDownAdministrator>(
  command: C,
  context: CommandContext,
): C => {
  const { digest: _, earlierDigest: __, ...rest } = context;
  return withContext<never>(command as never, { ...rest, targetId: context.account! });
};
