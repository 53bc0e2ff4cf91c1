import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query';
import { unwrapResponse, api, type Schemas } from './client';
import { toPageQuery, cursorPaging } from './paging';
import { listMembers } from './complete-list';
import { Problem } from './problem';
import type { operations } from './schema';

export type User = Schemas['UserItem'];
export type UserDetail = Schemas['UserPage'];
export type UserItemPage = Schemas['UserItemPage'];
export type UserFilter = Omit<NonNullable<operations['ListUsers']['parameters']['query']>, 'limit' | 'cursor'>;
export type UserStatus = User['status'];
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
export const roles = listMembers<Role>({ administrator: true, 'co-administrator': true, auditor: true });

/** Where the lists of an account's users are cached. */
export const userListsKey = (accountId: string) => ['accounts', accountId, 'users'] as const;

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

/** Whether a list was refused because no word of its search is long enough. */
export const isSearchTooShort = (error: Error | null): boolean =>
  error instanceof Problem && error.errors.some(({ field }) => field === 'search');

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

/** Where everything about one user is cached. */
export const userKey = (accountId: string, userId: string) => ['accounts', accountId, 'user', userId] as const;

export const userQuery = (accountId: string, userId: string) =>
  queryOptions({
    queryKey: [...userKey(accountId, userId), 'now'],
    queryFn: () =>
      unwrapResponse(
        api.GET('/api/v1/accounts/{accountId}/users/{userId}', { params: { path: { accountId, userId } } }),
      ),
    refetchInterval: ({ state }) => msUntilLockEnds(state.data),
  });

/** How long until the next lock of the user ends by itself, ms, a second at least; `false` where none does. */
function msUntilLockEnds(user: User | undefined): number | false {
  const ends = user?.locks.flatMap(({ until }) => (until ? [Date.parse(until)] : [])) ?? [];
  return ends.length > 0 && Math.max(1_000, Math.min(...ends) - Date.now());
}

/** What this caller may do to the user now, and why not. */
export const possibleActionsQuery = (accountId: string, userId: string) =>
  queryOptions({
    queryKey: [...userKey(accountId, userId), 'actions'],
    queryFn: () =>
      unwrapResponse(
        api.GET('/api/v1/accounts/{accountId}/users/{userId}/actions', { params: { path: { accountId, userId } } }),
      ),
    staleTime: 0,
  });

/** The user as the account saw them at a moment: a revision, or a time (RFC 3339). What has been does not change. */
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
