import { useEffect, useMemo } from 'react';
import { useInfiniteQuery } from '@tanstack/react-query';
import { historyQuery, isReplayable, type AuditItem } from '../api/audit';
import { useHasPermission } from '../api/me';

const none: AuditItem[] = [];

/** Loads a user's history, newest first, page by page until `revision` is included; without `revision` the first page only. */
export function useUserHistory(accountId: string, userId: string, revision: number | undefined) {
  const list = useInfiniteQuery({ ...historyQuery(accountId, userId), enabled: useHasPermission('audit:read') });
  const items = useMemo(() => list.data?.pages.flatMap((page) => page.items) ?? none, [list.data]);
  const replayable = useMemo(() => items.filter(isReplayable), [items]);
  const { hasNextPage, isFetchingNextPage, fetchNextPage } = list;
  const oldest = replayable.at(-1)?.revision ?? Infinity;
  const wanted = revision !== undefined && revision < oldest && hasNextPage && !isFetchingNextPage;
  useEffect(() => {
    if (wanted) void fetchNextPage();
  }, [wanted, fetchNextPage]);
  return {
    list,
    items,
    /** The items that can be replayed, newest first. */
    replayable,
    /** The first revision that this account may see; 0 until the whole history is loaded. */
    first: hasNextPage || !replayable.length ? 0 : oldest,
  };
}
