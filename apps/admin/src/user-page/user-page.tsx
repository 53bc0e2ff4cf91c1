import { Alert, Paper, SimpleGrid, Skeleton, Stack, Text, Title } from '@mantine/core';
import { getRouteApi } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { Problem } from '../api/problem';
import { LoadMore } from '../components/load-more';
import { Page } from '../components/page';
import { LoadError } from '../components/problems';
import { UserActions } from './user-actions';
import { UserDetails } from './user-details';
import { UserSessions } from './user-sessions';
import { useUserAtMoment } from './use-user-at-moment';
import { ReplayControls } from './replay-controls';
import { UserHistory } from './user-history';
import { useUserHistory } from './use-user-history';
import classes from './user-page.module.css';

const route = getRouteApi('/in/accounts/$accountId/users/$userId');

/** The page of one user: actions, details now or at an earlier moment, and history. */
export function UserPage() {
  const { t } = useTranslation();
  const { accountId, userId } = route.useParams();
  const { at, now, shown, before, error, refetch } = useUserAtMoment(accountId, userId, route.useSearch().at);
  const revision = typeof at === 'number' ? at : shown?.revision;
  const { list, items, replayable, first } = useUserHistory(accountId, userId, revision);
  const made = at === undefined ? undefined : replayable.find((item) => item.revision === revision);
  const wasNotHere = at !== undefined && error instanceof Problem && error.status === 404 && now;
  return (
    <Page title={now ? `${now.firstName} ${now.lastName}` : t('user.title')}>
      {now && <UserActions accountId={accountId} user={now} />}
      {error && !wasNotHere && <LoadError error={error} onRetry={refetch} />}
      <SimpleGrid cols={{ base: 1, lg: 2 }} spacing="lg" pb="xl">
        <Stack className={classes['who'] ?? ''}>
          {now && now.revision > first && (
            <ReplayControls
              at={at}
              first={first}
              last={now.revision}
              revision={revision ?? now.revision}
              lastChange={made}
            />
          )}
          {wasNotHere && <Alert variant="light">{t('replay.notHere')}</Alert>}
          {shown ? <UserDetails user={shown} before={before} /> : !error && <Skeleton h={320} />}
          {now && <UserSessions accountId={accountId} user={now} />}
        </Stack>
        <Paper withBorder p="md" component="section" aria-labelledby="history" style={{ overflowWrap: 'anywhere' }}>
          <Title order={2} size="h4" id="history" mb="md">
            {t('history.title')}
          </Title>
          {list.error && <LoadError error={list.error} onRetry={list.refetch} />}
          {list.isSuccess && items.length === 0 && <Text c="dimmed">{t('history.empty')}</Text>}
          <UserHistory accountId={accountId} userId={userId} items={items} shown={made} />
          <LoadMore list={list} />
        </Paper>
      </SimpleGrid>
    </Page>
  );
}
