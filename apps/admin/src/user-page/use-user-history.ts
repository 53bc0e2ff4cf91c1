import { useEffect, useMemo } from 'react';
import { useInfiniteQuery } from '@tanstack/react-query';
import { historyQuery, isReplayable, type AuditItem } from '../api/audit';
import { useHasPermission } from '../api/me';

const none: AuditItem[] = [];

/** Checks whether an account can see a user as they were after a change. Operators also read changes that were made in other accounts. */
export const isVisibleStep = (item: AuditItem, accountId: string): boolean =>
  isReplayable(item) && item.accountId === accountId;

/** Loads all changes of a user, without logins. Users have few, so all pages are loaded at once. */
export function useUserChanges(accountId: string, userId: string) {
  const isAllowed = useHasPermission('audit:read');
  const list = useInfiniteQuery({ ...historyQuery(accountId, userId, { excludeLogins: true }), enabled: isAllowed });
  const { hasNextPage, isFetchingNextPage, isFetchNextPageError, fetchNextPage } = list;
  const wantsMore = hasNextPage && !isFetchingNextPage && !isFetchNextPageError;
  useEffect(() => {
    if (wantsMore) void fetchNextPage();
  }, [wantsMore, fetchNextPage]);
  const items = useMemo(() => list.data?.pages.flatMap((page) => page.items) ?? none, [list.data]);
  const steps = useMemo(() => items.filter((item) => isVisibleStep(item, accountId)).toReversed(), [items, accountId]);
  return {
    list,
    /** Newest first. */
    items,
    /** The changes after which this account can see the user, oldest first. */
    steps,
    /** Whether `steps` is complete, or will never be. */
    isSettled: !isAllowed || list.isError || (list.isSuccess && !hasNextPage),
  };
}

/** Loads a user's history with their logins, newest first, page by page. Only while it is `enabled`. */
export function useFullHistory(accountId: string, userId: string, enabled: boolean) {
  const list = useInfiniteQuery({ ...historyQuery(accountId, userId, { excludeLogins: false }), enabled });
  return { list, items: list.data?.pages.flatMap((page) => page.items) ?? none };
}
