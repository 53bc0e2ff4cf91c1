import { infiniteQueryOptions, type QueryClient } from '@tanstack/react-query';
import { unwrapResponse, api, type Schemas } from './client';
import { toPageQuery, cursorPaging } from './paging';

export type AccessToken = Schemas['AccessTokenItem'];
export type IssueAccessToken = Schemas['IssueAccessToken'];

/** The access tokens that the caller may manage, newest first. */
export const tokensQuery = infiniteQueryOptions({
  queryKey: ['tokens'],
  queryFn: ({ pageParam }) =>
    unwrapResponse(api.GET('/api/v1/access-tokens', { params: { query: toPageQuery(pageParam) } })),
  ...cursorPaging,
});

/** Reads the list of tokens again. */
export const refreshTokens = (queryClient: QueryClient): Promise<void> =>
  queryClient.invalidateQueries({ queryKey: tokensQuery.queryKey });
