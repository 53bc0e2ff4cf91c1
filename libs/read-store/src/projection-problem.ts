import { StoreUnavailable, type Recorded } from '#libs/kernel';

/** Why the projections do not advance. Holds no personal data. */
export interface ProjectionProblem {
  /**
   * During an outage its code. Otherwise the error's class, SQL state, and constraint or column, but not its message, which
   * could quote values.
   */
  readonly reason: string;
  /** UTC, ISO 8601. */
  readonly since: string;
  /** The projection that failed; absent if the log or the database is away. */
  readonly projection?: string;
  /** The event that it failed at; absent until the events are applied one by one. */
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

/** Returns the refusal code, like `read-store.unavailable`, if an unavailable store is the cause of this error. */
export function outageCode(error: unknown): string | undefined {
  const cause = error instanceof ProjectionFailed ? error.cause : error;
  return cause instanceof StoreUnavailable && cause.problem.code !== 'too-slow' ? cause.code : undefined;
}

/** Describes an error because of which projections do not advance. `since` is taken from `previous` if it is given. */
export function toProjectionProblem(error: unknown, previous?: ProjectionProblem): ProjectionProblem {
  const since = previous?.since ?? new Date().toISOString();
  const outage = outageCode(error);
  if (outage) return { reason: outage, since };
  const failed = error instanceof ProjectionFailed ? error : undefined;
  const [event, ...others] = failed?.events ?? [];
  return {
    reason: describeError(failed ? failed.cause : error),
    since,
    ...(failed && { projection: failed.projection }),
    ...(event && others.length === 0 && { position: event.position, eventType: event.type }),
  };
}

/** Returns whether two problems have the same reason, projection and position. */
export const isSameProblem = (one: ProjectionProblem | undefined, other: ProjectionProblem): boolean =>
  one !== undefined &&
  one.reason === other.reason &&
  one.projection === other.projection &&
  one.position === other.position;

function describeError(error: unknown): string {
  const { constructor, code, constraint, column } = Object(error) as Record<string, unknown>;
  return [(constructor as { name: string }).name, code, constraint ?? column].filter(Boolean).join(' ');
}
