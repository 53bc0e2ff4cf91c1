import type { Permission } from '#libs/authorization';
import type { Role } from '#libs/users';
import type { SessionItem } from '../domain/principal.js';

/** The sessions of a user or an operator, newest first. */
export interface SessionList {
  readonly items: readonly SessionItem[];
}

/** Confirms that sessions have ended. */
export interface EndedSessions {
  readonly ended: boolean;
}

/** An empty response, the same for every address, so that it does not disclose whether a user exists. */
export interface Accepted {}

/** A role and the permissions that it gives. */
export interface RoleItem {
  readonly role: Role;
  /** A user with several roles has the permissions of all of them. */
  readonly permissions: readonly Permission[];
}

/** All roles. */
export interface RoleList {
  readonly items: readonly RoleItem[];
}
