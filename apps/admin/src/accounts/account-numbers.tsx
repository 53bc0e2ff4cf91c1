import { Paper, SimpleGrid, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { summaryQuery } from '../api/accounts';
import { AnchorLink } from '../components/links';
import { LoadError } from '../components/problems';

/** Shows how many users an account has by status; a number leads to these users. */
export function AccountNumbers({ accountId }: { accountId: string }) {
  const { t } = useTranslation();
  const { data: numbers, error, refetch } = useQuery(summaryQuery(accountId));
  const params = { accountId };
  if (error) return <LoadError error={error} onRetry={refetch} />;
  return (
    <SimpleGrid component="ul" cols={{ base: 2, xs: 3, md: 5 }} spacing="sm" p={0} m={0} style={{ listStyle: 'none' }}>
      <NumberTile value={numbers?.active}>
        <AnchorLink to="/accounts/$accountId/users" params={params} size="sm">
          {t('accounts.active')}
        </AnchorLink>
      </NumberTile>
      <NumberTile value={numbers?.pending}>
        <AnchorLink to="/accounts/$accountId/approvals" params={params} size="sm">
          {t('accounts.pending')}
        </AnchorLink>
      </NumberTile>
      <NumberTile value={numbers?.locked}>
        <AnchorLink to="/accounts/$accountId/users" params={params} search={{ effectiveStatus: ['locked'] }} size="sm">
          {t('lock.locked')}
        </AnchorLink>
      </NumberTile>
      <NumberTile value={numbers?.neverLoggedIn}>{t('accounts.neverLoggedIn')}</NumberTile>
      <NumberTile value={numbers?.restorable}>
        <AnchorLink to="/accounts/$accountId/users" params={params} search={{ effectiveStatus: ['deleted'] }} size="sm">
          {t('accounts.restorable')}
        </AnchorLink>
      </NumberTile>
    </SimpleGrid>
  );
}

function NumberTile({ value, children }: { value: number | undefined; children: ReactNode }) {
  return (
    <Paper component="li" withBorder p="sm">
      <Text fz="xl" fw={700}>
        {value ?? '–'}
      </Text>
      <Text component="div" size="sm">
        {children}
      </Text>
    </Paper>
  );
}
