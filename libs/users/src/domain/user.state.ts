import type { Decider, Envelope, StreamPlace } from '#libs/kernel';
import type { LockCause, Role, UserEvent } from './user.events.js';

export interface Lock {
  readonly cause: LockCause;
  /** Of the event that set it. */
  readonly revision: number;
  readonly reason?: string;
  /** From then on it does not count; UTC, ISO 8601. Absent: until somebody removes it. */
  readonly until?: string;
}

/** How a user last left an account, as that account may still see it, and where: what came after is not its to know. */
export interface Departure {
  readonly act: 'rejected' | 'deleted';
  readonly restorableUntil?: string;
  readonly keptRoles: readonly Role[];
  readonly locks: readonly Lock[];
  /** Of the event with which they left. */
  readonly revision: number;
}

/** A mailed link that sets a password. */
export interface PasswordLink {
  /** The command that gave rise to it. */
  readonly request: string;
  /** UTC, ISO 8601. */
  readonly expiresAt: string;
}

/** A place in the user's stream, and in the log. */
export interface StreamPoint {
  readonly revision: number;
  readonly position: number;
}

interface Person {
  readonly email: string;
  readonly firstName: string;
  readonly lastName: string;
  readonly country: string;
  readonly language?: string;
  readonly entitlementCountry?: string;
  /** By cause, oldest first. */
  readonly locks: readonly Lock[];
  readonly roles: readonly Role[];
  /** By account. */
  readonly departures: Readonly<Record<string, Departure>>;
  readonly abandonedClaims: readonly string[];
  /** The command that set the password, under which the vault has its hash. */
  readonly password?: string;
  /** The newest; void once a password was set. */
  readonly passwordLink?: PasswordLink | undefined;
  /** Those before it that still work to their ends. */
  readonly olderLinks: readonly PasswordLink[];
  /** Sessions begun at an earlier revision have ended. */
  readonly sessionsSince: number;
  /** Tokens issued before this have ended. */
  readonly tokensSince: StreamPoint;
  /** Whether they have been an administrator of any account: only such users have issued tokens of services. */
  readonly hasBeenAdministrator?: true;
  /** Failed logins up to then do not count: a lock was removed or ended, or a password was set. */
  readonly forgivenAt?: string;
}

export type User =
  | { readonly status: 'absent'; readonly abandonedClaims: readonly string[] }
  | (Person & { readonly status: 'unaffiliated'; readonly lastAccount?: string })
  | (Person & { readonly status: 'pending'; readonly account: string })
  | (Person & { readonly status: 'active'; readonly account: string });

export type ExistingUser = Exclude<User, { status: 'absent' }>;
export type Active = Extract<User, { status: 'active' }>;

export const accountOf = (user: User): string | undefined => ('account' in user ? user.account : undefined);

/** How the user last left this account; an account's name is outside data, so `constructor` must find nothing. */
export const departureFrom = ({ departures }: ExistingUser, account: string): Departure | undefined =>
  Object.hasOwn(departures, account) ? departures[account] : undefined;

/**
 * At which revision this account sees a user who is at `revision`: one who has left it, where they left, for what came
 * after is not its to know; one who never was in it, nowhere: to it they are as if they were not there.
 */
export function revisionVisibleTo(user: User, account: string, revision: number): number | undefined {
  if (user.status === 'absent') return undefined;
  return accountOf(user) === account ? revision : departureFrom(user, account)?.revision;
}

/** Whether a lock counts at this time (UTC, ISO 8601): one whose end has come does not. */
export const isInForce = ({ until }: { readonly until?: string | null }, at: string): boolean =>
  !until || Date.parse(until) > Date.parse(at);

/** The locks that count at this time, oldest first. */
export const locksAt = (locks: readonly Lock[], at: string): readonly Lock[] =>
  locks.filter((lock) => isInForce(lock, at));

/** Whether the user may log in and use sessions, tokens and mailed links. Failed logins only stop passwords, see {@link passwordLock}. */
export const mayLogIn = (user: User, at: string): user is Active =>
  user.status === 'active' && locksAt(user.locks, at).every(({ cause }) => cause === 'failedLogins');

