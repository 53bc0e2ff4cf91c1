import { currentView, foldUser, isInForce, type LockView, type UserAcrossAccounts, type UserView } from '#libs/users';
import type { SubjectKind } from './subject-kind.js';

const viewOf = (seen: UserAcrossAccounts | undefined, account: string | undefined): UserView | undefined =>
  account === undefined ? seen && currentView(seen) : seen?.accounts[account];

const lockFields = ({ cause, reason, until, by }: LockView) => ({
  cause,
  reason,
  until,
  by: { id: by.id, kind: by.kind },
});

/** How the audit trail treats users. */
export const user: SubjectKind<UserAcrossAccounts> = {
  fold: foldUser,

  fields(seen, account, at) {
    const view = viewOf(seen, account);
    return {
      email: view?.email ?? null,
      firstName: view?.firstName ?? null,
      lastName: view?.lastName ?? null,
      country: view?.country ?? null,
      language: view?.language ?? null,
      entitlementCountry: view?.entitlementCountry ?? null,
      status: view?.status ?? null,
      locks: view?.locks.filter((lock) => isInForce(lock, at)).map(lockFields) ?? [],
      roles: view?.roles ?? [],
      keptRoles: view?.keptRoles ?? [],
      restorableUntil: view?.restorableUntil ?? null,
      lastLoginAt: view?.lastLoginAt ?? null,
    };
  },

  name(seen, account) {
    const view = viewOf(seen, account);
    // An erased person has no name.
    return (view && `${view.firstName} ${view.lastName}`.trim()) || null;
  },
};
