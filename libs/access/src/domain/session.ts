/** How long sessions last, ms; the installation's settings. */
export abstract class SessionLimits {
  /** How long a session may go without a request that a person caused. */
  abstract readonly idle: number;
  /** How long a session may last from its beginning. */
  abstract readonly total: number;
  /** How long after its holder showed who they are a session may do what harms most. */
  abstract readonly authentication: number;
}

interface Span {
  readonly startedAt: number;
  readonly usedAt: number;
}

/** When a session ends if it is not used again; Unix ms. */
export const sessionExpiry = ({ startedAt, usedAt }: Span, { idle, total }: SessionLimits): number =>
  Math.min(startedAt + total, usedAt + idle);
