import { checkActive, checkNotSelf, regrantIfUncounted } from '../../domain/checks.js';
import type { UserRules } from '../../domain/user.context.js';
import { userEvent } from '../../domain/user.events.js';
import { disableModeDays, findLockEnd, locksInForce, mayLogIn, findPasswordLock } from '../../domain/user.state.js';
import type * as locks from './locks.commands.js';

/** The rules of locking and unlocking. */
export const lockRules: UserRules<Omit<typeof locks, 'lockActs'>> = {
  LockUser: ({ reason }, user, context) => {
    checkNotSelf(context);
    const { locks } = checkActive(user, context);
    if (locks.some((lock) => lock.cause === 'administrator' && lock.reason === reason && !lock.until)) return [];
    return [userEvent('UserLocked', { cause: 'administrator', disableModeDays })];
  },

  UnlockUser: ({ causes }, user, context) => {
    const removed = locksInForce(checkActive(user, context).locks, context.at)
      .map(({ cause }) => cause)
      .filter((cause) => !causes || causes.includes(cause));
    return removed.length ? [userEvent('UserUnlocked', { causes: removed })] : regrantIfUncounted(context);
  },

  LockAfterFailedLogins: (_, user, { at }) => {
    if (!mayLogIn(user, at) || findPasswordLock(user, at)) return [];
    const cause = 'failedLogins';
    return [userEvent('UserLocked', { cause, until: findLockEnd({ cause }, at)!, disableModeDays: 0 })];
  },
};
