import { useMemo } from 'react';
import { Text } from '@mantine/core';
import { useInfiniteQuery } from '@tanstack/react-query';
import { createColumnHelper, useTable } from '@tanstack/react-table';
import { useTranslation } from 'react-i18next';
import { accountListQuery, type Account } from '../api/accounts';
import { useMay } from '../api/me';
import { PlusIcon } from '../parts/icons';
import { AnchorLink, ButtonLink } from '../parts/links';
import { ListTable, listFeatures, type ListFeatures } from '../parts/list-table';
import { Page } from '../parts/page';
import { Unread } from '../parts/problems';
import { When } from '../parts/when';

const column = createColumnHelper<ListFeatures, Account>();
const none: Account[] = [];

/** Every account, oldest first: operators look into one, or enter it. */
export function AccountsPage() {
  const { t } = useTranslation();
  const mayOpen = useMay('accounts:open');
  const list = useInfiniteQuery(accountListQuery);
  const accounts = useMemo(() => list.data?.pages.flatMap(({ items }) => items) ?? none, [list.data]);
  const table = useTable({ features: listFeatures, columns: useColumns(), data: accounts, getRowId: ({ accountId }) => accountId, enableSorting: false });
  return (
    <Page
      title={t('page.accounts')}
      aside={
        mayOpen && (
          <ButtonLink to="/accounts/new" leftSection={<PlusIcon />}>
            {t('accounts.create')}
          </ButtonLink>
        )
      }
    >
      {list.error && <Unread error={list.error} again={list.refetch} />}
      {list.isSuccess && accounts.length === 0 ? (
        <Text c="dimmed">{t('accounts.empty')}</Text>
      ) : (
        <ListTable table={table} label={t('page.accounts')} hasMore={list.hasNextPage} isLoadingMore={list.isFetchingNextPage} loadMore={list.fetchNextPage} />
      )}
    </Page>
  );
}

function useColumns() {
  const { t } = useTranslation();
  return useMemo(
    () =>
      column.columns([
        column.accessor('name', {
          header: t('field.name'),
          cell: ({ row: { original } }) => (
            <AnchorLink to="/accounts/$accountId" params={{ accountId: original.accountId }} size="sm" fw={600} truncate display="block">
              {original.name}
            </AnchorLink>
          ),
        }),
        column.accessor('domains', { header: t('accounts.domains'), cell: ({ row: { original } }) => original.domains.join(', ') }),
        column.accessor('openedAt', { id: 'recordedAt', header: t('accounts.opened'), cell: ({ row: { original } }) => <When at={original.openedAt} /> }),
        column.display({
          id: 'enter',
          header: '',
          cell: ({ row: { original } }) => (
            <ButtonLink to="/accounts/$accountId/users" params={{ accountId: original.accountId }} size="xs" variant="light" aria-label={`${t('accounts.enter')}: ${original.name}`}>
              {t('accounts.enter')}
            </ButtonLink>
          ),
        }),
      ]),
    [t],
  );
}
