/** ◇ How long a session may lie unused, ms. */
export const idleLimit = 8 * 3_600_000;
/** ◇ How long a session may last, ms. */
export const absoluteLimit = 7 * 86_400_000;

interface Span {
  readonly startedAt: number;
  readonly usedAt: number;
}

/** When a session ends if it is not used again; Unix ms. */
export const sessionExpiry = ({ startedAt, usedAt }: Span): number => Math.min(startedAt + absoluteLimit, usedAt + idleLimit);
