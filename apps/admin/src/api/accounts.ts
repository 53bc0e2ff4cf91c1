import { infiniteQueryOptions, queryOptions, type QueryClient } from '@tanstack/react-query';
import { unwrapResponse, api, type Schemas } from './client';
import { toPageQuery, cursorPaging } from './paging';

export type Account = Schemas['AccountItem'];

/** The first accounts that the caller sees, oldest first. */
export const accountsQuery = queryOptions({
  queryKey: ['accounts'],
  queryFn: () => unwrapResponse(api.GET('/api/v1/accounts', { params: { query: { limit: 200 } } })),
});

/** Every account that the caller sees, oldest first. */
export const accountListQuery = infiniteQueryOptions({
  queryKey: ['account-list'],
  queryFn: ({ pageParam }) =>
    unwrapResponse(api.GET('/api/v1/accounts', { params: { query: toPageQuery(pageParam) } })),
  ...cursorPaging,
});

export const accountQuery = (accountId: string) =>
  queryOptions({
    queryKey: ['accounts', accountId],
    queryFn: () => unwrapResponse(api.GET('/api/v1/accounts/{accountId}', { params: { path: { accountId } } })),
  });

/** The numbers of an account: who is active, who waits. */
export const summaryQuery = (accountId: string) =>
  queryOptions({
    queryKey: ['accounts', accountId, 'summary'],
    queryFn: () => unwrapResponse(api.GET('/api/v1/accounts/{accountId}/summary', { params: { path: { accountId } } })),
  });

/** Brings the page up to date about an account that is new or has changed. */
export async function refreshAccount(queryClient: QueryClient, accountId: string): Promise<void> {
  await Promise.all([
    queryClient.invalidateQueries({ queryKey: accountListQuery.queryKey }),
    queryClient.invalidateQueries({ queryKey: accountsQuery.queryKey, exact: true }),
    queryClient.invalidateQueries({ queryKey: accountQuery(accountId).queryKey, exact: true }),
  ]);
}
