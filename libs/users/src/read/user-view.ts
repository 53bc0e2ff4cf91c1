import { systemActor, type Actor } from '#libs/kernel';
import type { LockCause, Role } from '../domain/user.events.js';

export interface LockView {
  readonly cause: LockCause;
  readonly reason: string | null;
  readonly by: LockedBy;
  readonly at: string;
  /** When the lock ends; `null`: it does not end by itself. */
  readonly until: string | null;
  /** When disable mode began: when the first lock of an unbroken series of locks was set. */
  readonly disableModeFrom: string;
  readonly disableModeDays: number;
}

/** The actor who set a lock. Accounts do not see who set a lock in another account. */
type LockedBy = Actor | typeof anotherAccount;

export const anotherAccount = { id: systemActor.id, kind: 'another-account' } as const;

/** A user as one account sees them; a former member as they were when they left. */
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
  /** When the user joined the account; while pending, when approval was requested. */
  readonly addedAt: string | null;
  /** In this account, by the time of the login, not of its recording. */
  readonly firstLoginAt: string | null;
  readonly lastLoginAt: string | null;
  readonly restorableUntil: string | null;
  /**
   * Whether the account deleted the user and no other account added them since, so that it may restore them until
   * `restorableUntil`. Used for counts only and never shown, because it discloses what other accounts did.
   */
  readonly canBeRestored: boolean;
  /** The revision of the user's stream. */
  readonly revision: number;
}

/** The state of a user now, and in the view of each account that has known them. */
export interface UserAcrossAccounts {
  /** The account that the user is in, whose view is the current one; in no account, the current view itself. */
  readonly current: string | UserView;
  readonly accounts: Readonly<Record<string, UserView>>;
}

/** Returns the current view of a user. */
export const currentView = ({ current, accounts }: UserAcrossAccounts): UserView =>
  typeof current === 'string' ? accounts[current]! : current;

/** Returns whether the user has a lock without an end. */
export const isLockedForGood = ({ locks }: UserView): boolean => locks.some(({ until }) => until === null);

/** Returns whether a lock starts disable mode. A lock after failed logins does not: it refuses passwords only. */
export const startsDisableMode = ({ cause }: Pick<LockView, 'cause'>): boolean => cause !== 'failedLogins';
