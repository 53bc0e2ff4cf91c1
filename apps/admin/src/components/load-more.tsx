import { useEffect } from 'react';
import { Button } from '@mantine/core';
import { useInViewport } from '@mantine/hooks';
import type { UseInfiniteQueryResult } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';

/** Shows a button at the end of a list that loads the next page at a click, or when it becomes visible. */
export function LoadMore({
  list: { hasNextPage, isFetchingNextPage, fetchNextPage },
}: {
  list: Pick<UseInfiniteQueryResult, 'hasNextPage' | 'isFetchingNextPage' | 'fetchNextPage'>;
}) {
  const { t } = useTranslation();
  const { ref, inViewport } = useInViewport<HTMLButtonElement>();
  const wanted = inViewport && hasNextPage && !isFetchingNextPage;
  useEffect(() => {
    if (wanted) void fetchNextPage();
  }, [wanted, fetchNextPage]);
  if (!hasNextPage) return null;
  return (
    <Button ref={ref} variant="subtle" loading={isFetchingNextPage} onClick={() => void fetchNextPage()}>
      {t('history.more')}
    </Button>
  );
}
