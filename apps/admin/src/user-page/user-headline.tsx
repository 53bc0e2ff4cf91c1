import { Group, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { accountQuery } from '../api/accounts';
import type { UserDetail } from '../api/users';
import { StatusBadge } from '../components/badges';
import { CopyId } from '../components/copy-id';
import { AnchorLink } from '../components/links';

/** Shows in one line what identifies a user: their status, address, account and id. */
export function UserHeadline({ accountId, user }: { accountId: string; user: UserDetail }) {
  const { t } = useTranslation();
  const { data: account } = useQuery(accountQuery(accountId));
  return (
    <Group gap="xs" mt={-8} style={{ overflowWrap: 'anywhere' }}>
      <StatusBadge user={user} />
      <Text size="sm">{user.email}</Text>
      {account && (
        <AnchorLink to="/accounts/$accountId" params={{ accountId }} size="sm">
          {account.name}
        </AnchorLink>
      )}
      <CopyId id={user.userId} label={t('userPage.userId')} />
    </Group>
  );
}
