import type { Credential, Permission } from '#libs/authorization';
import { systemActor, type Actor } from '#libs/kernel';
import type { FastifyReply, FastifyRequest } from 'fastify';

/** The sender of a request and what they may do now: the scopes of their token that their roles also allow. */
export interface Caller {
  readonly actor: Actor;
  /** The id of the access token; absent for a session. */
  readonly tokenId?: string;
  /** The only account in which they may act; absent: every account. */
  readonly confinedTo?: string;
  readonly roles: readonly string[];
  readonly permissions: ReadonlySet<Permission>;
  /** The roles that they may grant or take. */
  readonly grantable: readonly string[];
  /** Whether they may act on account administrators. */
  readonly mayActOnAdministrators: boolean;
  /** For a token: the latest expiry (UTC, ISO 8601) of a token that it issues. */
  readonly issuableUntil?: string;
  /** For a session: until when (Unix ms) its authentication counts as recent, which risky commands need, and which credential renews it. */
  readonly authentication?: { readonly until: number; readonly by: Credential };
}

/** The caller of a public route. */
export const anonymousCaller: Caller = {
  actor: systemActor,
  roles: [],
  permissions: new Set(),
  grantable: [],
  mayActOnAdministrators: false,
};

/** A request that the guard let pass; without a caller on a public route. */
export type CalledRequest = FastifyRequest<{ Params: Record<string, string> }> & {
  caller?: Caller;
  /** Checks again that the caller may call this route, for routes that take long. The answer is at most one second old; with `fresh`, current. */
  isStillAllowed?: (freshness?: 'fresh') => Promise<boolean>;
  /** The name of its command and the code of its refusal, for metrics. */
  command?: string;
  code?: string;
};
export type { FastifyReply };
