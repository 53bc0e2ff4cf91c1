import { Text } from '@mantine/core';
import type { UseInfiniteQueryResult } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import type { User } from '../api/users';
import { useCountryName } from '../parts/country-name';
import { ListTable, type Column } from '../parts/list-table';
import { Padlock } from '../parts/locked';
import { Name } from '../parts/name';
import { selectColumn, type Selection } from '../parts/select-column';
import { Roles, Status } from '../parts/status';
import { When, useDates } from '../parts/when';
import { RowMenu } from './row-menu';

function useColumns(accountId: string): Column<User>[] {
  const { t } = useTranslation();
  const countryName = useCountryName();
  return [
    {
      id: 'lastName',
      header: t('user.name'),
      isSortable: true,
      cell: (user) => <Name accountId={accountId} user={user} />,
    },
    { id: 'email', header: t('user.email'), isSortable: true, cell: ({ email }) => email },
    {
      id: 'status',
      header: t('user.status'),
      isSortable: true,
      cell: (user) => (
        <>
          <Status status={user.status} /> <Padlock locks={user.locks} />
          <Restorable until={user.restorableUntil} />
        </>
      ),
    },
    { id: 'roles', header: t('user.roles'), cell: (user) => <Roles roles={user.roles} /> },
    { id: 'country', header: t('user.country'), isSortable: true, cell: (user) => countryName(user.country) },
    {
      id: 'lastLoginAt',
      header: t('user.lastLogin'),
      isSortable: true,
      cell: (user) => (
        <Text size="sm" span>
          <When at={user.lastLoginAt} />
        </Text>
      ),
    },
    { id: 'more-menu', cell: (user) => <RowMenu accountId={accountId} user={user} /> },
  ];
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

interface Props extends Selection {
  readonly accountId: string;
  readonly users: User[];
  readonly list: Pick<UseInfiniteQueryResult, 'hasNextPage' | 'isFetchingNextPage' | 'fetchNextPage'>;
  /** `lastName`, `-lastLoginAt`, … */
  readonly sort: string;
  readonly onSort: (sort: string) => void;
}

/** The users, as a table to sort and to choose from. */
export function UsersTable({ accountId, users, list, sort, onSort, selected, onSelect }: Props) {
  const { t } = useTranslation();
  const columns = [selectColumn(users, { selected, onSelect }), ...useColumns(accountId)];
  return (
    <ListTable
      {...{ columns, list, sort, onSort, selected }}
      rows={users}
      idOf={({ userId }) => userId}
      label={t('users.title')}
    />
  );
}
