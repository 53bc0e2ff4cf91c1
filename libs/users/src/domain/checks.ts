import { Refusal, type CommandContext, type RefusalCodeOf } from '#libs/kernel';
import type { UserContext } from './user.context.js';
import { userEvent, type UserEvent } from './user.events.js';
import {
  accountOf,
  findDeparture,
  type ActiveUser,
  type Departure,
  type ExistingUser,
  type User,
} from './user.state.js';

/** Returns a refusal of kind `conflict` that offers these actions on the target. */
export const conflict = (
  code: RefusalCodeOf<'conflict'>,
  detail: string,
  context: CommandContext,
  ...actions: string[]
): Refusal =>
  new Refusal(
    code,
    'conflict',
    detail,
    actions.map((action) => ({ action, params: { accountId: context.account!, userId: context.targetId } })),
  );

/** Returns the refusal `user.not-found`. */
export const userNotFound = (): Refusal =>
  new Refusal('user.not-found', 'not-found', 'There is no such user in this account.');

/** Returns the user if they are or were in this account. Throws `user.not-found`. */
export function checkKnown(user: User, { account }: Pick<CommandContext, 'account'>): ExistingUser {
  if (user.status === 'absent' || !(accountOf(user) === account || findDeparture(user, account!))) throw userNotFound();
  return user;
}

/** Returns the user as an active member of this account. Throws `user.not-found`, `user.outranks-caller`, `user.not-active`. */
export function checkActive(user: User, context: CommandContext): ActiveUser {
  const known = checkKnown(user, context);
  checkRank(known, context);
  if (known.status === 'active' && known.account === context.account) return known;
  throw conflict(
    'user.not-active',
    'The user is not an active member of this account.',
    context,
    ...suggestedActions(known, context),
  );
}

/** Returns the names of the commands that would work on a user whom this account knows, for a refusal. */
export function suggestedActions(user: ExistingUser, context: CommandContext): string[] {
  if (user.status === 'active' && user.account === context.account)
    return isSelf(context) || outranks(user, context) ? [] : ['DeleteUser'];
  if (user.status === 'pending' && user.account === context.account) return ['ApproveUser', 'RejectUser'];
  return isRestorable(user, context) ? ['RestoreUser'] : [];
}

type Rank = Pick<CommandContext, 'account' | 'mayActOnAdministrators'>;

/** Checks that the caller may act on this user: only account administrators act on account administrators. Throws `user.outranks-caller`. */
export function checkRank(user: ExistingUser, context: Rank): void {
  if (outranks(user, context)) {
    throw new Refusal(
      'user.outranks-caller',
      'forbidden',
      'Only an account administrator may do this to an account administrator.',
    );
  }
}

const outranks = (user: ExistingUser, { account, mayActOnAdministrators }: Rank): boolean =>
  accountOf(user) === account && user.roles.includes('administrator') && !mayActOnAdministrators;

/** Checks that the caller is not the target. Throws `user.self`. */
export function checkNotSelf(context: CommandContext): void {
  if (isSelf(context)) throw new Refusal('user.self', 'conflict', 'Nobody locks, deletes or demotes themselves.');
}

const isSelf = ({ actor, targetId }: CommandContext): boolean => actor.kind === 'user' && actor.id === targetId;

/** Returns whether this account deleted the user, may still restore them, and the user has been in no account since. */
export function isRestorable(user: ExistingUser, { account, at }: CommandContext): boolean {
  const departure = findDeparture(user, account!);
  return (
    user.status === 'unaffiliated' &&
    user.lastAccount === account &&
    departure?.act === 'deleted' &&
    Date.parse(at) <= Date.parse(departure.restorableUntil!)
  );
}

/** Returns whether the user last left this account by this act (for example `deleted`) and has not come back. */
export const hasLeftBy = (act: Departure['act'], user: ExistingUser, { account }: CommandContext): boolean =>
  accountOf(user) !== account && findDeparture(user, account!)?.act === act;

/**
 * Returns another grant of the role `administrator` if the account's set lacks this administrator, else nothing. The
 * state stays the same, but a removal under way gets a revision conflict.
 */
export const regrantIfUncounted = ({ uncounted }: UserContext): UserEvent[] =>
  uncounted ? [userEvent('UserRoleGranted', { role: 'administrator' })] : [];
