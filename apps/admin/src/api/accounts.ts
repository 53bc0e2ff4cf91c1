import { infiniteQueryOptions, queryOptions, type QueryClient } from '@tanstack/react-query';
import { unwrapResponse, api, type Schemas } from './client';
import { toPageQuery, cursorPaging } from './paging';

export type Account = Schemas['AccountItem'];

/** The query of the first 200 accounts that the caller may see, oldest first. */
export const accountsQuery = queryOptions({
  queryKey: ['accounts'],
  queryFn: () => unwrapResponse(api.GET('/api/v1/accounts', { params: { query: { limit: 200 } } })),
});

/** The query of all accounts that the caller may see, page by page, oldest first. */
export const accountListQuery = infiniteQueryOptions({
  queryKey: ['account-list'],
  queryFn: ({ pageParam }) =>
    unwrapResponse(api.GET('/api/v1/accounts', { params: { query: toPageQuery(pageParam) } })),
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
    queryClient.invalidateQueries({ queryKey: accountListQuery.queryKey }),
    queryClient.invalidateQueries({ queryKey: accountsQuery.queryKey, exact: true }),
    queryClient.invalidateQueries({ queryKey: accountQuery(accountId).queryKey, exact: true }),
  ]);
}