/** The lock because of failed logins that holds at this time: it stops logins with a password. */
export const passwordLock = (user: User, at: string): Lock | undefined =>
  user.status === 'absent' ? undefined : locksAt(user.locks, at).find(({ cause }) => cause === 'failedLogins');

/** Whether the user can act as an administrator of the account at this time. */
export const servesAsAdministrator = (user: User, at: string): boolean =>
  mayLogIn(user, at) && user.roles.includes('administrator');

/** The mailed link that this request gave rise to, if it still works at this time. */
export const openLink = (user: User, request: string, at: string): PasswordLink | undefined =>
  user.status === 'absent' ? undefined : linksOf(user).find((link) => link.request === request && link.expiresAt > at);

/** The mailed link that a further request sends again: one that has at least 15 minutes left (default). */
export const linkToRepeat = (user: User, at: string): PasswordLink | undefined => {
  const link = user.status === 'absent' ? undefined : user.passwordLink;
  return link && Date.parse(link.expiresAt) - Date.parse(at) >= 15 * 60_000 ? link : undefined;
};

const linksOf = ({ passwordLink, olderLinks }: ExistingUser): readonly PasswordLink[] =>
  passwordLink ? [...olderLinks, passwordLink] : olderLinks;

/** What each event makes of a user. */
export const evolve: Decider<User, UserEvent, Record<never, never>>['evolve'] = {
  UserAdded: ({ abandonedClaims }, { account, status, ...person }, envelope) => ({
    ...newcomer,
    ...person,
    ...welcome(envelope),
    abandonedClaims,
    status,
    account,
  }),
  UserRegistered: ({ abandonedClaims }, person) => ({
    ...newcomer,
    ...person,
    abandonedClaims,
    status: 'unaffiliated',
  }),
  UserApprovalRequested: (user, { account }) => join(user, account, 'pending'),
  UserApproved: (user, { account }, envelope) => join(updatePerson(user, welcomed(envelope)), account, 'active'),
  UserRejected: (user, { account }, _, { revision }) =>
    leave(user, account, { act: 'rejected', keptRoles: [], revision }),
  UserAddedToAccount: (user, { account }, envelope) => join(updatePerson(user, welcomed(envelope)), account, 'active'),
  UserLocked: (user, { cause, until }, { reason, at }, place) => {
    const end = lockEnd({ cause, until }, at);
    return updatePerson(user, ({ locks }) => ({
      locks: [...without(locks, [cause]), lock(cause, place.revision, reason, end)],
      ...(cause === 'failedLogins'
        ? { forgivenAt: end! }
        : { sessionsSince: place.revision, tokensSince: pointOf(place) }),
    }));
  },
  UserUnlocked: (user, { causes }, { at }) =>
    updatePerson(user, ({ locks }) => ({ locks: without(locks, causes), forgivenAt: at })),
  UserDeleted: (user, { account, restorableUntil, keptRoles }, { reason }, { revision, ...place }) =>
    leave(
      updatePerson(user, () => ({ sessionsSince: revision, tokensSince: pointOf({ revision, ...place }) })),
      account,
      { act: 'deleted', restorableUntil, keptRoles, revision },
      lock('unaffiliated', revision, reason),
    ),
  UserRestored: (user, { account }) =>
    join(
      updatePerson(user, ({ locks }) => ({ locks: without(locks, ['unaffiliated']) })),
      account,
      'active',
    ),
  UserRenamed: (user, names) => updatePerson(user, () => names),
  UserCountryChanged: (user, { country }) => updatePerson(user, () => ({ country })),
  UserLanguageChanged: (user, { language }) => updatePerson(user, () => ({ language })),
  UserEntitlementCountryChanged: (user, { country }) => updatePerson(user, () => ({ entitlementCountry: country })),
  UserRoleGranted: (user, { role }) =>
    updatePerson(user, ({ roles }) => ({
      roles: [...new Set([...roles, role])],
      ...(role === 'administrator' && { hasBeenAdministrator: true }),
    })),
  UserRoleRevoked: (user, { role }) =>
    updatePerson(user, ({ roles }) => ({ roles: roles.filter((other) => other !== role) })),
  UserPasswordResetRequested: (user, { expiresAt, olderLinksStay }, { causationId, at }) =>
    updatePerson(user, (before) => ({
      passwordLink: { request: causationId, expiresAt },
      olderLinks: olderLinksStay ? linksOf(before).filter((link) => link.expiresAt > at) : [],
    })),
  UserPasswordChanged: (user, _, { causationId, at }, place) =>
    updatePerson(user, ({ password }) => ({
      password: causationId,
      passwordLink: undefined,
      olderLinks: [],
      sessionsSince: place.revision,
      // The first one takes nothing away from anybody.
      ...(password && { tokensSince: pointOf(place) }),
      forgivenAt: at,
    })),
  EmailClaimAbandoned: (user, { claim }) => ({ ...user, abandonedClaims: [...user.abandonedClaims, claim] }),
};

