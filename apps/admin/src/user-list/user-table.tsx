import { Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { User } from '../api/users';
import { useCountryName } from '../components/country-name';
import type { ListQuery } from '../components/list-query';
import { ListTable, type Column } from '../components/list-table';
import { UserNameCell } from '../components/user-name-cell';
import { createSelectColumn, type Selection } from '../components/select-column';
import { RoleBadges, StatusBadge } from '../components/badges';
import { DateTime, useDateFormats } from '../components/date-time';
import type { ListPlace } from '../components/use-list-place';
import { UserRowMenu } from './user-row-menu';

function useColumns(accountId: string): Column<User>[] {
  const { t } = useTranslation();
  const countryName = useCountryName();
  return [
    {
      id: 'lastName',
      header: t('user.name'),
      isSortable: true,
      cell: (user) => <UserNameCell accountId={accountId} user={user} />,
    },
    { id: 'email', header: t('user.email'), isSortable: true, cell: ({ email }) => email },
    {
      id: 'status',
      header: t('user.status'),
      isSortable: true,
      cell: (user) => (
        <>
          <StatusBadge user={user} withCause />
          <RestoreDeadline until={user.restorableUntil} />
        </>
      ),
    },
    { id: 'roles', header: t('user.roles'), cell: (user) => <RoleBadges roles={user.roles} /> },
    { id: 'country', header: t('user.country'), isSortable: true, cell: (user) => countryName(user.country) },
    {
      id: 'lastLoginAt',
      header: t('user.lastLogin'),
      isSortable: true,
      cell: (user) => (
        <Text size="sm" span>
          <DateTime at={user.lastLoginAt} />
        </Text>
      ),
    },
    { id: 'more-menu', cell: (user) => <UserRowMenu accountId={accountId} user={user} /> },
  ];
}

/** Shows until when a deletion can be undone. */
function RestoreDeadline({ until }: { until: string | undefined }) {
  const { t } = useTranslation();
  const { date } = useDateFormats();
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
  readonly list: ListQuery;
  /** How many users match, if that is known. */
  readonly total?: number | undefined;
  readonly place: ListPlace;
  /** `lastName`, `-lastLoginAt`, … */
  readonly sort: string;
  readonly onSort: (sort: string) => void;
}

/** Shows the users as a table with sortable columns and checkboxes. `list` is the query that loads further pages. */
export function UserTable({ accountId, users, list, selected, onSelect, ...others }: Props) {
  const { t } = useTranslation();
  const columns = [
    createSelectColumn(users, { selected, onSelect, isDisabled: list.isPlaceholderData }),
    ...useColumns(accountId),
  ];
  return (
    <ListTable
      {...{ columns, list, selected, ...others }}
      rows={users}
      idOf={({ userId }) => userId}
      label={t('users.title')}
    />
  );
}
