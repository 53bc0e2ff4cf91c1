import { useMemo, useState } from 'react';
import { Text } from '@mantine/core';
import { useInfiniteQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { BulkActionBar } from '../user-actions/bulk-action-bar';
import { toTargetUser } from '../user-actions/user-actions';
import type { Schemas } from '../api/client';
import { useHasPermission } from '../api/me';
import { pendingApprovalsQuery, readTotal } from '../api/users';
import { useCountryName } from '../components/country-name';
import { ListTable, type Column } from '../components/list-table';
import { UserNameCell } from '../components/user-name-cell';
import { Page } from '../components/page';
import { LoadError } from '../components/problems';
import { noneSelected, createSelectColumn } from '../components/select-column';
import { DateTime } from '../components/date-time';
import { ElapsedTime } from '../components/elapsed-time';

type PendingApproval = Schemas['PendingApproval'];

const route = getRouteApi('/in/accounts/$accountId/approvals');
const noApprovals: PendingApproval[] = [];

/** The page of users who wait for approval, the longest waiting first. */
export function ApprovalsPage() {
  const { t } = useTranslation();
  const { accountId } = route.useParams();
  const mayDecide = useHasPermission('users:approve');
  const list = useInfiniteQuery(pendingApprovalsQuery(accountId));
  const approvals = useMemo(() => list.data?.pages.flatMap(({ items }) => items) ?? noApprovals, [list.data]);
  const [selected, setSelected] = useState(noneSelected);
  const selectedUsers = approvals.filter(({ userId }) => selected.has(userId));
  const columns = useColumns(accountId);
  const total = readTotal(list.data?.pages)?.count;
  const selecting = mayDecide ? [createSelectColumn(approvals, { selected, onSelect: setSelected })] : [];
  return (
    <Page title={t('approvals.title')}>
      {selectedUsers.length > 0 && (
        <BulkActionBar
          actions={['ApproveUser', 'RejectUser']}
          users={selectedUsers.map(toTargetUser)}
          onClear={() => setSelected(noneSelected)}
        />
      )}
      {total !== undefined && total > 0 && (
        <Text size="sm" c="dimmed" role="status">
          {t('approvals.waiting', { count: total })}
        </Text>
      )}
      {list.error && <LoadError error={list.error} onRetry={list.refetch} />}
      {list.isSuccess && approvals.length === 0 ? (
        <Text c="dimmed">{t('approvals.empty')}</Text>
      ) : (
        <ListTable
          columns={[...selecting, ...columns]}
          rows={approvals}
          idOf={({ userId }) => userId}
          selected={selected}
          label={t('approvals.title')}
          list={list}
          total={total}
        />
      )}
    </Page>
  );
}

function useColumns(accountId: string): Column<PendingApproval>[] {
  const { t } = useTranslation();
  const countryName = useCountryName();
  return [
    { id: 'lastName', header: t('user.name'), cell: (user) => <UserNameCell accountId={accountId} user={user} /> },
    { id: 'email', header: t('user.email'), cell: ({ email }) => email },
    { id: 'domain', header: t('user.domain'), cell: ({ domain }) => domain },
    { id: 'country', header: t('user.country'), cell: (user) => countryName(user.country) },
    {
      id: 'addedAt',
      header: t('list.waitingTime'),
      cell: ({ since }) =>
        since && (
          <>
            <ElapsedTime since={since} />
            <Text size="xs" c="dimmed" truncate>
              <DateTime at={since} />
            </Text>
          </>
        ),
    },
  ];
}
