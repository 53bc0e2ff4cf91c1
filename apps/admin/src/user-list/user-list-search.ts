import { listMembers } from '../api/complete-list';
import { roles, userStatuses, type UserFilter } from '../api/users';
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
export type UserListSearch = Pick<UserFilter, 'status' | 'locked' | 'role' | 'country' | 'lastLoginBefore' | 'sort'>;

/** Parses the filters in a page's query string; invalid or unknown ones are dropped. */
export function parseUserListSearch(given: Record<string, unknown>): UserListSearch {
  const { status, locked, role, country, lastLoginBefore, sort } = given;
  const wanted = userStatuses.filter((one) => Array.isArray(status) && status.includes(one));
  const knownRole = roles.find((one) => one === role);
  const knownSort = sortOrders.find((one) => one === sort);
  return {
    ...(wanted.length && { status: wanted }),
    ...(typeof locked === 'boolean' && { locked }),
    ...(knownRole && { role: knownRole }),
    ...(typeof country === 'string' && /^[A-Z]{2}$/.test(country) && { country }),
    ...(isCalendarDate(lastLoginBefore) && { lastLoginBefore }),
    ...(knownSort && { sort: knownSort }),
  };
}

/** Returns the filter with the changes; `undefined` removes a part. */
export const withFilter = (
  filter: UserListSearch,
  change: { [K in keyof UserListSearch]?: UserListSearch[K] | undefined },
): UserListSearch =>
  Object.fromEntries(Object.entries({ ...filter, ...change }).filter(([, value]) => value !== undefined));
