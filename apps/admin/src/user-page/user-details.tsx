import type { ReactNode } from 'react';
import { Anchor, Badge, Group, List, Stack, Table, Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { UserDetail } from '../api/users';
import { useCountryName } from '../components/country-name';
import { useDescribeLock } from '../components/locks';
import { RoleBadges, StatusBadge } from '../components/badges';
import { DateTime } from '../components/date-time';
import { languages } from '../texts/i18n';
import classes from './user-page.module.css';

interface UserField {
  readonly name: string;
  /** Returns the value that is compared with the one before. */
  readonly valueOf: (user: UserDetail) => unknown;
  readonly render: (user: UserDetail) => ReactNode;
}

interface Props {
  readonly user: UserDetail;
  /** The user one change earlier: fields that differ are marked and show their former values. */
  readonly before: UserDetail | undefined;
  /** The user now, if the page shows an earlier moment: fields that differ show how they are now. */
  readonly now: UserDetail | undefined;
  /** Opens the dialog of the roles, if the caller may change them. */
  readonly onRoles: (() => void) | undefined;
}

/** Shows a user's details. */
export function UserDetails({ user, before, now, onRoles }: Props) {
  const { t } = useTranslation();
  const fields = useUserFields(onRoles);
  return (
    <Table variant="vertical" withTableBorder aria-label={t('userPage.details')}>
      <Table.Tbody>
        {fields.map((field) => (
          <FieldRow key={field.name} {...{ field, user, before, now }} />
        ))}
      </Table.Tbody>
    </Table>
  );
}

function FieldRow({ field, user, before, now }: Omit<Props, 'onRoles'> & { field: UserField }) {
  const { t } = useTranslation();
  const differsFrom = (other: UserDetail | undefined): other is UserDetail =>
    other !== undefined && JSON.stringify(field.valueOf(other)) !== JSON.stringify(field.valueOf(user));
  const isNew = differsFrom(before);
  return (
    <Table.Tr>
      <Table.Th w="35%" maw="14rem">
        {field.name}
      </Table.Th>
      <Table.Td style={{ overflowWrap: 'anywhere' }} className={isNew ? (classes['changed'] ?? '') : ''}>
        {field.render(user)}
        {isNew && (
          <>
            {' '}
            <Badge size="sm" variant="outline" color="grape">
              {t('replay.changed')}
            </Badge>
            <Text component="div" size="sm">
              {t('replay.before')} {field.render(before)}
            </Text>
          </>
        )}
        {differsFrom(now) && (
          <Text component="div" size="sm" c="dimmed">
            {t('replay.nowIs')} {field.render(now)}
          </Text>
        )}
      </Table.Td>
    </Table.Tr>
  );
}

function useUserFields(onRoles: Props['onRoles']): UserField[] {
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
      render: ({ roles }) => (
        <Group component="span" display="inline-flex" gap="xs">
          <span>{roles.length ? <RoleBadges roles={roles} /> : none}</span>
          {onRoles && (
            <Anchor component="button" type="button" size="sm" onClick={onRoles}>
              {t('userPage.changeRoles')}
            </Anchor>
          )}
        </Group>
      ),
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
