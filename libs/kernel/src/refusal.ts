/** How a rule said no; one place in `libs/http` turns kinds into status codes. */
export type RefusalKind = 'invalid' | 'forbidden' | 'not-found' | 'conflict' | 'stale' | 'mismatch' | 'unavailable';

/** A next step that works: `{ action: 'RejectUser', method: 'POST', href: '/api/v1/…' }`. */
export interface Action {
  readonly action: string;
  readonly method: 'POST' | 'PUT' | 'PATCH' | 'DELETE' | 'GET';
  readonly href: string;
}

/**
 * A rule said no. `code` is a public promise, `detail` is one sentence for the person who asked,
 * `actions` are the next steps that would work.
 */
export class Refusal extends Error {
  constructor(
    readonly code: string,
    readonly kind: RefusalKind,
    detail: string,
    readonly actions: readonly Action[] = [],
    /** Further public members of the problem (RFC 9457 §3.2), e.g. the current revision. */
    readonly members: Readonly<Record<string, unknown>> = {},
  ) {
    super(detail);
    this.name = 'Refusal';
  }
}
