import type { UseInfiniteQueryResult } from '@tanstack/react-query';

/** The query of a list: loads further pages, and tells whether its rows are those that were asked for. */
export type ListQuery = Pick<
  UseInfiniteQueryResult,
  'hasNextPage' | 'isFetchingNextPage' | 'fetchNextPage' | 'isPending' | 'isPlaceholderData'
>;
