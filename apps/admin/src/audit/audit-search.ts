import type { AuditAction, AuditFilter } from '../api/audit';
import { listMembers } from '../api/complete-list';
import { isCalendarDate } from '../components/calendar-date';

/** Every action, in the order in which the filter lists them: the ones that people look for most come first. */
export const auditActions = listMembers<AuditAction>({
  'user.locked': true,
  'user.unlocked': true,
  'user.deleted': true,
  'user.restored': true,
  'user.added': true,
  'user.registered': true,
  'user.approval-requested': true,
  'user.approved': true,
  'user.rejected': true,
  'user.added-to-account': true,
  'user.role-granted': true,
  'user.role-revoked': true,
  'user.renamed': true,
  'user.country-changed': true,
  'user.entitlement-country-changed': true,
  'user.language-changed': true,
  'user.password-reset-requested': true,
  'user.password-changed': true,
  'user.sessions-ended': true,
  'user.logged-in': true,
  'login.failed': true,
  'account.opened': true,
  'account.closed': true,
  'administrator.appointed': true,
  'administrator.stood-down': true,
  'domain.owned': true,
  'domain.released': true,
  'access-token.issued': true,
  'access-token.ended': true,
});

/** The filters in the page's address. It has ids, never names. `from` and `to` are dates (YYYY-MM-DD) in the reader's time zone, both included. */
export interface AuditSearch {
  readonly actor?: string;
  readonly subject?: string;
  readonly action?: AuditAction[];
  readonly from?: string;
  readonly to?: string;
  /** The correlation id that all events of one request share. */
  readonly correlation?: string;
  /** For operators: all accounts instead of this one. */
  readonly everywhere?: true;
}

/** Returns an id that the server would accept, else `undefined`. `longest` is the maximum length; a domain's is 253. */
const parseId = (given: unknown, longest = 100) =>
  typeof given === 'string' && given.length <= longest && /^[^\s\p{Cc}\p{Cs}]+$/u.test(given) ? given : undefined;
const parseDate = (given: unknown) => (isCalendarDate(given) ? given : undefined);

/** Parses the filters in a page's query string; invalid or unknown ones are dropped. */
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

/** Returns the filters without those that are `undefined`. */
export const omitUndefined = (search: { [K in keyof AuditSearch]?: AuditSearch[K] | undefined }): AuditSearch =>
  Object.fromEntries(Object.entries(search).filter(([, value]) => value !== undefined));

/** Converts the filters of the audit page to the query parameters of the API: days become times, and `everywhere` leaves out the account. */
export function toAuditFilter(
  accountId: string,
  { everywhere, from, to, correlation, ...rest }: AuditSearch,
): AuditFilter {
  return {
    ...rest,
    ...(!everywhere && { accountId }),
    ...(correlation && { correlationId: correlation }),
    ...(from && { from: toStartOfDay(from, 0) }),
    ...(to && { to: toStartOfDay(to, 1) }),
  };
}

/** Returns the start of a date in the reader's time zone, moved by some days, as ISO 8601. */
function toStartOfDay(date: string, daysOn: number): string {
  const at = new Date(`${date}T00:00`);
  at.setDate(at.getDate() + daysOn);
  return at.toISOString();
}
