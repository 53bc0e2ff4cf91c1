import type { ReactNode } from 'react';
import { List, SimpleGrid, Skeleton, Stack, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { accountQuery, type Account } from '../api/accounts';
import { useMe } from '../api/me';
import { CopyId } from '../components/copy-id';
import { useCountryName } from '../components/country-name';
import { DetailsTable } from '../components/details-table';
import { ButtonLink } from '../components/links';
import { Page } from '../components/page';
import { LoadError } from '../components/problems';
import { UserLink } from '../components/user-link';
import { DateTime } from '../components/date-time';
import { languages, type Language } from '../texts/i18n';
import { AccountNumbers } from './account-numbers';
import { EmailDomains } from './email-domains';

const route = getRouteApi('/in/accounts/$accountId');

/** The page of one account: its numbers of users, its administrators and its e-mail domains. */
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
        <Stack gap="lg" pb="xl">
          <Text size="sm" maw="70ch">
            {t('accounts.pageHelp')}
          </Text>
          <AccountNumbers accountId={accountId} />
          <SimpleGrid cols={{ base: 1, lg: 2 }} spacing="lg">
            <AccountDetails account={account.data} />
            <EmailDomains account={account.data} />
          </SimpleGrid>
        </Stack>
      )}
    </Page>
  );
}

function AccountDetails({
  account: { accountId, name, administrators, contracts, language, openedAt },
}: {
  account: Account;
}) {
  const { t } = useTranslation();
  const countryName = useCountryName();
  const facts: [string, ReactNode][] = [
    [t('field.name'), name],
    [t('accounts.id'), <CopyId key="id" id={accountId} label={t('accounts.id')} />],
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
