import { systemActor, type Actor, type DataOf, type Recorded } from '#libs/kernel';
import type { LoginEvent } from '../domain/login.js';
import type { LockCause, Role, UserEvent } from '../domain/user.events.js';
import { lockEnd } from '../domain/user.state.js';

export interface LockView {
  readonly cause: LockCause;
  readonly reason: string | null;
  readonly by: LockedBy;
  readonly at: string;
  /** From then on it does not count. */
  readonly until: string | null;
  /** Disable mode counts from here: when the first of the locks was set that have kept the user out since. */
  readonly disableModeFrom: string;
  readonly disableModeDays: number;
}

/** Who set a lock; an account is not told who set it in another one. */
type LockedBy = Actor | typeof anotherAccount;

const anotherAccount = { id: systemActor.id, kind: 'another-account' } as const;

/** A user as an account sees them; after leaving, as at departure. */
export interface UserView {
  readonly userId: string;
  /** Absent while unaffiliated. */
  readonly account?: string;
  readonly status: 'pending' | 'invited' | 'active' | 'rejected' | 'left' | 'deleted' | 'unaffiliated';
  readonly email: string;
  readonly firstName: string;
  readonly lastName: string;
  readonly country: string;
  readonly language: string | null;
  readonly entitlementCountry: string | null;
  /** Oldest first. */
  readonly locks: readonly LockView[];
  readonly roles: readonly Role[];
  readonly keptRoles: readonly Role[];
  /** The domain for which approval was requested. */
  readonly domain: string | null;
  /** When the user joined the account; while pending, since when they wait. */
  readonly addedAt: string | null;
  /** In this account, by their own time. */
  readonly firstLoginAt: string | null;
  readonly lastLoginAt: string | null;
  readonly restorableUntil: string | null;
  /** Deleted by this account, and in none since: the account may restore them until then. For counting, never shown: it tells of other accounts. */
  readonly canBeRestored: boolean;
  /** Of the user's stream. */
  readonly revision: number;
}

/** A user through time: as they are, and as each account last saw them. */
export interface UserAcrossAccounts {
  /** The account they are in, which sees them as they are; in none, how they are. */
  readonly current: string | UserView;
  readonly accounts: Readonly<Record<string, UserView>>;
}

/** The user as they are. */
export const currentOf = ({ current, accounts }: UserAcrossAccounts): UserView =>
  typeof current === 'string' ? accounts[current]! : current;

/** Whether the user has a lock that does not end by itself. */
export const isLockedForGood = ({ locks }: UserView): boolean => locks.some(({ until }) => until === null);

type Event = UserEvent | LoginEvent;
type Step<Type extends Event['type']> = (
  seen: UserAcrossAccounts,
  data: DataOf<Event, Type>,
  event: Recorded,
) => UserAcrossAccounts;

/** One fold for the list, the replay and the audit's before → after. */
const steps: { readonly [Type in Event['type']]: Step<Type> } = {
  UserAdded: (_, { account, status, ...person }, event) => {
    const view = newcomer(event, person);
    return joined({ current: view, accounts: {} }, account, { status, addedAt: event.envelope.at });
  },
  UserRegistered: (_, person, event) => ({ current: newcomer(event, person), accounts: {} }),
  UserApprovalRequested: (seen, { account, domain }, { envelope: { at } }) =>
    joined(seen, account, { status: 'pending', domain, addedAt: at }),
  UserApproved: (seen, _, { envelope: { at } }) => changed(seen, { status: 'active', addedAt: at }),
  UserRejected: (seen) => departed(seen, { status: 'rejected' }),
  UserAddedToAccount: (seen, { account }, { envelope: { at } }) =>
    joined(seen, account, { status: 'active', addedAt: at }),
  UserLocked: (seen, lock, event) => changed(seen, { locks: withLock(currentOf(seen), lock, event) }),
  UserUnlocked: (seen, { causes }) =>
    changed(seen, { locks: currentOf(seen).locks.filter(({ cause }) => !causes.includes(cause)) }),
  UserDeleted: (seen, { restorableUntil, keptRoles, disableModeDays }, event) => {
    const locks = withLock(currentOf(seen), { cause: 'unaffiliated', disableModeDays }, event);
    return departed(seen, { status: 'deleted', restorableUntil, canBeRestored: true, keptRoles, locks });
  },
  UserRestored: (seen, { account }) => {
    const locks = currentOf(seen).locks.filter(({ cause }) => cause !== 'unaffiliated');
    return joined(seen, account, { status: 'active', locks, addedAt: seen.accounts[account]?.addedAt ?? null });
  },
  UserRenamed: (seen, names) => changed(seen, names),
  UserCountryChanged: (seen, { country }) => changed(seen, { country }),
  UserLanguageChanged: (seen, { language }) => changed(seen, { language }),
  UserEntitlementCountryChanged: (seen, { country }) => changed(seen, { entitlementCountry: country ?? null }),
  UserRoleGranted: (seen, { role }) => changed(seen, { roles: [...new Set([...currentOf(seen).roles, role])] }),
  UserRoleRevoked: (seen, { role }) =>
    changed(seen, { roles: currentOf(seen).roles.filter((other) => other !== role) }),
  UserPasswordResetRequested: (seen) => seen,
  UserPasswordChanged: (seen) => seen,
  EmailClaimAbandoned: (seen) => seen,
  UserLoggedIn: (seen, { at }, { envelope: { account } }) => loggedIn(seen, at, account),
  LoginFailed: (seen) => seen,
};

