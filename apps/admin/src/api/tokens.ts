import { infiniteQueryOptions, type QueryClient } from '@tanstack/react-query';
import { answered, api, type Schemas } from './client';
import { pageAt, paged } from './paged';

export type AccessToken = Schemas['AccessTokenItem'];
export type IssueAccessToken = Schemas['IssueAccessToken'];

/** The access tokens that the caller may manage, newest first. */
export const tokensQuery = infiniteQueryOptions({
  queryKey: ['tokens'],
  queryFn: ({ pageParam }) => answered(api.GET('/api/v1/access-tokens', { params: { query: pageAt(pageParam) } })),
  ...paged,
});

/** Reads the list of tokens again. */
export const mendTokens = (queryClient: QueryClient): Promise<void> =>
  queryClient.invalidateQueries({ queryKey: tokensQuery.queryKey });
