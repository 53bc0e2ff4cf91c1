import { permissions, type Actor, type Permission } from '#libs/kernel';
import { mayLogIn, type Role, type User } from '#libs/users';
import type { AccessToken } from './access-token.decider.js';
import { powersOf, type Powers } from './roles.js';

/** A user who may use their tokens: all that the guard needs to keep of one, nothing personal. */
export interface Standing {
  readonly account: string;
  readonly roles: readonly Role[];
  /** Sessions begun at an earlier revision of the user have ended. */
  readonly sessionsSince: number;
}

/** Somebody who showed a valid token or comes in a session, and what they may do now. */
export interface Bearer extends Powers {
  readonly actor: Actor;
  /** The id of the token. */
  readonly via?: string;
  /** Where they may do it; absent: in every account. */
  readonly account?: string;
  readonly roles: readonly Role[];
  readonly scopes: readonly Permission[];
  readonly token?: { readonly id: string; readonly name: string; readonly expiresAt: string };
  readonly session?: { readonly id: string; readonly expiresAt: string };
}

/** How a user stands; `undefined`: none of their tokens opens anything. */
export const standingOf = (user: User): Standing | undefined =>
  mayLogIn(user) ? { account: user.account, roles: user.roles, sessionsSince: user.sessionsSince } : undefined;

/**
 * Who shows this token; `undefined` unless it is valid and its holder may use it.
 * A user's token works in the account that it was issued for: who moves to another one needs another token.
 */
export function bearerOf(id: string, token: AccessToken, user: Standing | undefined, now: Date): Bearer | undefined {
  if (token.status !== 'live' || Date.parse(token.expiresAt) <= now.getTime()) return undefined;
  const { kind, holder, account, name, scopes, expiresAt } = token;
  if (kind === 'user' && (!user || user.account !== account)) return undefined;
  const roles = user?.roles ?? [];
  return {
    actor: { id: holder, kind },
    via: id,
    ...(account && { account }),
    roles,
    ...powersOf(kind, scopes, roles),
    scopes,
    token: { id, name, expiresAt },
  };
}

/** The user whose session this is; `undefined` where it was ended by what has happened to the user since. */
export function visitorOf(
  { holder, revision, ...session }: { readonly id: string; readonly holder: string; readonly revision: number; readonly expiresAt: string },
  user: Standing | undefined,
): Bearer | undefined {
  if (!user || revision < user.sessionsSince) return undefined;
  const { account, roles } = user;
  const { id, expiresAt } = session;
  return { actor: { id: holder, kind: 'user' }, account, roles, ...powersOf('user', permissions, roles), scopes: permissions, session: { id, expiresAt } };
}
