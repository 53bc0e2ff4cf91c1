import type { Me, Permission } from '../api/me';
import type { IssueAccessToken } from '../api/tokens';

/** The fields of the form. */
export interface TokenFields {
  readonly name: string;
  readonly kind: HolderChoice;
  readonly accountId: string | null;
  readonly userId: string | null;
  readonly scopes: Permission[];
  /** The last day on which the token is valid (YYYY-MM-DD), in the reader's time zone. */
  readonly lastValidDate: string;
}

/** Who will hold the token. */
export type HolderChoice = 'mine' | 'aUser' | 'service' | 'operator';

/** Lists the kinds of holders for whom the caller may issue tokens. The server checks it as well. */
export function listHolderChoices({ actor, roles }: Me): HolderChoice[] {
  if (actor.kind === 'operator') return ['service', 'aUser', 'operator'];
  if (actor.kind === 'service') return ['service'];
  return roles.includes('administrator') ? ['mine', 'service'] : ['mine'];
}

/** Returns the date that is `days` days from today as YYYY-MM-DD, for a date field. */
export function toDateInput(days: number): string {
  const day = new Date();
  day.setDate(day.getDate() + days);
  // The Swedish format of dates is that of ISO 8601.
  return day.toLocaleDateString('sv');
}

/** Converts the fields of the form to the request that issues a token. A service's token that an account's administrator issues works in that account only. */
export function toIssueRequest(
  { name, kind, accountId, userId, scopes, lastValidDate }: TokenFields,
  me: Me,
): IssueAccessToken {
  const serviceAccountId = me.accountId ?? accountId;
  return {
    name,
    scopes,
    kind: kind === 'service' || kind === 'operator' ? kind : 'user',
    ...(kind === 'aUser' && userId && { userId }),
    ...(kind === 'service' && serviceAccountId && { accountId: serviceAccountId }),
    expiresAt: new Date(`${lastValidDate}T23:59:59`).toISOString(),
  };
}
