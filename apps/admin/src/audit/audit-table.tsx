import { useMemo } from 'react';
import { Anchor, Text } from '@mantine/core';
import type { UseInfiniteQueryResult } from '@tanstack/react-query';
import { createColumnHelper, useTable } from '@tanstack/react-table';
import { useTranslation } from 'react-i18next';
import type { AuditItem } from '../api/audit';
import { ListTable, listFeatures, type ListFeatures } from '../parts/list-table';
import { When } from '../parts/when';
import { useActorName } from '../trail/words';

const column = createColumnHelper<ListFeatures, AuditItem>();

interface Props {
  readonly items: AuditItem[];
  readonly list: Pick<UseInfiniteQueryResult, 'hasNextPage' | 'isFetchingNextPage' | 'fetchNextPage'>;
  readonly onOpen: (item: AuditItem) => void;
}

/** The rows of the audit; each opens to all that is known of it. */
export function AuditTable({ items, list, onOpen }: Props) {
  const { t } = useTranslation();
  const actorName = useActorName();
  const columns = useMemo(
    () =>
      column.columns([
        column.accessor('action', {
          header: t('history.what'),
          cell: ({ row: { original } }) => (
            <>
              <Anchor component="button" type="button" size="sm" fw={600} truncate display="block" maw="100%" ta="left" onClick={() => onOpen(original)}>
                {t(`action.${original.action}`)}
              </Anchor>
              <Text size="xs" c="dimmed" truncate hiddenFrom="md">
                <When at={original.at} />
              </Text>
            </>
          ),
        }),
        column.accessor('subject', {
          header: t('history.whom'),
          cell: ({ row: { original } }) => (
            <>
              {original.subject.name ?? t('history.nameless')}
              <Text size="xs" c="dimmed" truncate hiddenFrom="sm">
                {t('history.by', { name: actorName(original.actor) })}
              </Text>
            </>
          ),
        }),
        column.accessor('actor', { header: t('history.who'), cell: ({ row: { original } }) => actorName(original.actor) }),
        column.accessor('at', { id: 'recordedAt', header: t('history.when'), cell: ({ row: { original } }) => <When at={original.at} /> }),
        column.accessor('reason', { header: t('history.why'), cell: ({ row: { original } }) => original.reason }),
      ]),
    [t, actorName, onOpen],
  );
  const table = useTable({ features: listFeatures, columns, data: items, getRowId: ({ position }) => String(position), enableSorting: false });
  return <ListTable table={table} label={t('page.audit')} hasMore={list.hasNextPage} isLoadingMore={list.isFetchingNextPage} loadMore={list.fetchNextPage} />;
}
