import type { AuditAction, AuditFilter } from '../api/audit';
import { isCalendarDate } from '../components/calendar-date';

/** Every action, in the order of a list to choose from: what people look for first comes first. */
export const auditActions = [
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
] as const satisfies AuditAction[];
// One that is missing above does not compile.
null as unknown as Exclude<AuditAction, (typeof auditActions)[number]> satisfies never;

/** What the address of the page says: ids, never names; days (YYYY-MM-DD) in the reader's zone, both of them included. */
export interface AuditSearch {
  readonly actor?: string;
  readonly subject?: string;
  readonly action?: AuditAction[];
  readonly from?: string;
  readonly to?: string;
  /** All rows of one act. */
  readonly correlation?: string;
  /** Not this account alone; for operators. */
  readonly everywhere?: true;
}

/** The server takes no longer ones: 253 is a domain's. */
const parseId = (given: unknown, longest = 100) =>
  typeof given === 'string' && given.length <= longest && /^[^\s\p{Cc}\p{Cs}]+$/u.test(given) ? given : undefined;
const parseDate = (given: unknown) => (isCalendarDate(given) ? given : undefined);

/** Takes from an address what the audit can be filtered by, and drops the rest. */
export function parseAuditSearch(given: Record<string, unknown>): AuditSearch {
  const wanted = auditActions.filter((action) => Array.isArray(given['action']) && given['action'].includes(action));
  return omitUndefined({
    actor: parseId(given['actor']),
    subject: parseId(given['subject'], 253),
    action: wanted.length ? wanted : undefined,
    from: parseDate(given['from']),
    to: parseDate(given['to']),
    correlation: parseId(given['correlation']),
    everywhere: given['everywhere'] === true || undefined,
  });
}

/** Without what is `undefined`. */
export const omitUndefined = (search: { [K in keyof AuditSearch]?: AuditSearch[K] | undefined }): AuditSearch =>
  Object.fromEntries(Object.entries(search).filter(([, value]) => value !== undefined));

/** The filter that the API takes. */
export function toAuditFilter(accountId: string, { everywhere, from, to, ...rest }: AuditSearch): AuditFilter {
  return {
    ...rest,
    ...(!everywhere && { account: accountId }),
    ...(from && { from: toStartOfDay(from, 0) }),
    ...(to && { to: toStartOfDay(to, 1) }),
  };
}

/** The beginning of a day of the reader's, so many days on. */
function toStartOfDay(date: string, daysOn: number): string {
  const at = new Date(`${date}T00:00`);
  at.setDate(at.getDate() + daysOn);
  return at.toISOString();
}
