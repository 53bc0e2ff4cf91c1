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

/** Ranges of dates that end today, each with its first date. */
const periods = {
  today: () => daysAgo(0),
  last7Days: () => daysAgo(7),
  last30Days: () => daysAgo(30),
  thisMonth: () => daysAgo(new Date().getDate() - 1),
} as const;

/** A range of dates of the audit's filter. For `custom`, the reader chooses the dates. */
export type Period = keyof typeof periods | 'custom';

/** The periods in the order in which the filter lists them. */
export const auditPeriods = listMembers<Period>({
  today: true,
  last7Days: true,
  last30Days: true,
  thisMonth: true,
  custom: true,
});

/** The actions that the preset "Locks and deletions" shows. */
export const locksAndDeletions: readonly AuditAction[] = ['user.locked', 'user.deleted'];

/** The actions that the audit hides by default, because there are many more logins than changes. */
const loginActions: readonly AuditAction[] = ['user.logged-in', 'login.failed'];

/** The filters in the page's address. It has ids, never names. `from` and `to` are dates (YYYY-MM-DD) in the reader's time zone, both included. */
export interface AuditSearch {
  readonly actor?: string;
  readonly subject?: string;
  readonly action?: AuditAction[];
  readonly period?: Period;
  /** Only with the period `custom`, like `to`. */
  readonly from?: string;
  readonly to?: string;
  /** The correlation id that all events of one request share. */
  readonly correlation?: string;
  /** Whether logins are shown, too. */
  readonly logins?: true;
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
  const [from, to] = [parseDate(given['from']), parseDate(given['to'])];
  const period = auditPeriods.find((one) => one === given['period']) ?? (from || to ? 'custom' : undefined);
  return omitUndefined({
    actor: parseId(given['actor']),
    subject: parseId(given['subject'], 253),
    action: wanted.length ? wanted : undefined,
    period,
    from: period === 'custom' ? from : undefined,
    to: period === 'custom' ? to : undefined,
    correlation: parseId(given['correlation']),
    logins: given['logins'] === true || undefined,
    everywhere: given['everywhere'] === true || undefined,
  });
}

/** Returns the filters without those that are `undefined`. */
export const omitUndefined = (search: { [K in keyof AuditSearch]?: AuditSearch[K] | undefined }): AuditSearch =>
  Object.fromEntries(Object.entries(search).filter(([, value]) => value !== undefined));

/** Converts the filters of the audit page to the query parameters of the API: days become times, and `everywhere` leaves out the account. */
export function toAuditFilter(
  accountId: string,
  { everywhere, period, from, to, correlation, logins, ...rest }: AuditSearch,
): AuditFilter {
  const first = period && period !== 'custom' ? periods[period]() : from;
  return {
    ...rest,
    ...(showsLogins({ logins, correlation, ...rest }) ? {} : { excludeAction: [...loginActions] }),
    ...(!everywhere && { accountId }),
    ...(correlation && { correlationId: correlation }),
    ...(first && { from: toStartOfDay(first, 0) }),
    ...(to && { to: toStartOfDay(to, 1) }),
  };
}

/** Returns whether the audit shows logins: they are switched on, or the search names actions or one request. */
export const showsLogins = ({ logins, action, correlation }: Partial<Record<keyof AuditSearch, unknown>>): boolean =>
  Boolean(logins || action || correlation);

/** Returns the date some days ago, in the reader's time zone, as YYYY-MM-DD. */
function daysAgo(days: number): string {
  const date = new Date();
  date.setDate(date.getDate() - days);
  return [date.getFullYear(), date.getMonth() + 1, date.getDate()]
    .map((part) => String(part).padStart(2, '0'))
    .join('-');
}

/** Returns the start of a date in the reader's time zone, moved by some days, as ISO 8601. */
function toStartOfDay(date: string, daysOn: number): string {
  const at = new Date(`${date}T00:00`);
  at.setDate(at.getDate() + daysOn);
  return at.toISOString();
}
