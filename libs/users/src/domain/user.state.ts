import type { LockCause, Role } from './user.events.js';

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

export interface Person {
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

export const linksOf = ({ passwordLink, olderLinks }: ExistingUser): readonly PasswordLink[] =>
  passwordLink ? [...olderLinks, passwordLink] : olderLinks;

/** How long failed logins lock a user by default, ms. */
const failedLoginsLock = 15 * 60_000;

/** When a lock that was set at this time ends by itself. Earlier builds set locks because of failed logins without an end. */
export const lockEnd = (
  { cause, until }: { readonly cause: LockCause; readonly until?: string | undefined },
  at: string,
): string | undefined =>
  until ?? (cause === 'failedLogins' ? new Date(Date.parse(at) + failedLoginsLock).toISOString() : undefined);

/** How long a user who had logged in before a lock keeps their entitlements, days (default). */
export const disableModeDays = 7;
