import type { Action, AuditFilter } from '../api/audit';
import { isDay } from '../parts/day';

/** Every action, in the order of a list to choose from: what people look for first comes first. */
export const actions = [
  'user.locked',
  'user.unlocked',
  'user.deleted',
  'user.restored',
  'user.added',
  'user.registered',
  'user.approval-requested',
  'user.approved',
  'user.rejected',
  'user.added-to-account',
  'user.role-granted',
  'user.role-revoked',
  'user.renamed',
  'user.country-changed',
  'user.entitlement-country-changed',
  'user.language-changed',
  'user.password-reset-requested',
  'user.password-changed',
  'user.logged-in',
  'login.failed',
  'account.opened',
  'account.closed',
  'administrator.appointed',
  'administrator.stood-down',
  'domain.owned',
  'domain.released',
  'access-token.issued',
  'access-token.ended',
] as const satisfies Action[];
// One that is missing above does not compile.
null as unknown as Exclude<Action, (typeof actions)[number]> satisfies never;

/** What the address of the page says: ids, never names; days (YYYY-MM-DD) in the reader's zone, both of them included. */
export interface AuditSearch {
  readonly actor?: string;
  readonly subject?: string;
  readonly action?: Action[];
  readonly from?: string;
  readonly to?: string;
  /** All rows of one act. */
  readonly correlation?: string;
  /** Not this account alone; for operators. */
  readonly everywhere?: true;
}

/** The server takes no longer ones: 253 is a domain's. */
const id = (given: unknown, longest = 100) =>
  typeof given === 'string' && given.length <= longest && /^[^\s\p{Cc}\p{Cs}]+$/u.test(given) ? given : undefined;
const day = (given: unknown) => (isDay(given) ? given : undefined);

/** Takes from an address what the audit can be filtered by, and drops the rest. */
export function auditSearch(given: Record<string, unknown>): AuditSearch {
  const wanted = actions.filter((action) => Array.isArray(given['action']) && given['action'].includes(action));
  return defined({
    actor: id(given['actor']),
    subject: id(given['subject'], 253),
    action: wanted.length ? wanted : undefined,
    from: day(given['from']),
    to: day(given['to']),
    correlation: id(given['correlation']),
    everywhere: given['everywhere'] === true || undefined,
  });
}

/** Without what is `undefined`. */
export const defined = (search: { [K in keyof AuditSearch]?: AuditSearch[K] | undefined }): AuditSearch =>
  Object.fromEntries(Object.entries(search).filter(([, value]) => value !== undefined));

/** The filter that the API takes. */
export function filterOf(accountId: string, { everywhere, from, to, ...rest }: AuditSearch): AuditFilter {
  return {
    ...rest,
    ...(!everywhere && { account: accountId }),
    ...(from && { from: midnight(from, 0) }),
    ...(to && { to: midnight(to, 1) }),
  };
}

/** The beginning of a day of the reader's, so many days on. */
function midnight(date: string, daysOn: number): string {
  const at = new Date(`${date}T00:00`);
  at.setDate(at.getDate() + daysOn);
  return at.toISOString();
}
