import type { UserFilter } from '../api/users';
import { isDay } from '../parts/day';

export const statuses = ['active', 'pending', 'invited', 'deleted', 'rejected', 'left'] as const;
export const roles = ['administrator', 'co-administrator', 'auditor'] as const;
const sorts = ['lastName', 'email', 'country', 'status', 'addedAt', 'lastLoginAt'].flatMap((key) => [key, `-${key}`]);

/** What the address of the page says of the list. What is searched for is a name, and stays out of it. */
export type UsersSearch = Pick<UserFilter, 'status' | 'locked' | 'role' | 'country' | 'lastLoginBefore' | 'sort'>;

/** Takes from an address what a list can be filtered by, and drops the rest. */
export function usersSearch(given: Record<string, unknown>): UsersSearch {
  const { status, locked, role, country, lastLoginBefore, sort } = given;
  const wanted = statuses.filter((one) => Array.isArray(status) && status.includes(one));
  const hasRole = roles.find((one) => one === role);
  return {
    ...(wanted.length && { status: wanted }),
    ...(typeof locked === 'boolean' && { locked }),
    ...(hasRole && { role: hasRole }),
    ...(typeof country === 'string' && /^[A-Z]{2}$/.test(country) && { country }),
    ...(isDay(lastLoginBefore) && { lastLoginBefore }),
    ...(typeof sort === 'string' && sorts.includes(sort) && { sort: sort as NonNullable<UserFilter['sort']> }),
  };
}

/** The filter with this changed; `undefined` takes a part away. */
export const withFilter = (
  filter: UsersSearch,
  change: { [K in keyof UsersSearch]?: UsersSearch[K] | undefined },
): UsersSearch =>
  Object.fromEntries(Object.entries({ ...filter, ...change }).filter(([, value]) => value !== undefined));
