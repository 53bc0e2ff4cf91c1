import { Group, List, Stack, Table, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { userQuery, type User } from '../api/users';
import { useCountryName } from '../parts/country-name';
import { useLockLines } from '../parts/locked';
import { Page } from '../parts/page';
import { Unread } from '../parts/problems';
import { Roles, Status } from '../parts/status';
import { When } from '../parts/when';

const route = getRouteApi('/in/accounts/$accountId/users/$userId');

/** Who a user is, now. What may be done to them, their history and its replay belong below. */
export function UserPage() {
  const { t } = useTranslation();
  const { accountId, userId } = route.useParams();
  const user = useQuery(userQuery(accountId, userId));
  return (
    <Page title={user.data ? `${user.data.firstName} ${user.data.lastName}` : t('user.title')}>
      {user.error && <Unread error={user.error} again={user.refetch} />}
      {user.data && <Facts user={user.data} />}
    </Page>
  );
}

function Facts({ user }: { user: User }) {
  const { t } = useTranslation();
  const countryName = useCountryName();
  const lockLines = useLockLines();
  const facts: [string, React.ReactNode][] = [
    [t('user.email'), user.email],
    [t('user.status'), <Status key="status" status={user.status} />],
    [t('user.roles'), user.roles.length ? <Roles key="roles" roles={user.roles} /> : t('common.none')],
    [t('user.country'), countryName(user.country)],
    [t('user.addedAt'), <When key="added" at={user.addedAt} />],
    [t('user.lastLogin'), <When key="login" at={user.lastLoginAt} />],
  ];
  return (
    <Stack>
      <Table variant="vertical" layout="fixed" withTableBorder>
        <Table.Tbody>
          {facts.map(([name, value]) => (
            <Table.Tr key={name}>
              <Table.Th w="12rem">{name}</Table.Th>
              <Table.Td>{value}</Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
      {user.locks.map((lock) => (
        <Group key={lock.cause}>
          <List size="sm" listStyleType="none">
            {lockLines(lock).map((line) => (
              <List.Item key={line}>
                <Text size="sm">{line}</Text>
              </List.Item>
            ))}
          </List>
        </Group>
      ))}
    </Stack>
  );
}
