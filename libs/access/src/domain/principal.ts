import { permissions, type Credential, type Permission } from '#libs/authorization';
import type { Actor } from '#libs/kernel';
import { mayLogIn, type Role, type StreamPoint, type User } from '#libs/users';
import type { AccessToken } from './access-token.decider.js';
import { grantedPermissionsOf, type GrantedPermissions } from './roles.js';

/** What authentication needs to know of an active user. Nothing personal, since it is cached. */
export interface UserAccess {
  readonly account: string;
  readonly roles: readonly Role[];
  /** Sessions that were started at an earlier revision of the user's stream have ended. */
  readonly sessionsSince: number;
  /** Tokens that were issued before this point of the user's stream have ended. */
  readonly tokensSince: StreamPoint;
}

/** A caller who was authenticated by an access token or a session, and the caller's permissions now. */
export interface Principal extends GrantedPermissions {
  readonly actor: Actor;
  /** The id of the token. */
  readonly tokenId?: string;
  /** The account that the caller is confined to; absent: all accounts. */
  readonly confinedTo?: string;
  readonly roles: readonly Role[];
  readonly scopes: readonly Permission[];
  readonly token?: { readonly id: string; readonly name: string; readonly expiresAt: string };
  readonly session?: SessionDetails;
  /** For a token: the latest expiry of tokens that it issues (UTC, ISO 8601). */
  readonly issuableUntil?: string;
  /** Whether the token was issued before the scope `me:write` existed: it has that scope, too. To be removed in the release after 0.2. */
  readonly isFromBeforeMeWrite?: true;
  /** For a session: until when (Unix ms) it may send sensitive commands, and the credential that renews this. */
  readonly authentication?: { readonly until: number; readonly by: Credential };
}

/** A session, as in responses to its holder; times are UTC, ISO 8601. */
export interface SessionDetails {
  readonly id: string;
  readonly expiresAt: string;
  readonly authenticatedAt: string;
  readonly authenticatedBy: string;
}

/** A session in a list of sessions. */
export interface SessionItem {
  readonly id: string;
  /** Whether this request belongs to it. */
  readonly current: boolean;
  readonly startedAt: string;
  readonly lastUsedAt: string;
  readonly expiresAt: string;
  /** When its holder last authenticated. */
  readonly authenticatedAt: string;
  readonly authenticatedBy: 'password' | 'link' | 'token';
  /** The `User-Agent` of the browser. */
  readonly agent: string;
}

/** Returns what authentication needs to know of a user at a time (UTC, ISO 8601), or undefined if the user may not log in. */
export const toUserAccess = (user: User, at: string): UserAccess | undefined =>
  mayLogIn(user, at)
    ? { account: user.account, roles: user.roles, sessionsSince: user.sessionsSince, tokensSince: user.tokensSince }
    : undefined;

/**
 * Returns the principal of the access token with this id, or undefined unless the token is valid and its holder may use it.
 * A user's token is confined to the account that it was issued for, and does not work while the user is in another one. An
 * event that ends a user's sessions ends the user's tokens, too.
 */
export function toTokenPrincipal(
  id: string,
  token: AccessToken,
  user: UserAccess | undefined,
  now: Date,
): Principal | undefined {
  if (token.status !== 'live' || Date.parse(token.expiresAt) <= now.getTime()) return undefined;
  const { kind, holder, account, name, scopes, expiresAt } = token;
  if (kind === 'user' && (!user || user.account !== account || hasEndedWith(user, token))) return undefined;
  const roles = user?.roles ?? [];
  return {
    actor: { id: holder, kind },
    tokenId: id,
    ...(account && { confinedTo: account }),
    roles,
    ...grantedPermissionsOf(kind, scopes, roles),
    scopes,
    token: { id, name, expiresAt },
    ...(!token.isInstallations && { issuableUntil: kind === 'user' ? endOfDay(expiresAt) : expiresAt }),
    ...(!token.meWriteKnown && { isFromBeforeMeWrite: true }),
  };
}

/** Returns whether an event of the user has ended a token. Old tokens have no revision: then the position in the log decides. */
const hasEndedWith = (
  { tokensSince }: UserAccess,
  { revision, position }: Exclude<AccessToken, { status: 'absent' }>,
): boolean => (revision === undefined ? position < tokensSince.position : revision < tokensSince.revision);

/** Returns the end of the day (UTC) of a time. In the UI, users choose the day on which a token expires, so tokens that a user's token issues may expire later on the same day. */
const endOfDay = (time: string): string => `${new Date(time).toISOString().slice(0, 10)}T23:59:59.999Z`;

/**
 * Returns the principal of a user's session, or undefined if the user may not log in now, or if an event after the user's
 * `revision` at login has ended the session, for example an administrator's lock.
 */
export function toSessionPrincipal(
  { holder, revision }: { readonly holder: string; readonly revision: number },
  user: UserAccess | undefined,
): Principal | undefined {
  if (!user || revision < user.sessionsSince) return undefined;
  const { account, roles } = user;
  return {
    actor: { id: holder, kind: 'user' },
    confinedTo: account,
    roles,
    ...grantedPermissionsOf('user', permissions, roles),
    scopes: permissions,
  };
}
