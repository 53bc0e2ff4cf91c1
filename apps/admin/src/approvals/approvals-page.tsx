import { useMemo, useState } from 'react';
import { Text } from '@mantine/core';
import { useInfiniteQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { createColumnHelper, useTable, type RowSelectionState } from '@tanstack/react-table';
import { useTranslation } from 'react-i18next';
import { ActBar } from '../acts/act-bar';
import { personOf } from '../acts/act';
import type { Schemas } from '../api/client';
import { useMay } from '../api/me';
import { pendingApprovalsQuery } from '../api/users';
import { useCountryName } from '../parts/country-name';
import { ListTable, listFeatures, type ListFeatures } from '../parts/list-table';
import { Name } from '../parts/name';
import { Page } from '../parts/page';
import { Unread } from '../parts/problems';
import { selectColumn } from '../parts/select-column';
import { When } from '../parts/when';

type Waiting = Schemas['PendingApproval'];

const route = getRouteApi('/in/accounts/$accountId/approvals');
const column = createColumnHelper<ListFeatures, Waiting>();
const none: Waiting[] = [];

/** Who waits for approval, longest first: approve or reject them. */
export function ApprovalsPage() {
  const { t } = useTranslation();
  const { accountId } = route.useParams();
  const mayDecide = useMay('users:approve');
  const list = useInfiniteQuery(pendingApprovalsQuery(accountId));
  const waiting = useMemo(() => list.data?.pages.flatMap(({ items }) => items) ?? none, [list.data]);
  const [selected, setSelected] = useState<RowSelectionState>({});
  const chosen = waiting.filter(({ userId }) => selected[userId]);
  const table = useTable({
    features: listFeatures,
    columns: useColumns(accountId, mayDecide),
    data: waiting,
    getRowId: ({ userId }) => userId,
    enableSorting: false,
    state: { rowSelection: selected },
    onRowSelectionChange: setSelected,
  });
  return (
    <Page title={t('approvals.title')}>
      {chosen.length > 0 && <ActBar acts={['approve', 'reject']} people={chosen.map(personOf)} onClear={() => setSelected({})} />}
      {list.error && <Unread error={list.error} again={list.refetch} />}
      {list.isSuccess && waiting.length === 0 ? (
        <Text c="dimmed">{t('approvals.empty')}</Text>
      ) : (
        <ListTable table={table} label={t('approvals.title')} hasMore={list.hasNextPage} isLoadingMore={list.isFetchingNextPage} loadMore={list.fetchNextPage} />
      )}
    </Page>
  );
}

function useColumns(accountId: string, mayDecide: boolean) {
  const { t } = useTranslation();
  const countryName = useCountryName();
  return useMemo(
    () =>
      column.columns([
        ...(mayDecide ? [selectColumn<Waiting>()] : []),
        column.accessor('lastName', { header: t('user.name'), cell: ({ row: { original } }) => <Name accountId={accountId} user={original} /> }),
        column.accessor('email', { header: t('user.email') }),
        column.accessor('domain', { header: t('user.domain') }),
        column.accessor('country', { header: t('user.country'), cell: ({ row: { original } }) => countryName(original.country) }),
        column.accessor('since', { id: 'addedAt', header: t('user.since'), cell: ({ row: { original } }) => <When at={original.since} /> }),
      ]),
    [accountId, mayDecide, t, countryName],
  );
}
