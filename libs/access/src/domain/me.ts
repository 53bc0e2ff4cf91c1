import type { Permission } from '#libs/authorization';
import type { Actor } from '#libs/kernel';
import type { Role } from '#libs/users';
import type { SessionDetails } from './principal.js';

/** The access token that the caller uses. */
interface OwnToken {
  readonly tokenId: string;
  readonly name: string;
  readonly expiresAt: string;
  /** @deprecated The same as `tokenId`. */
  readonly id: string;
}

interface Profile {
  readonly email: string;
  readonly firstName: string;
  readonly lastName: string;
  readonly country: string;
  readonly language: string | null;
  /** The revision of the user, for `If-Match`. */
  readonly revision: number;
}

/** The caller, and what the caller may do now. */
export interface Me {
  readonly actor: Actor;
  /** The account that the caller is confined to; `null`: none. */
  readonly accountId: string | null;
  /** @deprecated The same as `accountId`. */
  readonly account: string | null;
  readonly roles: readonly Role[];
  /** What the token or the session may be used for. */
  readonly scopes: readonly Permission[];
  /** The scopes that the roles allow now. */
  readonly permissions: readonly Permission[];
  /** `null` in a session. */
  readonly token: OwnToken | null;
  /** `null` with a token. */
  readonly session: SessionDetails | null;
  /** `null` for a service or an operator. */
  readonly profile: Profile | null;
}
