import type { Credential } from './command.js';

/** How a rule said no; one place in `libs/http` turns kinds into status codes. */
export type RefusalKind =
  | 'invalid'
  | 'unauthenticated'
  | 'forbidden'
  | 'not-found'
  | 'conflict'
  | 'stale'
  | 'mismatch'
  | 'throttled'
  | 'unavailable';

/** A next step that would work: the command or query, and the ids its route needs. `libs/http` knows the routes. */
export interface SuggestedAction {
  readonly action: string;
  readonly params: Readonly<Record<string, string>>;
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
    readonly actions: readonly SuggestedAction[] = [],
    /** Further public members of the problem (RFC 9457 §3.2), e.g. the current revision. */
    readonly members: Readonly<Record<string, unknown>> = {},
  ) {
    super(detail);
    this.name = 'Refusal';
  }
}

/** The rule of what harms most: a session must have been authenticated lately. Throws `access.reauthenticate`. */
export function checkRecentlyAuthenticated({ reauthenticateWith }: { readonly reauthenticateWith?: Credential }): void {
  if (!reauthenticateWith) return;
  const detail = `This session was authenticated too long ago for this: show the ${reauthenticateWith} again, then repeat the request.`;
  throw new Refusal('access.reauthenticate', 'forbidden', detail, [{ action: 'Reauthenticate', params: {} }], {
    with: reauthenticateWith,
  });
}
