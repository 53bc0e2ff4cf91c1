import type { ReactNode } from 'react';
import { Group, Paper, SimpleGrid, Stack, Text, Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { accountQuery } from '../api/accounts';
import { useMe } from '../api/me';
import { DetailsTable } from '../components/details-table';
import { AnchorLink } from '../components/links';
import { Page } from '../components/page';
import { RoleBadges } from '../components/badges';
import { languages } from '../texts/i18n';
import { ChangePasswordForm } from './change-password-form';
import { BrowserPreferences } from './browser-preferences';
import { SessionList } from './session-list';

/** The page of the caller: details, preferences, password and sessions. */
export function ProfilePage() {
  const { t } = useTranslation();
  const { profile } = useMe();
  return (
    <Page title={t('page.profile')}>
      <SimpleGrid cols={{ base: 1, lg: 2 }} spacing="lg" pb="xl">
        <Stack>
          <Section id="you" title={t('profile.you')}>
            <MyDetails />
          </Section>
          <Section id="preferences" title={t('profile.preferences')}>
            <BrowserPreferences />
          </Section>
        </Stack>
        <Stack>
          {profile && (
            <Section id="password" title={t('profile.password')}>
              <ChangePasswordForm email={profile.email} />
            </Section>
          )}
          <Section id="sessions" title={t('profile.sessions')}>
            <SessionList />
          </Section>
        </Stack>
      </SimpleGrid>
    </Page>
  );
}

function Section({ id, title, children }: { id: string; title: string; children: ReactNode }) {
  return (
    <Paper withBorder p="md" component="section" aria-labelledby={id}>
      <Title order={2} size="h4" id={id} mb="md">
        {title}
      </Title>
      {children}
    </Paper>
  );
}

function MyDetails() {
  const { t } = useTranslation();
  const { actor, accountId, profile, roles, permissions } = useMe();
  const maySee = permissions.includes('users:read');
  const { data } = useQuery({ ...accountQuery(accountId ?? ''), enabled: accountId !== null && maySee });
  if (!profile) return <Text size="sm">{t(`kind.${actor.kind}`)}</Text>;
  const facts: [string, ReactNode][] = [
    [t('user.name'), `${profile.firstName} ${profile.lastName}`],
    [t('user.email'), profile.email],
    [t('user.roles'), roles.length ? <RoleBadges key="roles" roles={roles} /> : t('profile.noRoles')],
    ...(data ? [[t('page.account'), data.name] as [string, ReactNode]] : []),
    [
      t('user.language'),
      profile.language ? (languages[profile.language as keyof typeof languages] ?? profile.language) : t('common.none'),
    ],
  ];
  return (
    <Stack gap="sm">
      <DetailsTable facts={facts} />
      {accountId && maySee && (
        <Group>
          <AnchorLink to="/accounts/$accountId/users/$userId" params={{ accountId, userId: actor.id }} size="sm">
            {t('profile.yourPage')}
          </AnchorLink>
        </Group>
      )}
    </Stack>
  );
}
