import { sessionsEnds } from '#libs/users';

/** The limits of sessions, ms; settings of the installation. */
export abstract class SessionLimits {
  /** How long a session may go without a request that a person caused. */
  abstract readonly idle: number;
  /** How long a session may last from its start. */
  abstract readonly total: number;
  /** How long after an authentication a session may send sensitive commands. */
  abstract readonly authentication: number;
}

/** How long the server can tell after the end of a session why it ended, ms; constant. */
export const endRetention = 7 * 86_400_000;

/**
 * Why a session has ended; a public promise. `idle`: it was not used for too long. `expired`: it reached its maximum duration.
 * `token-ended`: the operator's token that started it is no longer valid. The others are the events that end sessions.
 */
export const sessionEndReasons = ['idle', 'expired', 'token-ended', ...sessionsEnds] as const;
export type SessionEndReason = (typeof sessionEndReasons)[number];

interface Span {
  readonly startedAt: number;
  readonly usedAt: number;
}

/** Returns when a session ends if it is not used again (Unix ms). */
export const sessionExpiry = ({ startedAt, usedAt }: Span, { idle, total }: SessionLimits): number =>
  Math.min(startedAt + total, usedAt + idle);

/** Returns why a session has reached its end at a time (Unix ms), or undefined if it has not. */
export function findTimeout(session: Span, limits: SessionLimits, now: number): 'idle' | 'expired' | undefined {
  const end = sessionExpiry(session, limits);
  if (end > now) return undefined;
  return end === session.startedAt + limits.total ? 'expired' : 'idle';
}
