import { infiniteQueryOptions, queryOptions, type QueryClient } from '@tanstack/react-query';
import { unwrapResponse, api, type Schemas } from './client';
import type { operations } from './schema';
import { toPageQuery, cursorPaging } from './paging';
import { reloadQueries } from './reload-queries';

export type Account = Schemas['AccountItem'];
export type AccountInList = Schemas['AccountListItem'];
type AccountFilter = Omit<NonNullable<operations['ListAccounts']['parameters']['query']>, 'limit' | 'cursor'>;

/** The query of the oldest account that the caller may see, if there is any. */
export const accountsQuery = queryOptions({
  queryKey: ['accounts'],
  queryFn: () => unwrapResponse(api.GET('/api/v1/accounts', { params: { query: { limit: 1 } } })),
});

const accountListsKey = ['account-list'] as const;

/** Returns the TanStack query that finds some accounts by words of name and domain, by name; an empty text finds the first ones. */
export const accountSearchQuery = (search: string) =>
  queryOptions({
    queryKey: [...accountListsKey, 'search', search],
    queryFn: () =>
      unwrapResponse(
        api.GET('/api/v1/accounts', { params: { query: { limit: 30, sort: 'name', ...(search && { search }) } } }),
      ),
  });

/** Returns the TanStack query that loads the accounts that match the filter, page by page. */
export const accountListQuery = (filter: AccountFilter) =>
  infiniteQueryOptions({
    queryKey: [...accountListsKey, filter],
    queryFn: ({ pageParam }) =>
      unwrapResponse(api.GET('/api/v1/accounts', { params: { query: { ...filter, ...toPageQuery(pageParam) } } })),
    ...cursorPaging,
  });

/** Returns the TanStack query that loads one account from the API. */
export const accountQuery = (accountId: string) =>
  queryOptions({
    queryKey: ['accounts', accountId],
    queryFn: () => unwrapResponse(api.GET('/api/v1/accounts/{accountId}', { params: { path: { accountId } } })),
  });

/** Returns the TanStack query that loads how many users an account has, for example active and pending ones. */
export const summaryQuery = (accountId: string) =>
  queryOptions({
    queryKey: ['accounts', accountId, 'summary'],
    queryFn: () => unwrapResponse(api.GET('/api/v1/accounts/{accountId}/summary', { params: { path: { accountId } } })),
  });

/** Reloads the cached lists of accounts, and one account, after it was opened or changed. */
export async function refreshAccount(queryClient: QueryClient, accountId: string): Promise<void> {
  await Promise.all([
    reloadQueries(queryClient, { queryKey: accountListsKey }),
    reloadQueries(queryClient, { queryKey: accountsQuery.queryKey, exact: true }),
    reloadQueries(queryClient, { queryKey: accountQuery(accountId).queryKey, exact: true }),
  ]);
}
