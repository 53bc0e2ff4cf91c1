import type { Recorded } from '#libs/kernel';
import type { LockCause } from '../domain/user.events.js';
import { findLockEnd } from '../domain/user.state.js';
import {
  anotherAccount,
  currentView,
  startsDisableMode,
  type LockView,
  type UserAcrossAccounts,
  type UserView,
} from './user-view.js';

/** Returns the view of a user who is in no account yet. */
export const newView = (
  { envelope: { subject }, revision }: Recorded,
  person: {
    email: string;
    firstName: string;
    lastName: string;
    country: string;
    language?: string;
    entitlementCountry?: string;
  },
): UserView => ({
  userId: subject.id,
  status: 'unaffiliated',
  // A person who was erased has no name left.
  email: person.email ?? '',
  firstName: person.firstName ?? '',
  lastName: person.lastName ?? '',
  country: person.country,
  language: person.language ?? null,
  entitlementCountry: person.entitlementCountry ?? null,
  locks: [],
  roles: [],
  keptRoles: [],
  domain: null,
  addedAt: null,
  firstLoginAt: null,
  lastLoginAt: null,
  restorableUntil: null,
  canBeRestored: false,
  revision,
});

/** Returns the user with a changed current view, which is also changed in `account` if they have just left that account. */
export function changeView(seen: UserAcrossAccounts, change: Partial<UserView>, account?: string): UserAcrossAccounts {
  const { current, accounts } =
    typeof seen.current === 'string'
      ? changeAccountView(seen, seen.current, change)
      : { ...seen, current: { ...seen.current, ...change } };
  return account === undefined || account === current
    ? { current, accounts }
    : changeAccountView({ current, accounts }, account, change);
}

/** Returns the user with a changed view of one account. */
const changeAccountView = (
  { current, accounts }: UserAcrossAccounts,
  account: string,
  change: Partial<UserView>,
): UserAcrossAccounts => ({
  current,
  accounts: { ...accounts, [account]: { ...accounts[account]!, ...change } },
});

/** Returns the user as a member of an account. What the account kept of a former member comes back; what happened in other accounts is not shown. */
export function joinAccount(seen: UserAcrossAccounts, account: string, change: Partial<UserView>): UserAcrossAccounts {
  const current = currentView(seen);
  const former = seen.accounts[account];
  const view: UserView = {
    ...current,
    locks: current.locks.map(
      (lock) => former?.locks.find(({ cause, at }) => cause === lock.cause && at === lock.at) ?? hideOrigin(lock),
    ),
    roles: former?.keptRoles ?? [],
    keptRoles: [],
    firstLoginAt: former?.firstLoginAt ?? null,
    lastLoginAt: former?.lastLoginAt ?? null,
    restorableUntil: null,
    canBeRestored: false,
    ...change,
    account,
  };
  return { current: account, accounts: { ...endRestorable(seen.accounts), [account]: view } };
}

/** Returns the views of accounts that can no longer restore the user, who is in another account now. */
const endRestorable = (accounts: UserAcrossAccounts['accounts']): UserAcrossAccounts['accounts'] =>
  Object.fromEntries(
    Object.entries(accounts).map(([account, view]) => [
      account,
      view.canBeRestored ? { ...view, canBeRestored: false } : view,
    ]),
  );

/** Returns a lock of another account without its actor and its reason, which are not disclosed. */
const hideOrigin = (lock: LockView): LockView => ({ ...lock, reason: null, by: anotherAccount });

/**
 * Returns the user after they left their account: in no account (`unaffiliated`) and without roles. The left account keeps
 * its last view of the user, with `change` applied; later events do not change it.
 */
export function leaveAccount(seen: UserAcrossAccounts, change: Partial<UserView>): UserAcrossAccounts {
  const { account, ...rest } = { ...currentView(seen), ...change };
  const frozen = { ...rest, account: account!, roles: [] };
  return {
    current: { ...rest, status: 'unaffiliated', roles: [], keptRoles: [], canBeRestored: false },
    accounts: { ...seen.accounts, [account!]: frozen },
  };
}

/** Returns the locks of a user with one more from this event; it replaces a lock of the same cause. `disableModeDays`: how long a locked user keeps their entitlements. */
export const addLock = (
  { locks }: UserView,
  { cause, until, disableModeDays }: { cause: LockCause; until?: string; disableModeDays: number },
  { envelope: { actor, at, reason } }: Recorded,
): LockView[] => {
  const lock = {
    cause,
    reason: reason ?? null,
    by: actor,
    at,
    until: findLockEnd({ cause, until }, at) ?? null,
    ...findDisableMode(locks, at, disableModeDays),
  };
  return [...locks.filter((other) => other.cause !== cause), lock];
};

/** Returns when disable mode begins and how long it lasts; a lock on top of another changes neither. */
function findDisableMode(
  locks: readonly LockView[],
  at: string,
  days: number,
): Pick<LockView, 'disableModeFrom' | 'disableModeDays'> {
  const first = locks.find((lock) => startsDisableMode(lock) && !(lock.until && lock.until <= at));
  return { disableModeFrom: first?.disableModeFrom ?? at, disableModeDays: first?.disableModeDays ?? days };
}

/** Returns the user with the first and last login updated in `account`, the account that they were in at the time of the login. */
export function addLogin(seen: UserAcrossAccounts, at: string, account: string | undefined): UserAcrossAccounts {
  const view = account === undefined ? undefined : seen.accounts[account];
  if (!view) return seen;
  return changeAccountView(seen, account!, {
    firstLoginAt: view.firstLoginAt && view.firstLoginAt < at ? view.firstLoginAt : at,
    lastLoginAt: view.lastLoginAt && view.lastLoginAt > at ? view.lastLoginAt : at,
  });
}
