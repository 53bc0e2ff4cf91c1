import type { ReactNode } from 'react';
import { List, SimpleGrid, Skeleton } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { accountQuery, summaryQuery, type Account } from '../api/accounts';
import { useMe } from '../api/me';
import { useCountryName } from '../components/country-name';
import { DetailsTable } from '../components/details-table';
import { ButtonLink } from '../components/links';
import { Page } from '../components/page';
import { LoadError } from '../components/problems';
import { UserLink } from '../components/user-link';
import { DateTime } from '../components/date-time';
import { languages, type Language } from '../texts/i18n';
import { EmailDomains } from './email-domains';

const route = getRouteApi('/in/accounts/$accountId');

/** The page of one account: its administrators, its numbers of users and its e-mail domains. */
export function AccountPage() {
  const { t } = useTranslation();
  const { accountId } = route.useParams();
  const isOperator = useMe().accountId === null;
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
      {account.error && <LoadError error={account.error} onRetry={account.refetch} />}
      {account.isPending && <Skeleton h={240} />}
      {account.data && (
        <SimpleGrid cols={{ base: 1, lg: 2 }} spacing="lg" pb="xl">
          <AccountDetails account={account.data} />
          <EmailDomains account={account.data} />
        </SimpleGrid>
      )}
    </Page>
  );
}

function AccountDetails({
  account: { accountId, administrators, contracts, language, openedAt },
}: {
  account: Account;
}) {
  const { t } = useTranslation();
  const countryName = useCountryName();
  const { data: numbers } = useQuery(summaryQuery(accountId));
  const facts: [string, ReactNode][] = [
    [t('accounts.opened'), <DateTime key="opened" at={openedAt} />],
    [
      t('field.administrators'),
      <LineList
        key="administrators"
        lines={administrators.map((userId) => [
          userId,
          <UserLink key={userId} accountId={accountId} userId={userId} />,
        ])}
      />,
    ],
    [
      t('field.contracts'),
      <LineList
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
  return <DetailsTable facts={facts} />;
}

function LineList({ lines }: { lines: readonly (readonly [string, ReactNode])[] }) {
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
