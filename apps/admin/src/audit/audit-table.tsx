import { Text } from '@mantine/core';
import type { UseInfiniteQueryResult } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import type { AuditItem } from '../api/audit';
import { ListTable, type Column } from '../components/list-table';
import { RowButton } from '../components/row-button';
import { DateTime } from '../components/date-time';
import { useActorName } from '../audit-items/names';

interface Props {
  readonly items: AuditItem[];
  readonly list: Pick<UseInfiniteQueryResult, 'hasNextPage' | 'isFetchingNextPage' | 'fetchNextPage'>;
  readonly onOpen: (item: AuditItem) => void;
}

/** Shows audit items as a table; a click on one calls `onOpen`. `list` is the query that loads further pages. */
export function AuditTable({ items, list, onOpen }: Props) {
  const { t } = useTranslation();
  const actorName = useActorName();
  const columns: Column<AuditItem>[] = [
    {
      id: 'action',
      header: t('history.what'),
      cell: (item) => (
        <RowButton label={t(`action.${item.action}`)} note={<DateTime at={item.at} />} onClick={() => onOpen(item)} />
      ),
    },
    {
      id: 'subject',
      header: t('history.whom'),
      cell: (item) => (
        <>
          {item.subject.name ?? t('history.nameless')}
          <Text size="xs" c="dimmed" truncate hiddenFrom="sm">
            {t('history.by', { name: actorName(item.actor) })}
          </Text>
        </>
      ),
    },
    { id: 'actor', header: t('history.who'), cell: (item) => actorName(item.actor) },
    { id: 'recordedAt', header: t('history.when'), cell: (item) => <DateTime at={item.at} /> },
    { id: 'reason', header: t('history.why'), cell: (item) => item.reason },
  ];
  return (
    <ListTable
      columns={columns}
      rows={items}
      idOf={({ position }) => String(position)}
      label={t('page.audit')}
      list={list}
    />
  );
}
