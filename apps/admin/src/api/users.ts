import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query';
import { unwrapResponse, api, type Schemas } from './client';
import { toPageQuery, cursorPaging } from './paging';
import { listMembers } from './complete-list';
import { Problem, toRecoverInterval } from './problem';
import type { operations } from './schema';

export type User = Schemas['UserItem'];
export type UserDetail = Schemas['UserPage'];
export type UserItemPage = Schemas['UserItemPage'];
export type UserFilter = Omit<NonNullable<operations['ListUsers']['parameters']['query']>, 'limit' | 'cursor'>;
export type UserStatus = User['status'];
/** A user's status as the UI shows it: `locked` for a locked member. */
export type EffectiveStatus = User['effectiveStatus'];
export type Role = User['roles'][number];
export type Page<Item> = { items: Item[]; next: string | null };

/** An action, whether the caller may take it on a user now, and the reason if not. */
export type PossibleAction = Schemas['PossibleAction'];
/** The name of an action on a user, as `GET …/actions` lists it. */
export type UserActionName = PossibleAction['action'];

export const userStatuses = listMembers<UserStatus>({
  active: true,
  pending: true,
  invited: true,
  deleted: true,
  rejected: true,
  left: true,
});
export const effectiveStatuses = listMembers<EffectiveStatus>({
  active: true,
  locked: true,
  pending: true,
  invited: true,
  deleted: true,
  rejected: true,
  left: true,
});
export const roles = listMembers<Role>({ administrator: true, 'co-administrator': true, auditor: true });

/** The statuses of members, which lists show unless others are asked for. */
export const memberStatuses: EffectiveStatus[] = ['active', 'locked', 'pending', 'invited'];

/** Returns the beginning of the query keys of all lists of an account's users, to refresh them together. */
export const userListsKey = (accountId: string) => ['accounts', accountId, 'users'] as const;

/** Returns the TanStack query that loads the users of an account that match the filter, page by page. */
export const userListQuery = (accountId: string, filter: UserFilter) =>
  infiniteQueryOptions({
    queryKey: [...userListsKey(accountId), filter],
    queryFn: ({ pageParam }) =>
      unwrapResponse(
        api.GET('/api/v1/accounts/{accountId}/users', {
          params: { path: { accountId }, query: { ...filter, ...toPageQuery(pageParam) } },
        }),
      ),
    ...cursorPaging,
  });

/** How many users match a list's filters; `isAtLeast` if there are even more. */
export interface Total {
  readonly count: number;
  readonly isAtLeast: boolean;
}

/** Returns how many users match a list's filters, as its first page says. */
export function readTotal(
  pages: readonly { readonly total?: number; readonly totalIsLowerBound?: boolean }[] | undefined,
): Total | undefined {
  const { total, totalIsLowerBound = false } = pages?.[0] ?? {};
  return total === undefined ? undefined : { count: total, isAtLeast: totalIsLowerBound };
}

/** Checks that a list was refused because every word of the search text is too short. */
export const isSearchTooShort = (error: Error | null): boolean =>
  error instanceof Problem && error.errors.some(({ field }) => field === 'search');

/** Returns the TanStack query that loads the users of an account who wait for approval, page by page. */
export const pendingApprovalsQuery = (accountId: string) =>
  infiniteQueryOptions({
    queryKey: ['accounts', accountId, 'approvals'],
    queryFn: ({ pageParam }) =>
      unwrapResponse(
        api.GET('/api/v1/accounts/{accountId}/pending-approvals', {
          params: { path: { accountId }, query: toPageQuery(pageParam) },
        }),
      ),
    ...cursorPaging,
  });

/** Returns the beginning of the query keys of all data about one user, to refresh them together. */
export const userKey = (accountId: string, userId: string) => ['accounts', accountId, 'user', userId] as const;

/** Returns the TanStack query that loads the latest state of a user, and loads it again when one of their locks ends. */
export const userQuery = (accountId: string, userId: string) =>
  queryOptions({
    queryKey: [...userKey(accountId, userId), 'now'],
    queryFn: () =>
      unwrapResponse(
        api.GET('/api/v1/accounts/{accountId}/users/{userId}', { params: { path: { accountId, userId } } }),
      ),
    refetchInterval: ({ state }) => toRecoverInterval(state.error) || msUntilLockEnds(state.data),
  });

/** Returns the milliseconds until the user's next lock ends by itself (at least 1,000), or `false` if none does. */
function msUntilLockEnds(user: User | undefined): number | false {
  const ends = user?.locks.flatMap(({ until }) => (until ? [Date.parse(until)] : [])) ?? [];
  return ends.length > 0 && Math.max(1_000, Math.min(...ends) - Date.now());
}

/** Returns the TanStack query that loads the actions on a user: which ones the caller may take now, and why not the others. */
export const possibleActionsQuery = (accountId: string, userId: string) =>
  queryOptions({
    queryKey: [...userKey(accountId, userId), 'actions'],
    queryFn: () =>
      unwrapResponse(
        api.GET('/api/v1/accounts/{accountId}/users/{userId}/actions', { params: { path: { accountId, userId } } }),
      ),
    staleTime: 0,
  });

/** Returns the TanStack query that loads a user as the account saw them at a revision or a time (RFC 3339). */
export const userAtQuery = (accountId: string, userId: string, at: number | string) =>
  queryOptions({
    queryKey: [...userKey(accountId, userId), 'at', at],
    queryFn: () => {
      const query = typeof at === 'number' ? { revision: at } : { at };
      return unwrapResponse(
        api.GET('/api/v1/accounts/{accountId}/users/{userId}', { params: { path: { accountId, userId }, query } }),
      );
    },
  });
