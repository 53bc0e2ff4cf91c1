import type { ReactNode } from 'react';
import { Badge, List, Stack, Table, Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { UserDetail } from '../api/users';
import { useCountryName } from '../components/country-name';
import { useDescribeLock } from '../components/locks';
import { RoleBadges, StatusBadge } from '../components/badges';
import { DateTime } from '../components/date-time';
import { languages } from '../texts/i18n';

interface UserField {
  readonly name: string;
  /** Returns the value that is compared with the one before. */
  readonly valueOf: (user: UserDetail) => unknown;
  readonly render: (user: UserDetail) => ReactNode;
}

/** Shows a user's details. With `before`, marks the fields that differ and shows their former values. */
export function UserDetails({ user, before }: { user: UserDetail; before: UserDetail | undefined }) {
  const { t } = useTranslation();
  const facts = useUserFields();
  const isNew = ({ valueOf }: UserField) =>
    before !== undefined && JSON.stringify(valueOf(before)) !== JSON.stringify(valueOf(user));
  return (
    <Table variant="vertical" withTableBorder>
      <Table.Tbody>
        {facts.map((fact) => (
          <Table.Tr key={fact.name}>
            <Table.Th w="35%" maw="14rem">
              {fact.name}
            </Table.Th>
            <Table.Td style={{ overflowWrap: 'anywhere' }} bg={isNew(fact) ? 'var(--mantine-primary-color-light)' : ''}>
              {fact.render(user)}
              {isNew(fact) && (
                <>
                  {' '}
                  <Badge size="sm" variant="outline" color="gray">
                    {t('replay.changed')}
                  </Badge>
                  <Text component="div" size="sm">
                    {t('replay.before')} {fact.render(before!)}
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

function useUserFields(): UserField[] {
  const { t } = useTranslation();
  const countryName = useCountryName();
  const none = t('common.none');
  return [
    {
      name: t('user.name'),
      valueOf: ({ firstName, lastName }) => [firstName, lastName],
      render: ({ firstName, lastName }) => `${firstName} ${lastName}`,
    },
    { name: t('user.email'), valueOf: ({ email }) => email, render: ({ email }) => email },
    {
      name: t('user.status'),
      valueOf: ({ status, restorableUntil, locks }) => [status, restorableUntil, locks.length > 0],
      render: (user) => <StatusWithDeadline user={user} />,
    },
    {
      name: t('field.locks'),
      valueOf: ({ locks }) => locks,
      render: ({ locks }) => (locks.length ? <LockDescriptions locks={locks} /> : none),
    },
    {
      name: t('user.roles'),
      valueOf: ({ roles }) => roles,
      render: ({ roles }) => (roles.length ? <RoleBadges roles={roles} /> : none),
    },
    { name: t('user.country'), valueOf: ({ country }) => country, render: ({ country }) => countryName(country) },
    {
      name: t('user.entitlementCountry'),
      valueOf: ({ effectiveEntitlementCountry }) => effectiveEntitlementCountry,
      render: ({ effectiveEntitlementCountry: effective }) =>
        effective ? `${countryName(effective.country)} (${t(`rule.${effective.rule}`)})` : none,
    },
    {
      name: t('user.language'),
      valueOf: ({ language }) => language,
      render: ({ language }) => (language ? (languages[language as keyof typeof languages] ?? language) : none),
    },
    { name: t('user.addedAt'), valueOf: ({ addedAt }) => addedAt, render: ({ addedAt }) => <DateTime at={addedAt} /> },
    {
      name: t('user.lastLogin'),
      valueOf: ({ lastLoginAt }) => lastLoginAt,
      render: ({ lastLoginAt }) => <DateTime at={lastLoginAt} />,
    },
  ];
}

function StatusWithDeadline({ user }: { user: UserDetail }) {
  const { t } = useTranslation();
  const { restorableUntil } = user;
  return (
    <>
      <StatusBadge user={user} />
      {restorableUntil && (
        <Text size="sm" c="dimmed">
          {t('field.restorableUntil')} <DateTime at={restorableUntil} />
        </Text>
      )}
    </>
  );
}

function LockDescriptions({ locks }: Pick<UserDetail, 'locks'>) {
  const lockLines = useDescribeLock();
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
