import type { Authenticated } from '../domain/session.commands.js';

/** A session of the caller. */
export interface SessionItem {
  readonly id: string;
  /** Whether this request belongs to it. */
  readonly current: boolean;
  readonly startedAt: string;
  readonly lastUsedAt: string;
  readonly expiresAt: string;
  /** When its holder last authenticated. */
  readonly authenticatedAt: string;
  readonly authenticatedBy: Authenticated['authenticatedBy'];
  /** The `User-Agent` of the browser. */
  readonly agent: string;
}

/** The sessions of the caller, newest first. */
export interface SessionList {
  readonly items: readonly SessionItem[];
}

/** Confirms that sessions have ended. */
export interface EndedSessions {
  readonly ended: boolean;
}

/** An empty response, the same for every address, so that it does not disclose whether a user exists. */
export interface Accepted {}
