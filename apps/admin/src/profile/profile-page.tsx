import type { ReactNode } from 'react';
import { Paper, SimpleGrid, Stack, Text, Title } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { useMe } from '../api/me';
import { Page } from '../components/page';
import { ChangePasswordForm } from './change-password-form';
import { BrowserPreferences } from './browser-preferences';
import { OwnAccount } from './own-account';
import { OwnDetailsForm } from './own-details-form';
import { SessionList } from './session-list';

/** The page of the caller: details, preferences, password and sessions. */
export function ProfilePage() {
  const { t } = useTranslation();
  const { actor, profile } = useMe();
  return (
    <Page title={t('page.profile')}>
      <SimpleGrid cols={{ base: 1, lg: 2 }} spacing="lg" pb="xl">
        <Stack>
          <Section id="you" title={t(profile ? 'profile.account' : 'profile.you')}>
            {profile ? <OwnAccount email={profile.email} /> : <Text size="sm">{t(`kind.${actor.kind}`)}</Text>}
          </Section>
          {profile && (
            <Section id="details" title={t('profile.details')}>
              <OwnDetailsForm profile={profile} />
            </Section>
          )}
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
