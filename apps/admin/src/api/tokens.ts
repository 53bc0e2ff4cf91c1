import { infiniteQueryOptions, type QueryClient } from '@tanstack/react-query';
import { unwrapResponse, api, type Schemas } from './client';
import type { operations } from './schema';
import { toPageQuery, cursorPaging } from './paging';
import { reloadQueries } from './reload-queries';

export type AccessToken = Schemas['AccessTokenItem'];
export type IssueAccessToken = Schemas['IssueAccessToken'];
export type TokenState = keyof Schemas['AccessTokenPage']['counts'];
export type TokenFilter = Omit<NonNullable<operations['ListAccessTokens']['parameters']['query']>, 'limit' | 'cursor'>;

const tokensKey = ['tokens'] as const;

/** Returns the TanStack query that loads the access tokens that the caller may manage and that match the filter, page by page. */
export const tokensQuery = (filter: TokenFilter) =>
  infiniteQueryOptions({
    queryKey: [...tokensKey, filter],
    queryFn: ({ pageParam }) =>
      unwrapResponse(api.GET('/api/v1/access-tokens', { params: { query: { ...filter, ...toPageQuery(pageParam) } } })),
    ...cursorPaging,
  });

/** Reloads the list of access tokens. */
export const refreshTokens = (queryClient: QueryClient): Promise<void> =>
  reloadQueries(queryClient, { queryKey: tokensKey });
