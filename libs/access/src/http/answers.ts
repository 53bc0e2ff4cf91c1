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
