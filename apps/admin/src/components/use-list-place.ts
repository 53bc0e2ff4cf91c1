import { useEffect, useRef, type RefObject } from 'react';
import type { ListQuery } from './list-query';

/** The height of a row in pixels, as in the style sheet. */
export const rowHeightPx = 56;

/** The scroll position to restore, and a callback for each new position. */
export interface ListPlace {
  /** How far the list was scrolled, in pixels. */
  readonly initialOffset: number;
  readonly onScroll: (offset: number) => void;
  /** Identifies search, filter and order. If it changes, the list scrolls to its top. */
  readonly contentKey: string;
}

/**
 * Returns the ref of the element that scrolls and its scroll handler. Scrolls the list to where it was when it was left, for
 * which it loads the pages up to there, and to its top when its content changes.
 */
export function useListPlace(
  place: ListPlace | undefined,
  { hasNextPage, isFetchingNextPage, fetchNextPage, isPending }: ListQuery,
  rowCount: number,
): { scroller: RefObject<HTMLDivElement | null>; onScroll: () => void } {
  const scroller = useRef<HTMLDivElement>(null);
  /** The offset to restore; 0 once that is done. */
  const target = useRef(place?.initialOffset ?? 0);
  useEffect(() => {
    if (!target.current || isPending || !scroller.current) return;
    const isLoaded = rowCount * rowHeightPx >= target.current + scroller.current.clientHeight;
    if (!isLoaded && hasNextPage) {
      if (!isFetchingNextPage) void fetchNextPage({ cancelRefetch: false });
      return;
    }
    scroller.current.scrollTo(0, target.current);
    target.current = 0;
  }, [rowCount, hasNextPage, isFetchingNextPage, fetchNextPage, isPending]);

  const contentKey = place?.contentKey;
  const shownKey = useRef(contentKey);
  useEffect(() => {
    if (shownKey.current === contentKey) return;
    shownKey.current = contentKey;
    target.current = 0;
    scroller.current?.scrollTo(0, 0);
  }, [contentKey]);

  const onScroll = () => {
    if (!target.current) place?.onScroll(scroller.current?.scrollTop ?? 0);
  };
  return { scroller, onScroll };
}
