import type { Me, Permission } from '../api/me';
import type { IssueAccessToken } from '../api/tokens';

/** What the form asks for. */
export interface TokenFields {
  readonly name: string;
  readonly kind: HolderChoice;
  readonly accountId: string | null;
  readonly userId: string | null;
  readonly scopes: Permission[];
  /** The last day on which it works, in the reader's zone. */
  readonly lastValidDate: string;
}

/** Whose token it becomes. */
export type HolderChoice = 'mine' | 'aUser' | 'service' | 'operator';

/** Whose tokens this caller may issue; the server decides all the same. */
export function listHolderChoices({ actor, roles }: Me): HolderChoice[] {
  if (actor.kind === 'operator') return ['service', 'aUser', 'operator'];
  if (actor.kind === 'service') return ['service'];
  return roles.includes('administrator') ? ['mine', 'service'] : ['mine'];
}

/** Days from today, as a date field takes them. */
export function toDateInput(days: number): string {
  const day = new Date();
  day.setDate(day.getDate() + days);
  // Sweden writes dates as ISO 8601 does.
  return day.toLocaleDateString('sv');
}

/** The request; a service of an account's administrator works in that account. */
export function toIssueRequest(
  { name, kind, accountId, userId, scopes, lastValidDate }: TokenFields,
  me: Me,
): IssueAccessToken {
  const account = me.account ?? accountId;
  return {
    name,
    scopes,
    kind: kind === 'service' || kind === 'operator' ? kind : 'user',
    ...(kind === 'aUser' && userId && { userId }),
    ...(kind === 'service' && account && { accountId: account }),
    expiresAt: new Date(`${lastValidDate}T23:59:59`).toISOString(),
  };
}
