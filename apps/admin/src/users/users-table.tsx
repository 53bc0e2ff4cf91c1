import { useMemo } from 'react';
import { Text } from '@mantine/core';
import { createColumnHelper, useTable, type RowSelectionState, type SortingState } from '@tanstack/react-table';
import type { UseInfiniteQueryResult } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import type { User } from '../api/users';
import { useCountryName } from '../parts/country-name';
import { ListTable, listFeatures, type ListFeatures } from '../parts/list-table';
import { Padlock } from '../parts/locked';
import { Name } from '../parts/name';
import { selectColumn } from '../parts/select-column';
import { Roles, Status } from '../parts/status';
import { When, useDates } from '../parts/when';
import { RowMenu } from './row-menu';

const column = createColumnHelper<ListFeatures, User>();

function useColumns(accountId: string) {
  const { t } = useTranslation();
  const countryName = useCountryName();
  return useMemo(
    () =>
      column.columns([
        selectColumn<User>(),
        column.accessor('lastName', { header: t('user.name'), cell: ({ row: { original } }) => <Name accountId={accountId} user={original} /> }),
        column.accessor('email', { header: t('user.email') }),
        column.accessor('status', {
          header: t('user.status'),
          cell: ({ row: { original } }) => (
            <>
              <Status status={original.status} /> <Padlock locks={original.locks} />
              <Restorable until={original.restorableUntil} />
            </>
          ),
        }),
        column.accessor('roles', { header: t('user.roles'), enableSorting: false, cell: ({ row: { original } }) => <Roles roles={original.roles} /> }),
        column.accessor('country', { header: t('user.country'), cell: ({ row: { original } }) => countryName(original.country) }),
        column.accessor('lastLoginAt', {
          header: t('user.lastLogin'),
          cell: ({ row: { original } }) => (
            <Text size="sm" span>
              <When at={original.lastLoginAt} />
            </Text>
          ),
        }),
        column.display({ id: 'more-menu', header: '', cell: ({ row: { original } }) => <RowMenu accountId={accountId} user={original} /> }),
      ]),
    [accountId, t, countryName],
  );
}

/** Until when a deletion can be undone. */
function Restorable({ until }: { until: string | undefined }) {
  const { t } = useTranslation();
  const { date } = useDates();
  return (
    until && (
      <Text size="xs" c="dimmed" lh={1.2}>
        {t('user.restorableUntil', { date: date(until) })}
      </Text>
    )
  );
}

interface Props {
  readonly accountId: string;
  readonly users: User[];
  readonly list: Pick<UseInfiniteQueryResult, 'hasNextPage' | 'isFetchingNextPage' | 'fetchNextPage'>;
  /** `lastName`, `-lastLoginAt`, … */
  readonly sort: string;
  readonly onSort: (sort: string) => void;
  readonly selected: RowSelectionState;
  readonly onSelect: (selected: RowSelectionState) => void;
}

/** The users, as a table to sort and to choose from. */
export function UsersTable({ accountId, users, list, sort, onSort, selected, onSelect }: Props) {
  const { t } = useTranslation();
  const sorting: SortingState = [{ id: sort.replace('-', ''), desc: sort.startsWith('-') }];
  const table = useTable({
    features: listFeatures,
    columns: useColumns(accountId),
    data: users,
    getRowId: ({ userId }) => userId,
    manualSorting: true,
    enableSortingRemoval: false,
    sortDescFirst: false,
    state: { sorting, rowSelection: selected },
    onSortingChange: (change) => {
      const [first] = typeof change === 'function' ? change(sorting) : change;
      if (first) onSort(`${first.desc ? '-' : ''}${first.id}`);
    },
    onRowSelectionChange: (change) => onSelect(typeof change === 'function' ? change(selected) : change),
  });
  return (
    <ListTable table={table} label={t('users.title')} hasMore={list.hasNextPage} isLoadingMore={list.isFetchingNextPage} loadMore={list.fetchNextPage} />
  );
}
