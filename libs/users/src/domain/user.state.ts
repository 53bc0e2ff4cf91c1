import type { LockCause, Role } from './user.events.js';

export interface Lock {
  readonly cause: LockCause;
  /** The revision of the event that set it. */
  readonly revision: number;
  readonly reason?: string;
  /** When the lock ends by itself; UTC, ISO 8601. Absent: when somebody removes it. */
  readonly until?: string;
}

/** How a user last left an account, as that account may still see it. Later events are not disclosed to it. */
export interface Departure {
  readonly act: 'rejected' | 'deleted';
  readonly restorableUntil?: string;
  readonly keptRoles: readonly Role[];
  readonly locks: readonly Lock[];
  /** The revision of the event with which the user left. */
  readonly revision: number;
}

/** A mailed link that sets a password. */
export interface PasswordLink {
  /** The id of the command that requested it. */
  readonly request: string;
  /** When it ends; UTC, ISO 8601. */
  readonly expiresAt: string;
}

/** The place of an event in the user's stream and in the log. */
export interface StreamPoint {
  readonly revision: number;
  readonly position: number;
}

/** Why an event of the user has ended their sessions: a public promise, shown to the holder of a session that has ended. */
export const sessionsEnds = [
  'locked',
  'deleted',
  'password-changed',
  'ended-by-administrator',
  'ended-by-user',
] as const;
export type SessionsEnd = (typeof sessionsEnds)[number];

export interface Person {
  readonly email: string;
  readonly firstName: string;
  readonly lastName: string;
  readonly country: string;
  readonly language?: string;
  readonly entitlementCountry?: string;
  /** At most one for each cause, oldest first. */
  readonly locks: readonly Lock[];
  readonly roles: readonly Role[];
  /** The last departure from each account, by account id. */
  readonly departures: Readonly<Record<string, Departure>>;
  readonly abandonedClaims: readonly string[];
  /** The id of the command that set the password; the vault keeps the hash under it. */
  readonly password?: string;
  /** The newest link that sets a password; removed when a password is set. */
  readonly passwordLink?: PasswordLink | undefined;
  /** Older links that still work until they end. */
  readonly olderLinks: readonly PasswordLink[];
  /** Sessions that began at an earlier revision have ended. */
  readonly sessionsSince: number;
  /** Why those sessions have ended. */
  readonly sessionsEndedBecause?: SessionsEnd;
  /** Tokens that were issued before this point have ended. */
  readonly tokensSince: StreamPoint;
  /** Whether the user has ever been an administrator of an account: only such users can have issued service tokens. */
  readonly hasBeenAdministrator?: true;
  /** Failed logins up to this time do not count, since a lock was removed or ended or a password was set. */
  readonly forgivenAt?: string;
}

export type User =
  | { readonly status: 'absent'; readonly abandonedClaims: readonly string[] }
  | (Person & { readonly status: 'unaffiliated'; readonly lastAccount?: string })
  | (Person & { readonly status: 'pending'; readonly account: string })
  | (Person & { readonly status: 'active'; readonly account: string });

export type ExistingUser = Exclude<User, { status: 'absent' }>;
export type ActiveUser = Extract<User, { status: 'active' }>;

/** Returns the id of the account that the user is in or waits for, if any. */
export const accountOf = (user: User): string | undefined => ('account' in user ? user.account : undefined);

/** Returns how the user last left this account (rejected or deleted, and at which revision), or undefined if they never did. */
// The id comes from outside, so `constructor` must find nothing.
export const findDeparture = ({ departures }: ExistingUser, account: string): Departure | undefined =>
  Object.hasOwn(departures, account) ? departures[account] : undefined;

/**
 * Returns the revision of the user that this account may see: `revision` for its members, the revision of the departure for
 * former members, undefined for users who never were in it.
 */
export function revisionVisibleTo(user: User, account: string, revision: number): number | undefined {
  if (user.status === 'absent') return undefined;
  return accountOf(user) === account ? revision : findDeparture(user, account)?.revision;
}

/** Returns whether a lock has not ended by itself at this time (UTC, ISO 8601). */
export const isInForce = ({ until }: { readonly until?: string | null }, at: string): boolean =>
  !until || Date.parse(until) > Date.parse(at);

/** Returns the locks that have not ended at this time (UTC, ISO 8601), oldest first. */
export const locksInForce = (locks: readonly Lock[], at: string): readonly Lock[] =>
  locks.filter((lock) => isInForce(lock, at));

/**
 * Returns whether the user may log in and use sessions, tokens and mailed links at this time. A lock because of failed logins
 * does not matter here: it stops logins with a password only, see {@link findPasswordLock}.
 */
export const mayLogIn = (user: User, at: string): user is ActiveUser =>
  user.status === 'active' && locksInForce(user.locks, at).every(({ cause }) => cause === 'failedLogins');

/** Returns the lock because of failed logins that stops logins with a password at this time, if there is one. */
export const findPasswordLock = (user: User, at: string): Lock | undefined =>
  user.status === 'absent' ? undefined : locksInForce(user.locks, at).find(({ cause }) => cause === 'failedLogins');

/** Returns whether the user can act as an administrator of their account at this time. */
export const servesAsAdministrator = (user: User, at: string): boolean =>
  mayLogIn(user, at) && user.roles.includes('administrator');

/** Returns the password link that was mailed for this request (the id of a command) if it still works at the time `at`. */
export const findOpenLink = (user: User, request: string, at: string): PasswordLink | undefined =>
  user.status === 'absent' ? undefined : linksOf(user).find((link) => link.request === request && link.expiresAt > at);

/** Returns the user's newest password link if it works for at least 15 more minutes (constant): then another request mails this link again. */
export const findLinkToRepeat = (user: User, at: string): PasswordLink | undefined => {
  const link = user.status === 'absent' ? undefined : user.passwordLink;
  return link && Date.parse(link.expiresAt) - Date.parse(at) >= 15 * 60_000 ? link : undefined;
};

/** Returns the user's mailed password links that were not used, oldest first; some of them may have expired. */
export const linksOf = ({ passwordLink, olderLinks }: ExistingUser): readonly PasswordLink[] =>
  passwordLink ? [...olderLinks, passwordLink] : olderLinks;

/** How long a lock because of failed logins lasts, ms (default). */
export const failedLoginsLock = 15 * 60_000;

/** Returns when a lock that was set at this time ends by itself, if it does. Earlier builds set locks because of failed logins without an end. */
export const findLockEnd = (
  { cause, until }: { readonly cause: LockCause; readonly until?: string | undefined },
  at: string,
): string | undefined =>
  until ?? (cause === 'failedLogins' ? new Date(Date.parse(at) + failedLoginsLock).toISOString() : undefined);

/** How long a user who had logged in before a lock keeps their entitlements, days (default). */
export const disableModeDays = 7;
