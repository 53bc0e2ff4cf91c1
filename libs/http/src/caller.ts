import type { Credential, Permission } from '#libs/authorization';
import { systemActor, type Actor } from '#libs/kernel';
import type { FastifyReply, FastifyRequest } from 'fastify';

/** Who asks, and what they may do now: their token's scopes ∩ what their roles give. */
export interface Caller {
  readonly actor: Actor;
  /** The id of the access token; absent where there is none, as in a browser. */
  readonly tokenId?: string;
  /** Where they may do it; absent: in every account. */
  readonly confinedTo?: string;
  readonly roles: readonly string[];
  readonly permissions: ReadonlySet<Permission>;
  /** The roles that they may grant or take. */
  readonly grantable: readonly string[];
  /** Whether they may act on account administrators. */
  readonly mayActOnAdministrators: boolean;
  /** Of a token: until when (UTC, ISO 8601) a token that it issues may live at most. */
  readonly issuableUntil?: string;
  /** Of a session: until when (Unix ms) its authentication is recent enough for what harms most, and with what it is renewed. */
  readonly authentication?: { readonly until: number; readonly by: Credential };
}

/** Whoever calls a route that needs nothing. */
export const anonymousCaller: Caller = {
  actor: systemActor,
  roles: [],
  permissions: new Set(),
  grantable: [],
  mayActOnAdministrators: false,
};

/** A request past the guard; without a caller where the route needs nothing. */
export type CalledRequest = FastifyRequest<{ Params: Record<string, string> }> & {
  caller?: Caller;
  /** Whether the caller may still do what the guard let them in for: as of a second ago at most, or now. For what takes or lasts long. */
  isStillAllowed?: (freshness?: 'fresh') => Promise<boolean>;
  /** The command that it issued, and the code of its refusal: for metrics. */
  command?: string;
  code?: string;
};
export type { FastifyReply };
