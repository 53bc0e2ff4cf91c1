import { queryOptions } from '@tanstack/react-query';
import { answered, api, type Schemas } from './client';

export type Account = Schemas['AccountItem'];

/** The first accounts that the caller sees, oldest first. */
export const accountsQuery = queryOptions({
  queryKey: ['accounts'],
  queryFn: () => answered(api.GET('/api/v1/accounts', { params: { query: { limit: 200 } } })),
});

export const accountQuery = (accountId: string) =>
  queryOptions({
    queryKey: ['accounts', accountId],
    queryFn: () => answered(api.GET('/api/v1/accounts/{accountId}', { params: { path: { accountId } } })),
  });

/** The numbers of an account: who is active, who waits. */
export const summaryQuery = (accountId: string) =>
  queryOptions({
    queryKey: ['accounts', accountId, 'summary'],
    queryFn: () => answered(api.GET('/api/v1/accounts/{accountId}/summary', { params: { path: { accountId } } })),
  });
