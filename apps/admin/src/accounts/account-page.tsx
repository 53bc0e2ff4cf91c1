import type { ReactNode } from 'react';
import { List, SimpleGrid, Skeleton } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { accountQuery, summaryQuery, type Account } from '../api/accounts';
import { useMe } from '../api/me';
import { useCountryName } from '../parts/country-name';
import { FactsTable } from '../parts/facts-table';
import { ButtonLink } from '../parts/links';
import { Page } from '../parts/page';
import { Unread } from '../parts/problems';
import { UserName } from '../parts/user-name';
import { When } from '../parts/when';
import { languages, type Language } from '../texts/i18n';
import { Domains } from './domains';

const route = getRouteApi('/in/accounts/$accountId');

/** What an account is: its administrators, its numbers, its domains. */
export function AccountPage() {
  const { t } = useTranslation();
  const { accountId } = route.useParams();
  const isOperator = useMe().account === null;
  const account = useQuery(accountQuery(accountId));
  return (
    <Page
      title={account.data?.name ?? t('page.account')}
      aside={
        isOperator && (
          <ButtonLink to="/accounts/$accountId/users" params={{ accountId }} variant="light">
            {t('accounts.enter')}
          </ButtonLink>
        )
      }
    >
      {account.error && <Unread error={account.error} again={account.refetch} />}
      {account.isPending && <Skeleton h={240} />}
      {account.data && (
        <SimpleGrid cols={{ base: 1, lg: 2 }} spacing="lg" pb="xl">
          <Facts account={account.data} />
          <Domains account={account.data} />
        </SimpleGrid>
      )}
    </Page>
  );
}

function Facts({ account: { accountId, administrators, contracts, language, openedAt } }: { account: Account }) {
  const { t } = useTranslation();
  const countryName = useCountryName();
  const { data: numbers } = useQuery(summaryQuery(accountId));
  const facts: [string, ReactNode][] = [
    [t('accounts.opened'), <When key="opened" at={openedAt} />],
    [
      t('field.administrators'),
      <Lines
        key="administrators"
        lines={administrators.map((userId) => [
          userId,
          <UserName key={userId} accountId={accountId} userId={userId} />,
        ])}
      />,
    ],
    [
      t('field.contracts'),
      <Lines
        key="contracts"
        lines={contracts.map(({ country, recurringRevenue }) => [
          country,
          t('accounts.contract', { country: countryName(country), revenue: recurringRevenue }),
        ])}
      />,
    ],
    [t('user.language'), languages[(language ?? 'en') as Language]],
    [t('accounts.active'), numbers?.active],
    [t('accounts.pending'), numbers?.pending],
    [t('lock.locked'), numbers?.locked],
    [t('accounts.neverLoggedIn'), numbers?.neverLoggedIn],
    [t('accounts.restorable'), numbers?.restorable],
  ];
  return <FactsTable facts={facts} />;
}

function Lines({ lines }: { lines: readonly (readonly [string, ReactNode])[] }) {
  const { t } = useTranslation();
  if (!lines.length) return t('common.none');
  return (
    <List size="sm" listStyleType="none">
      {lines.map(([key, line]) => (
        <List.Item key={key}>{line}</List.Item>
      ))}
    </List>
  );
}
