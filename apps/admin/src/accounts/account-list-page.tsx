import { useMemo } from 'react';
import { Text } from '@mantine/core';
import { useInfiniteQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { accountListQuery, type Account } from '../api/accounts';
import { useHasPermission } from '../api/me';
import { PlusIcon } from '../components/icons';
import { AnchorLink, ButtonLink } from '../components/links';
import { ListTable, type Column } from '../components/list-table';
import { Page } from '../components/page';
import { LoadError } from '../components/problems';
import { DateTime } from '../components/date-time';

const none: Account[] = [];

/** The page of all accounts, oldest first, for operators. */
export function AccountListPage() {
  const { t } = useTranslation();
  const mayOpen = useHasPermission('accounts:open');
  const list = useInfiniteQuery(accountListQuery);
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
      {list.isSuccess && accounts.length === 0 ? (
        <Text c="dimmed">{t('accounts.empty')}</Text>
      ) : (
        <ListTable
          columns={columns}
          rows={accounts}
          idOf={({ accountId }) => accountId}
          label={t('page.accounts')}
          list={list}
        />
      )}
    </Page>
  );
}

function useColumns(): Column<Account>[] {
  const { t } = useTranslation();
  return [
    {
      id: 'name',
      header: t('field.name'),
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
    { id: 'recordedAt', header: t('accounts.opened'), cell: (account) => <DateTime at={account.openedAt} /> },
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
