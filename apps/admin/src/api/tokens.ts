import { infiniteQueryOptions, type QueryClient } from '@tanstack/react-query';
import { unwrapResponse, api, type Schemas } from './client';
import { toPageQuery, cursorPaging } from './paging';

export type AccessToken = Schemas['AccessTokenItem'];
export type IssueAccessToken = Schemas['IssueAccessToken'];

/** The query of the access tokens that the caller may manage, newest first. */
export const tokensQuery = infiniteQueryOptions({
  queryKey: ['tokens'],
  queryFn: ({ pageParam }) =>
    unwrapResponse(api.GET('/api/v1/access-tokens', { params: { query: toPageQuery(pageParam) } })),
  ...cursorPaging,
});

/** Reloads the list of access tokens. */
export const refreshTokens = (queryClient: QueryClient): Promise<void> =>
  queryClient.invalidateQueries({ queryKey: tokensQuery.queryKey });
