import type { Permission } from '#libs/authorization';
import type { ActionLink } from '#libs/kernel';
import type { LockCause, Role } from './user.events.js';

/** The user that a command has made. */
export interface AddedUser {
  readonly userId: string;
}

/** The user that a registration has made. */
export interface RegisteredUser {
  readonly userId: string;
  /** `pending` while an account decides; `unaffiliated` where no account owns the domain of the address. */
  readonly status: string;
}

/** The user whose login was recorded. */
export interface RecordedLogin {
  readonly userId: string;
}

/** A lock of a user. */
export interface StandingLock {
  readonly cause: LockCause;
  readonly reason?: string | undefined;
  /** When it ends by itself. */
  readonly until?: string | undefined;
}

/** How a user stands for the account after a command. */
export interface UserStanding {
  readonly status?: string;
  readonly locks?: readonly StandingLock[];
  /** Whether anything changed, or, in a dry run, would. */
  readonly changed: boolean;
  /** The roles that a restored user gets back. */
  readonly keptRoles?: readonly Role[];
  /**
   * Of a lock, a deletion and a demotion: the tokens that the user issued and that the caller may end, where there are any;
   * `null` where they can not be looked up now.
   */
  readonly issuedTokens?: readonly IssuedToken[] | null;
}

/** The link that was mailed to a user. */
export interface RequestedPasswordReset {
  /** Whether a link was mailed. */
  readonly changed: boolean;
  /** When the link ends. */
  readonly expiresAt: string | null;
}

/** Says whether the caller's profile has changed. */
export interface ChangedProfile {
  readonly changed: boolean;
}

/** Confirms that sessions of a user have ended. */
export interface EndedUserSessions {
  readonly ended: true;
  /** Whether there was a session to end. */
  readonly changed: boolean;
}

/** The result of a bulk action for one user; of a refusal, its reason and the actions that work instead. */
export interface BulkItem {
  readonly userId: string;
  readonly ok: boolean;
  /** Whether anything changed, or, in a dry run, would. */
  readonly changed?: boolean;
  /** The code of the refusal. */
  readonly code?: string | undefined;
  readonly detail?: string | undefined;
  readonly actions?: readonly ActionLink[];
  /**
   * With `lock` and `delete`: the tokens that the user issued and that the caller may end, where there are any; `null` where
   * they can not be looked up now.
   */
  readonly issuedTokens?: readonly IssuedToken[] | null;
}

/** The results of a bulk action, one for each user. */
export interface BulkAnswer {
  readonly results: readonly BulkItem[];
}

/** An access token that a user issued and that still works. */
export interface IssuedToken {
  readonly tokenId: string;
  readonly kind: 'user' | 'service' | 'operator';
  /** `null`: the holder was erased. */
  readonly name: string | null;
  readonly scopes: readonly Permission[];
  readonly issuedAt: string;
  readonly expiresAt: string;
  /** Whether this command has ended it. */
  readonly ended?: boolean;
}
