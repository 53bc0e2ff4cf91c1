import type { QueryClient, QueryFilters } from '@tanstack/react-query';

/**
 * Loads cached queries anew. Cancels requests that have begun before: TanStack Query would keep the result of a first one, which
 * may be older than the change.
 */
export async function reloadQueries(queryClient: QueryClient, filters: QueryFilters): Promise<void> {
  await queryClient.cancelQueries(filters);
  await queryClient.invalidateQueries(filters);
}
