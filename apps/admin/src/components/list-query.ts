import type { UseInfiniteQueryResult } from '@tanstack/react-query';

/** The query of a list. It loads further pages and tells whether the rows belong to the current search and filter. */
export type ListQuery = Pick<
  UseInfiniteQueryResult,
  'hasNextPage' | 'isFetchingNextPage' | 'fetchNextPage' | 'isPending' | 'isPlaceholderData'
>;
