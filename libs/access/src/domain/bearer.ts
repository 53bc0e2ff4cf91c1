import type { Actor, Permission } from '#libs/kernel';
import type { Role, User } from '#libs/users';
import type { AccessToken } from './access-token.decider.js';
import { powersOf, type Powers } from './roles.js';

/** A user who may use their tokens: all that the guard needs to keep of one, nothing personal. */
export interface Standing {
  readonly account: string;
  readonly roles: readonly Role[];
}

/** Somebody who showed a valid token, and what they may do now. */
export interface Bearer extends Powers {
  readonly actor: Actor;
  /** The id of the token. */
  readonly via: string;
  /** Where they may do it; absent: in every account. */
  readonly account?: string;
  readonly roles: readonly Role[];
  readonly token: { readonly id: string; readonly name: string; readonly scopes: readonly Permission[]; readonly expiresAt: string };
}

/** How a user stands; `undefined`: none of their tokens opens anything. */
export const standingOf = (user: User): Standing | undefined =>
  user.status === 'active' && user.locks.length === 0 ? { account: user.account, roles: user.roles } : undefined;

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
    token: { id, name, scopes, expiresAt },
  };
}
