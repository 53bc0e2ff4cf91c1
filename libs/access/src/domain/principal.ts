import { permissions, type Credential, type Permission } from '#libs/authorization';
import type { Actor } from '#libs/kernel';
import { mayLogIn, type Role, type StreamPoint, type User } from '#libs/users';
import type { AccessToken } from './access-token.decider.js';
import { grantedPermissionsOf, type GrantedPermissions } from './roles.js';

/** A user who may use their tokens: all that the guard needs to keep of one, nothing personal. */
export interface UserAccess {
  readonly account: string;
  readonly roles: readonly Role[];
  /** Sessions begun at an earlier revision of the user have ended. */
  readonly sessionsSince: number;
  /** Tokens issued before this have ended. */
  readonly tokensSince: StreamPoint;
}

/** Somebody who showed a valid token or comes in a session, and what they may do now. */
export interface Principal extends GrantedPermissions {
  readonly actor: Actor;
  /** The id of the token. */
  readonly tokenId?: string;
  /** Where they may do it; absent: in every account. */
  readonly confinedTo?: string;
  readonly roles: readonly Role[];
  readonly scopes: readonly Permission[];
  readonly token?: { readonly id: string; readonly name: string; readonly expiresAt: string };
  readonly session?: SessionDetails;
  /** Of a token: until when (UTC, ISO 8601) a token that it issues may live at most. */
  readonly issuableUntil?: string;
  /** The token may change what is its holder's own, as all tokens could. To be removed in the release after 0.2. */
  readonly isFromBeforeMeWrite?: true;
  /** Of a session: until when (Unix ms) it may do what harms most, and with what that is renewed. */
  readonly authentication?: { readonly until: number; readonly by: Credential };
}

/** A session, as its holder sees it; times are UTC, ISO 8601. */
export interface SessionDetails {
  readonly id: string;
  readonly expiresAt: string;
  readonly authenticatedAt: string;
  readonly authenticatedBy: string;
}

/** How a user stands at a time (UTC, ISO 8601); `undefined`: none of their tokens opens anything. */
export const toUserAccess = (user: User, at: string): UserAccess | undefined =>
  mayLogIn(user, at)
    ? { account: user.account, roles: user.roles, sessionsSince: user.sessionsSince, tokensSince: user.tokensSince }
    : undefined;

/**
 * Who shows this token; `undefined` unless it is valid and its holder may use it.
 * A user's token works in the account that it was issued for: who moves to another one needs another token. What ends
 * their sessions ends their tokens, too.
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

/** Whether what has happened to the user since a token was issued has ended it. Of old tokens the log's order tells. */
const hasEndedWith = (
  { tokensSince }: UserAccess,
  { revision, position }: Exclude<AccessToken, { status: 'absent' }>,
): boolean => (revision === undefined ? position < tokensSince.position : revision < tokensSince.revision);

/** People say on which day a token ends: one that a user's token issues may end later on the same day (UTC). */
const endOfDay = (time: string): string => `${new Date(time).toISOString().slice(0, 10)}T23:59:59.999Z`;

/** The user whose session this is; `undefined` where it was ended by what has happened to the user since. */
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
