import type { ReactNode } from 'react';
import { Group, Paper, SimpleGrid, Stack, Text, Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { accountQuery } from '../api/accounts';
import { useMe } from '../api/me';
import { FactsTable } from '../parts/facts-table';
import { AnchorLink } from '../parts/links';
import { Page } from '../parts/page';
import { Roles } from '../parts/status';
import { languages } from '../texts/i18n';
import { ChangePassword } from './change-password';
import { Preferences } from './preferences';
import { Sessions } from './sessions';

/** Whoever is logged in: who they are, how they like this page, their password, where else they are logged in. */
export function ProfilePage() {
  const { t } = useTranslation();
  const { profile } = useMe();
  return (
    <Page title={t('page.profile')}>
      <SimpleGrid cols={{ base: 1, lg: 2 }} spacing="lg" pb="xl">
        <Stack>
          <Section id="you" title={t('profile.you')}>
            <You />
          </Section>
          <Section id="preferences" title={t('profile.preferences')}>
            <Preferences />
          </Section>
        </Stack>
        <Stack>
          {profile && (
            <Section id="password" title={t('profile.password')}>
              <ChangePassword email={profile.email} />
            </Section>
          )}
          <Section id="sessions" title={t('profile.sessions')}>
            <Sessions />
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

function You() {
  const { t } = useTranslation();
  const { actor, account, profile, roles, permissions } = useMe();
  const maySee = permissions.includes('users:read');
  const { data } = useQuery({ ...accountQuery(account ?? ''), enabled: account !== null && maySee });
  if (!profile) return <Text size="sm">{t(`kind.${actor.kind}`)}</Text>;
  const facts: [string, ReactNode][] = [
    [t('user.name'), `${profile.firstName} ${profile.lastName}`],
    [t('user.email'), profile.email],
    [t('user.roles'), roles.length ? <Roles key="roles" roles={roles} /> : t('profile.noRoles')],
    ...(data ? [[t('page.account'), data.name] as [string, ReactNode]] : []),
    [
      t('user.language'),
      profile.language ? (languages[profile.language as keyof typeof languages] ?? profile.language) : t('common.none'),
    ],
  ];
  return (
    <Stack gap="sm">
      <FactsTable facts={facts} />
      {account && maySee && (
        <Group>
          <AnchorLink
            to="/accounts/$accountId/users/$userId"
            params={{ accountId: account, userId: actor.id }}
            size="sm"
          >
            {t('profile.yourPage')}
          </AnchorLink>
        </Group>
      )}
    </Stack>
  );
}