const newcomer = {
  locks: [],
  roles: [],
  departures: {},
  olderLinks: [],
  sessionsSince: 0,
  tokensSince: { revision: 0, position: 0 },
} as const;

const pointOf = ({ revision, position }: StreamPlace): StreamPoint => ({ revision, position });

/** ◇ How long the link that a new member is welcomed with works. */
export const welcomeDays = 7;

/** How long failed logins lock a user by default, ms. */
const failedLoginsLock = 15 * 60_000;

/** When a lock that was set at this time ends by itself. Earlier builds set locks because of failed logins without an end. */
export const lockEnd = (
  { cause, until }: { readonly cause: LockCause; readonly until?: string | undefined },
  at: string,
): string | undefined =>
  until ?? (cause === 'failedLogins' ? new Date(Date.parse(at) + failedLoginsLock).toISOString() : undefined);

/** A member without a password is mailed a link to set one. */
const welcome = ({ causationId, at }: Envelope): Pick<Person, 'passwordLink' | 'olderLinks'> => ({
  passwordLink: { request: causationId, expiresAt: new Date(Date.parse(at) + welcomeDays * 86_400_000).toISOString() },
  olderLinks: [],
});

/** A new member who has no password yet. */
const welcomed =
  (envelope: Envelope) =>
  ({ password }: ExistingUser): Partial<Person> =>
    password ? {} : welcome(envelope);

const lock = (cause: LockCause, revision: number, reason?: string, until?: string): Lock => ({
  cause,
  revision,
  ...(reason && { reason }),
  ...(until && { until }),
});

const without = (locks: readonly Lock[], causes: readonly LockCause[]) =>
  locks.filter(({ cause }) => !causes.includes(cause));

const updatePerson = (user: User, change: (user: ExistingUser) => Partial<Person>): User =>
  user.status === 'absent' ? user : { ...user, ...change(user) };

/** Comes (back) into an account: what was kept for this account comes back with it. */
function join(user: User, account: string, status: 'pending' | 'active'): User {
  if (user.status === 'absent') return user;
  const { [account]: back, ...departures } = user.departures;
  const { lastAccount: _, ...person } = { lastAccount: undefined, ...user };
  // A lock that was set elsewhere stays; why is not this account's to know.
  const locks = user.locks.map(
    ({ cause, revision, until }) =>
      back?.locks.find((own) => own.revision === revision) ?? lock(cause, revision, undefined, until),
  );
  return { ...person, status, account, departures, locks, roles: back?.keptRoles ?? user.roles };
}

function leave(user: User, account: string, departure: Omit<Departure, 'locks'>, ...added: Lock[]): User {
  if (user.status === 'absent') return user;
  const locks = [
    ...without(
      user.locks,
      added.map(({ cause }) => cause),
    ),
    ...added,
  ];
  const { account: _, ...person } = { account, ...user };
  return {
    ...person,
    status: 'unaffiliated',
    lastAccount: account,
    locks,
    roles: [],
    departures: { ...user.departures, [account]: { ...departure, locks } },
  };
}
