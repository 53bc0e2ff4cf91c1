import type { Me, Permission } from '../api/me';
import type { IssueAccessToken } from '../api/tokens';

/** What the form asks for. */
export interface Terms {
  readonly name: string;
  readonly kind: Kind;
  readonly accountId: string | null;
  readonly userId: string | null;
  readonly scopes: Permission[];
  /** The last day on which it works, in the reader's zone. */
  readonly lastDay: string;
}

/** Whose token it becomes. */
export type Kind = 'mine' | 'aUser' | 'service' | 'operator';

/** Whose tokens this caller may issue; the server decides all the same. */
export function kindsFor({ actor, roles }: Me): Kind[] {
  if (actor.kind === 'operator') return ['service', 'aUser', 'operator'];
  if (actor.kind === 'service') return ['service'];
  return roles.includes('administrator') ? ['mine', 'service'] : ['mine'];
}

/** Days from today, as a date field takes them. */
export function dayAhead(days: number): string {
  const day = new Date();
  day.setDate(day.getDate() + days);
  // Sweden writes dates as ISO 8601 does.
  return day.toLocaleDateString('sv');
}

/** The request; a service of an account's administrator works in that account. */
export function requestOf({ name, kind, accountId, userId, scopes, lastDay }: Terms, me: Me): IssueAccessToken {
  const account = me.account ?? accountId;
  return {
    name,
    scopes,
    kind: kind === 'service' || kind === 'operator' ? kind : 'user',
    ...(kind === 'aUser' && userId && { userId }),
    ...(kind === 'service' && account && { accountId: account }),
    expiresAt: new Date(`${lastDay}T23:59:59`).toISOString(),
  };
}
