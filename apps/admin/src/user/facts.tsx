import type { ReactNode } from 'react';
import { Badge, List, Stack, Table, Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { UserPage } from '../api/users';
import { useCountryName } from '../parts/country-name';
import { useLockLines } from '../parts/locked';
import { Roles, Status } from '../parts/status';
import { When } from '../parts/when';
import { languages } from '../texts/i18n';

interface Fact {
  readonly name: string;
  /** What is compared with a moment before. */
  readonly of: (user: UserPage) => unknown;
  readonly show: (user: UserPage) => ReactNode;
}

/** Who a user is; against a moment before, what has changed is marked, and told with what it was. */
export function Facts({ user, before }: { user: UserPage; before: UserPage | undefined }) {
  const { t } = useTranslation();
  const facts = useFacts();
  const isNew = ({ of }: Fact) => before !== undefined && JSON.stringify(of(before)) !== JSON.stringify(of(user));
  return (
    <Table variant="vertical" withTableBorder>
      <Table.Tbody>
        {facts.map((fact) => (
          <Table.Tr key={fact.name}>
            <Table.Th w="35%" maw="14rem">
              {fact.name}
            </Table.Th>
            <Table.Td style={{ overflowWrap: 'anywhere' }} bg={isNew(fact) ? 'var(--mantine-primary-color-light)' : ''}>
              {fact.show(user)}
              {isNew(fact) && (
                <>
                  {' '}
                  <Badge size="sm" variant="outline" color="gray">
                    {t('replay.changed')}
                  </Badge>
                  <Text component="div" size="sm">
                    {t('replay.before')} {fact.show(before!)}
                  </Text>
                </>
              )}
            </Table.Td>
          </Table.Tr>
        ))}
      </Table.Tbody>
    </Table>
  );
}

function useFacts(): Fact[] {
  const { t } = useTranslation();
  const countryName = useCountryName();
  const none = t('common.none');
  return [
    {
      name: t('user.name'),
      of: ({ firstName, lastName }) => [firstName, lastName],
      show: ({ firstName, lastName }) => `${firstName} ${lastName}`,
    },
    { name: t('user.email'), of: ({ email }) => email, show: ({ email }) => email },
    {
      name: t('user.status'),
      of: ({ status, restorableUntil }) => [status, restorableUntil],
      show: (user) => <Standing user={user} />,
    },
    {
      name: t('field.locks'),
      of: ({ locks }) => locks,
      show: ({ locks }) => (locks.length ? <Locks locks={locks} /> : none),
    },
    {
      name: t('user.roles'),
      of: ({ roles }) => roles,
      show: ({ roles }) => (roles.length ? <Roles roles={roles} /> : none),
    },
    { name: t('user.country'), of: ({ country }) => country, show: ({ country }) => countryName(country) },
    {
      name: t('user.entitlementCountry'),
      of: ({ effectiveEntitlementCountry }) => effectiveEntitlementCountry,
      show: ({ effectiveEntitlementCountry: effective }) =>
        effective ? `${countryName(effective.country)} (${t(`rule.${effective.rule}`)})` : none,
    },
    {
      name: t('user.language'),
      of: ({ language }) => language,
      show: ({ language }) => (language ? (languages[language as keyof typeof languages] ?? language) : none),
    },
    { name: t('user.addedAt'), of: ({ addedAt }) => addedAt, show: ({ addedAt }) => <When at={addedAt} /> },
    {
      name: t('user.lastLogin'),
      of: ({ lastLoginAt }) => lastLoginAt,
      show: ({ lastLoginAt }) => <When at={lastLoginAt} />,
    },
  ];
}

function Standing({ user: { status, restorableUntil } }: { user: UserPage }) {
  const { t } = useTranslation();
  return (
    <>
      <Status status={status} />
      {restorableUntil && (
        <Text size="sm" c="dimmed">
          {t('field.restorableUntil')} <When at={restorableUntil} />
        </Text>
      )}
    </>
  );
}

function Locks({ locks }: Pick<UserPage, 'locks'>) {
  const lockLines = useLockLines();
  return (
    <Stack gap="xs">
      {locks.map((lock) => (
        <List key={lock.cause} size="sm" listStyleType="none">
          {lockLines(lock).map((line) => (
            <List.Item key={line}>{line}</List.Item>
          ))}
        </List>
      ))}
    </Stack>
  );
}
