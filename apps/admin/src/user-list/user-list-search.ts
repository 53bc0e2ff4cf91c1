import type { UserFilter } from '../api/users';
import { isCalendarDate } from '../components/calendar-date';

export const statuses = ['active', 'pending', 'invited', 'deleted', 'rejected', 'left'] as const;
export const roles = ['administrator', 'co-administrator', 'auditor'] as const;
const sortOrders = ['lastName', 'email', 'country', 'status', 'addedAt', 'lastLoginAt'].flatMap((key) => [
  key,
  `-${key}`,
]);

/** What the address of the page says of the list. What is searched for is a name, and stays out of it. */
export type UserListSearch = Pick<UserFilter, 'status' | 'locked' | 'role' | 'country' | 'lastLoginBefore' | 'sort'>;

/** Takes from an address what a list can be filtered by, and drops the rest. */
export function parseUserListSearch(given: Record<string, unknown>): UserListSearch {
  const { status, locked, role, country, lastLoginBefore, sort } = given;
  const wanted = statuses.filter((one) => Array.isArray(status) && status.includes(one));
  const hasRole = roles.find((one) => one === role);
  return {
    ...(wanted.length && { status: wanted }),
    ...(typeof locked === 'boolean' && { locked }),
    ...(hasRole && { role: hasRole }),
    ...(typeof country === 'string' && /^[A-Z]{2}$/.test(country) && { country }),
    ...(isCalendarDate(lastLoginBefore) && { lastLoginBefore }),
    ...(typeof sort === 'string' && sortOrders.includes(sort) && { sort: sort as NonNullable<UserFilter['sort']> }),
  };
}

/** The filter with this changed; `undefined` takes a part away. */
export const withFilter = (
  filter: UserListSearch,
  change: { [K in keyof UserListSearch]?: UserListSearch[K] | undefined },
): UserListSearch =>
  Object.fromEntries(Object.entries({ ...filter, ...change }).filter(([, value]) => value !== undefined));