/** The events of a user that make a difference to how they are seen. */
export const userViewEvents = Object.keys(steps) as readonly Event['type'][];

/** The user after one more event; `undefined` before the first that tells who they are. */
export function foldUser(seen: UserAcrossAccounts | undefined, event: Recorded): UserAcrossAccounts | undefined {
  const first = event.type === 'UserAdded' || event.type === 'UserRegistered';
  if (!seen && !first) return undefined;
  const step = steps[event.type as Event['type']] as (
    seen: UserAcrossAccounts,
    data: object,
    event: Recorded,
  ) => UserAcrossAccounts;
  const next = step(seen!, event.data, event);
  return event.stream.startsWith('user-') ? changed(next, { revision: event.revision }, event.envelope.account) : next;
}

const newcomer = (
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

/** Changes the user, and the account's sight of them if they are in one (or in `account`, which they have just left). */
function changed(seen: UserAcrossAccounts, change: Partial<UserView>, account?: string): UserAcrossAccounts {
  const { current, accounts } =
    typeof seen.current === 'string'
      ? inAccount(seen, seen.current, change)
      : { ...seen, current: { ...seen.current, ...change } };
  return account === undefined || account === current
    ? { current, accounts }
    : inAccount({ current, accounts }, account, change);
}

/** Changes an account's sight of the user. */
const inAccount = (
  { current, accounts }: UserAcrossAccounts,
  account: string,
  change: Partial<UserView>,
): UserAcrossAccounts => ({
  current,
  accounts: { ...accounts, [account]: { ...accounts[account]!, ...change } },
});

/** Comes (back) into an account: what this account kept comes back; what happened elsewhere does not show. */
function joined(seen: UserAcrossAccounts, account: string, change: Partial<UserView>): UserAcrossAccounts {
  const current = currentOf(seen);
  const former = seen.accounts[account];
  const view: UserView = {
    ...current,
    locks: current.locks.map(
      (lock) => former?.locks.find(({ cause, at }) => cause === lock.cause && at === lock.at) ?? fromElsewhere(lock),
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
  return { current: account, accounts: { ...withoutRestorable(seen.accounts), [account]: view } };
}

/** Whoever has been in another account since can't be restored any more. */
const withoutRestorable = (accounts: UserAcrossAccounts['accounts']): UserAcrossAccounts['accounts'] =>
  Object.fromEntries(
    Object.entries(accounts).map(([account, view]) => [
      account,
      view.canBeRestored ? { ...view, canBeRestored: false } : view,
    ]),
  );

/** A lock that another account set and that stays: who set it and why is not disclosed. */
const fromElsewhere = (lock: LockView): LockView => ({ ...lock, reason: null, by: anotherAccount });

/** Leaves the account, whose sight of the user freezes. */
function departed(seen: UserAcrossAccounts, change: Partial<UserView>): UserAcrossAccounts {
  const { account, ...rest } = { ...currentOf(seen), ...change };
  const frozen = { ...rest, account: account!, roles: [] };
  return {
    current: { ...rest, status: 'unaffiliated', roles: [], keptRoles: [], canBeRestored: false },
    accounts: { ...seen.accounts, [account!]: frozen },
  };
}

const withLock = (
  { locks }: UserView,
  { cause, until, disableModeDays }: { cause: LockCause; until?: string; disableModeDays: number },
  { envelope: { actor, at, reason } }: Recorded,
): LockView[] => {
  const lock = {
    cause,
    reason: reason ?? null,
    by: actor,
    at,
    until: lockEnd({ cause, until }, at) ?? null,
    ...disableMode(locks, at, disableModeDays),
  };
  return [...locks.filter((other) => other.cause !== cause), lock];
};

/** A lock on top of another neither begins disable mode anew nor makes it longer. */
function disableMode(
  locks: readonly LockView[],
  at: string,
  days: number,
): Pick<LockView, 'disableModeFrom' | 'disableModeDays'> {
  const first = locks.find((lock) => startsDisableMode(lock) && !(lock.until && lock.until <= at));
  return { disableModeFrom: first?.disableModeFrom ?? at, disableModeDays: first?.disableModeDays ?? days };
}

/** After failed logins a user is kept from logging in with a password only. */
export const startsDisableMode = ({ cause }: Pick<LockView, 'cause'>): boolean => cause !== 'failedLogins';

/** A login counts by its own time, in the account where the user was at that time. */
function loggedIn(seen: UserAcrossAccounts, at: string, account: string | undefined): UserAcrossAccounts {
  const view = account === undefined ? undefined : seen.accounts[account];
  if (!view) return seen;
  return inAccount(seen, account!, {
    firstLoginAt: view.firstLoginAt && view.firstLoginAt < at ? view.firstLoginAt : at,
    lastLoginAt: view.lastLoginAt && view.lastLoginAt > at ? view.lastLoginAt : at,
  });
}
