import { StoreUnavailable, type Recorded } from '#libs/kernel';

/** Why the read models don't move on. Holds no personal data. */
export interface ProjectionProblem {
  /** The error's class, SQL state and constraint or column (its message could quote values); of an outage the code. */
  readonly reason: string;
  /** UTC, ISO 8601. */
  readonly since: string;
  /** The projection that failed; absent where the log or the database is away. */
  readonly projection?: string;
  /** The event that it failed at, once it was tried alone. */
  readonly position?: number;
  readonly eventType?: string;
}

/** A projection could not apply these events. */
export class ProjectionFailed extends Error {
  constructor(
    readonly projection: string,
    readonly events: readonly Recorded[],
    cause: unknown,
  ) {
    super(`${projection} could not be projected`, { cause });
  }
}

/** The code of a store that is away, where that is all that is wrong. */
export function outageIn(error: unknown): string | undefined {
  const cause = error instanceof ProjectionFailed ? error.cause : error;
  return cause instanceof StoreUnavailable && cause.problem.code !== 'too-slow' ? cause.code : undefined;
}

/** What an error says about the problem; one at the same place goes on since then. */
export function problemOf(error: unknown, before?: ProjectionProblem): ProjectionProblem {
  const outage = outageIn(error);
  if (outage) return { reason: outage, since: before?.since ?? new Date().toISOString() };
  const failed = error instanceof ProjectionFailed ? error : undefined;
  const [event, ...others] = failed?.events ?? [];
  return {
    reason: reasonOf(failed ? failed.cause : error),
    since: before?.since ?? new Date().toISOString(),
    ...(failed && { projection: failed.projection }),
    ...(event && others.length === 0 && { position: event.position, eventType: event.type }),
  };
}

/** Whether both say the same. */
export const isSameProblem = (one: ProjectionProblem | undefined, other: ProjectionProblem): boolean =>
  one !== undefined &&
  one.reason === other.reason &&
  one.projection === other.projection &&
  one.position === other.position;

function reasonOf(error: unknown): string {
  const { constructor, code, constraint, column } = Object(error) as Record<string, unknown>;
  return [(constructor as { name: string }).name, code, constraint ?? column].filter(Boolean).join(' ');
}
