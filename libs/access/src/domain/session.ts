/** The limits of sessions, ms; settings of the installation. */
export abstract class SessionLimits {
  /** How long a session may go without a request that a person caused. */
  abstract readonly idle: number;
  /** How long a session may last from its start. */
  abstract readonly total: number;
  /** How long after an authentication a session may send sensitive commands. */
  abstract readonly authentication: number;
}

interface Span {
  readonly startedAt: number;
  readonly usedAt: number;
}

/** Returns when a session ends if it is not used again (Unix ms). */
export const sessionExpiry = ({ startedAt, usedAt }: Span, { idle, total }: SessionLimits): number =>
  Math.min(startedAt + total, usedAt + idle);
