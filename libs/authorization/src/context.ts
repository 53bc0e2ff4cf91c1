import type { Permission } from './permission.js';
import type { Credential } from './reauthentication.js';

/** The browser that sent a command, as far as its device cookie identifies it. */
export interface Device {
  /** Returns the id of this browser for a user, `undefined` if that user has not logged in with it before. */
  idFor(userId: string): string | undefined;
}

/** What the caller may do, as checked when the request was authenticated. */
interface CallerRights {
  readonly permissions: readonly Permission[];
  /** The roles that the caller may grant, revoke and bring back. */
  readonly grantable: readonly string[];
  /** Whether the caller may act on account administrators. */
  readonly mayActOnAdministrators: boolean;
}

// Adds the caller's rights to the contexts of the kernel, which knows nothing of permissions.
declare module '#libs/kernel' {
  interface ActorKinds {
    /** A person. */
    user: true;
    /** A program with an access token of its own. */
    service: true;
    /** A person who runs the installation. */
    operator: true;
  }

  interface CommandContext extends CallerRights {
    /** The only account that the caller may act on; absent: all accounts. */
    readonly confinedTo?: string;
    /** Callers with an access token only: the latest expiry (UTC, ISO 8601) of a token that they issue. */
    readonly issuableUntil?: string;
    /** Set if the session was authenticated too long ago for sensitive commands: the credential to show again. */
    readonly reauthenticateWith?: Credential;
    /** Set on routes that compare a password. */
    readonly device?: Device;
    /** Set on routes that issue a token: checks again, without a cache, whether the caller may still do so. */
    readonly isStillAllowed?: () => Promise<boolean>;
  }

  interface QueryContext extends CallerRights {}
}
