import type { components } from './schema';

type ProblemBody = components['schemas']['Problem'];

/** A refusal of the API (RFC 9457). `code` is stable, `actions` are the suggested actions. */
export class Problem extends Error {
  readonly status: number;
  readonly code: string;
  readonly actions: NonNullable<ProblemBody['actions']>;
  /** What is wrong with the fields of the request. */
  readonly errors: NonNullable<ProblemBody['errors']>;
  /** For a refused password: the reasons. */
  readonly reasons: readonly string[];
  /** For a refused If-Match: the latest revision. */
  readonly revision: number | undefined;
  /** Why the session has ended; only for the secret of an ended session. */
  readonly sessionEnded: ProblemBody['sessionEnded'];
  /** Seconds until a retry makes sense. */
  readonly retryAfter: number | undefined;

  constructor({ status, headers }: Response, body: unknown) {
    const problem = (typeof body === 'object' && body !== null ? body : {}) as Partial<ProblemBody> & {
      reasons?: string[];
      revision?: number;
    };
    super(problem.detail ?? '');
    this.status = status;
    this.code = problem.code ?? `http.${status}`;
    this.actions = problem.actions ?? [];
    this.errors = problem.errors ?? [];
    this.reasons = problem.reasons ?? [];
    this.revision = problem.revision;
    this.sessionEnded = problem.sessionEnded;
    this.retryAfter = Number(headers.get('retry-after')) || undefined;
  }
}

/** Checks that a retry may succeed: the server was not reached or answered 503. A refusal stays a refusal. */
export const isTransient = (error: Error): boolean => !(error instanceof Problem) || error.status === 503;

/** Returns after how many milliseconds a query that failed because the server is away is sent again, or `false` for any other. */
export const toRecoverInterval = (error: Error | null): number | false => error !== null && isTransient(error) && 5_000;

/** Checks that a change was refused because somebody else changed the user first. The error has their revision. */
export const isRevisionConflict = (error: unknown): error is Problem & { revision: number } =>
  error instanceof Problem && error.revision !== undefined;
