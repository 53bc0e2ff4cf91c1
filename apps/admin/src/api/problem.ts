import type { components } from './schema';

type ProblemBody = components['schemas']['Problem'];

/** A refusal of the API, as RFC 9457 has it: `code` is stable, `actions` are the next steps that work. */
export class Problem extends Error {
  readonly status: number;
  readonly code: string;
  readonly actions: NonNullable<ProblemBody['actions']>;
  /** What is wrong with each field. */
  readonly errors: NonNullable<ProblemBody['errors']>;
  /** Of a password: what it lacks. */
  readonly reasons: readonly string[];
  /** Of a refused If-Match: the revision that is the newest. */
  readonly revision: number | undefined;
  /** Seconds until it is worth asking again. */
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
    this.retryAfter = Number(headers.get('retry-after')) || undefined;
  }
}
