import { useMemo, useState } from 'react';
import { Text } from '@mantine/core';
import { useInfiniteQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { ActBar } from '../acts/act-bar';
import { personOf } from '../acts/act';
import type { Schemas } from '../api/client';
import { useMay } from '../api/me';
import { pendingApprovalsQuery } from '../api/users';
import { useCountryName } from '../parts/country-name';
import { ListTable, type Column } from '../parts/list-table';
import { Name } from '../parts/name';
import { Page } from '../parts/page';
import { Unread } from '../parts/problems';
import { nobody, selectColumn } from '../parts/select-column';
import { When } from '../parts/when';

type Waiting = Schemas['PendingApproval'];

const route = getRouteApi('/in/accounts/$accountId/approvals');
const none: Waiting[] = [];

/** Who waits for approval, longest first: approve or reject them. */
export function ApprovalsPage() {
  const { t } = useTranslation();
  const { accountId } = route.useParams();
  const mayDecide = useMay('users:approve');
  const list = useInfiniteQuery(pendingApprovalsQuery(accountId));
  const waiting = useMemo(() => list.data?.pages.flatMap(({ items }) => items) ?? none, [list.data]);
  const [selected, setSelected] = useState(nobody);
  const chosen = waiting.filter(({ userId }) => selected.has(userId));
  const columns = useColumns(accountId);
  const selecting = mayDecide ? [selectColumn(waiting, { selected, onSelect: setSelected })] : [];
  return (
    <Page title={t('approvals.title')}>
      {chosen.length > 0 && (
        <ActBar acts={['approve', 'reject']} people={chosen.map(personOf)} onClear={() => setSelected(nobody)} />
      )}
      {list.error && <Unread error={list.error} again={list.refetch} />}
      {list.isSuccess && waiting.length === 0 ? (
        <Text c="dimmed">{t('approvals.empty')}</Text>
      ) : (
        <ListTable
          columns={[...selecting, ...columns]}
          rows={waiting}
          idOf={({ userId }) => userId}
          selected={selected}
          label={t('approvals.title')}
          list={list}
        />
      )}
    </Page>
  );
}

function useColumns(accountId: string): Column<Waiting>[] {
  const { t } = useTranslation();
  const countryName = useCountryName();
  return [
    { id: 'lastName', header: t('user.name'), cell: (user) => <Name accountId={accountId} user={user} /> },
    { id: 'email', header: t('user.email'), cell: ({ email }) => email },
    { id: 'domain', header: t('user.domain'), cell: ({ domain }) => domain },
    { id: 'country', header: t('user.country'), cell: (user) => countryName(user.country) },
    { id: 'addedAt', header: t('user.since'), cell: (user) => <When at={user.since} /> },
  ];
}
