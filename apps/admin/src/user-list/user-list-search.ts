import { listMembers } from '../api/complete-list';
import {
  effectiveStatuses,
  memberStatuses,
  roles,
  userStatuses,
  type EffectiveStatus,
  type UserFilter,
  type UserStatus,
} from '../api/users';
import { isCalendarDate } from '../components/calendar-date';

const sortOrders = listMembers<NonNullable<UserFilter['sort']>>({
  lastName: true,
  '-lastName': true,
  firstName: true,
  '-firstName': true,
  email: true,
  '-email': true,
  country: true,
  '-country': true,
  status: true,
  '-status': true,
  addedAt: true,
  '-addedAt': true,
  lastLoginAt: true,
  '-lastLoginAt': true,
});

/** The filters and the order in the page's address. The search text is not in it, because it may be somebody's name. */
export type UserListSearch = Pick<UserFilter, 'effectiveStatus' | 'role' | 'country' | 'lastLoginBefore' | 'sort'>;

/** Parses the filters in a page's query string; invalid or unknown ones are dropped. */
export function parseUserListSearch(given: Record<string, unknown>): UserListSearch {
  const { role, country, lastLoginBefore, sort } = given;
  const statuses = parseStatuses(given);
  const knownRole = roles.find((one) => one === role);
  const knownSort = sortOrders.find((one) => one === sort);
  return {
    ...(statuses.length && { effectiveStatus: statuses }),
    ...(knownRole && { role: knownRole }),
    ...(typeof country === 'string' && /^[A-Z]{2}$/.test(country) && { country }),
    ...(isCalendarDate(lastLoginBefore) && { lastLoginBefore }),
    ...(knownSort && { sort: knownSort }),
  };
}

function parseStatuses({ effectiveStatus, status, locked }: Record<string, unknown>): EffectiveStatus[] {
  if (Array.isArray(effectiveStatus)) return effectiveStatuses.filter((one) => effectiveStatus.includes(one));
  const old = userStatuses.filter((one) => Array.isArray(status) && status.includes(one));
  return translateOldFilter(old, typeof locked === 'boolean' ? locked : undefined);
}

/** Returns the filter that older addresses with `status` and `locked` mean. Locked users are nearly all active. */
function translateOldFilter(statuses: readonly UserStatus[], locked: boolean | undefined): EffectiveStatus[] {
  if (locked === undefined) return statuses.includes('active') ? [...statuses, 'locked'] : [...statuses];
  if (!locked) return statuses.length ? [...statuses] : memberStatuses.filter((one) => one !== 'locked');
  const former = statuses.filter((one) => !memberStatuses.includes(one));
  return statuses.length > 0 && former.length === statuses.length ? former : ['locked', ...former];
}

/** Returns the filter with the changes; `undefined` removes a part. */
export const withFilter = (
  filter: UserListSearch,
  change: { [K in keyof UserListSearch]?: UserListSearch[K] | undefined },
): UserListSearch =>
  Object.fromEntries(Object.entries({ ...filter, ...change }).filter(([, value]) => value !== undefined));

/** Returns the filter with one effective status added or removed. */
export function toggleStatus(filter: UserListSearch, status: EffectiveStatus): UserListSearch {
  const { effectiveStatus = [] } = filter;
  const next = effectiveStatus.includes(status)
    ? effectiveStatus.filter((one) => one !== status)
    : [...effectiveStatus, status];
  return withFilter(filter, { effectiveStatus: next.length ? next : undefined });
}

/** Returns the filter without its parts; only the order stays. */
export const withoutFilters = ({ sort }: UserListSearch): UserListSearch => (sort ? { sort } : {});
