import { useMemo, useState } from 'react';
import { Skeleton, Text } from '@mantine/core';
import { keepPreviousData, useInfiniteQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { accountListQuery, type AccountInList } from '../api/accounts';
import { useHasPermission } from '../api/me';
import { PlusIcon } from '../components/icons';
import { AnchorLink, ButtonLink } from '../components/links';
import { ListSearchField, useListSearch } from '../components/list-search';
import { ListTable, type Column } from '../components/list-table';
import { Page } from '../components/page';
import { LoadError } from '../components/problems';
import { DateTime } from '../components/date-time';

const none: AccountInList[] = [];
type Sort = NonNullable<Parameters<typeof accountListQuery>[0]['sort']>;

/** The page of all accounts, for operators, with a search of their names and domains. */
export function AccountListPage() {
  const { t } = useTranslation();
  const mayOpen = useHasPermission('accounts:open');
  const search = useListSearch();
  const [sort, setSort] = useState<Sort>('name');
  const list = useInfiniteQuery({
    ...accountListQuery({ sort, ...(search.search && { search: search.search }) }),
    placeholderData: keepPreviousData,
  });
  const total = list.data?.pages[0]?.total;
  const accounts = useMemo(() => list.data?.pages.flatMap(({ items }) => items) ?? none, [list.data]);
  const columns = useColumns();
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
      {list.error && <LoadError error={list.error} onRetry={list.refetch} />}
      <Text size="sm" maw="70ch">
        {t('accounts.help')}
      </Text>
      <ListSearchField
        search={search}
        label={t('accounts.search')}
        found={total === undefined ? undefined : t('accounts.total', { count: total })}
      />
      {list.isPending && <Skeleton h={240} />}
      {list.isSuccess && accounts.length === 0 && (
        <Text c="dimmed">{search.search ? t('accounts.notFound') : t('accounts.empty')}</Text>
      )}
      {accounts.length > 0 && (
        <ListTable
          columns={columns}
          rows={accounts}
          idOf={({ accountId }) => accountId}
          label={t('page.accounts')}
          list={list}
          sort={sort}
          onSort={(next) => setSort(next as Sort)}
        />
      )}
    </Page>
  );
}

function useColumns(): Column<AccountInList>[] {
  const { t } = useTranslation();
  return [
    {
      id: 'name',
      header: t('field.name'),
      isSortable: true,
      cell: (account) => (
        <AnchorLink
          to="/accounts/$accountId"
          params={{ accountId: account.accountId }}
          size="sm"
          fw={600}
          truncate
          display="block"
        >
          {account.name}
        </AnchorLink>
      ),
    },
    { id: 'domains', header: t('accounts.domains'), cell: (account) => account.domains.join(', ') },
    { id: 'users', header: t('shell.users'), isSortable: true, cell: (account) => account.users },
    {
      id: 'openedAt',
      header: t('accounts.opened'),
      isSortable: true,
      cell: (account) => <DateTime at={account.openedAt} />,
    },
    {
      id: 'enter',
      cell: (account) => (
        <ButtonLink
          to="/accounts/$accountId/users"
          params={{ accountId: account.accountId }}
          size="xs"
          variant="light"
          aria-label={`${t('accounts.enter')}: ${account.name}`}
        >
          {t('accounts.enter')}
        </ButtonLink>
      ),
    },
  ];
}
