import { Alert, Paper, SimpleGrid, Skeleton, Stack, Text, Title } from '@mantine/core';
import { getRouteApi } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { Problem } from '../api/problem';
import { More } from '../parts/more';
import { Page } from '../parts/page';
import { Unread } from '../parts/problems';
import { Actions } from './actions';
import { Facts } from './facts';
import { useMoment } from './use-moment';
import { Replay } from './replay';
import { UserTimeline } from './timeline';
import { useHistory } from './use-history';
import classes from './user.module.css';

const route = getRouteApi('/in/accounts/$accountId/users/$userId');

/** Who a user is, what may be done to them, and what happened to them, which can be replayed. */
export function UserPage() {
  const { t } = useTranslation();
  const { accountId, userId } = route.useParams();
  const { at, now, shown, before, error, again } = useMoment(accountId, userId, route.useSearch().at);
  const revision = typeof at === 'number' ? at : shown?.revision;
  const { list, items, replayable, first } = useHistory(accountId, userId, revision);
  const made = at === undefined ? undefined : replayable.find((item) => item.revision === revision);
  const wasNotHere = at !== undefined && error instanceof Problem && error.status === 404 && now;
  return (
    <Page title={now ? `${now.firstName} ${now.lastName}` : t('user.title')}>
      {now && <Actions accountId={accountId} user={now} />}
      {error && !wasNotHere && <Unread error={error} again={again} />}
      <SimpleGrid cols={{ base: 1, lg: 2 }} spacing="lg" pb="xl">
        <Stack className={classes['who'] ?? ''}>
          {now && now.revision > first && (
            <Replay at={at} first={first} last={now.revision} revision={revision ?? now.revision} made={made} />
          )}
          {wasNotHere && <Alert variant="light">{t('replay.notHere')}</Alert>}
          {shown ? <Facts user={shown} before={before} /> : !error && <Skeleton h={320} />}
        </Stack>
        <Paper withBorder p="md" component="section" aria-labelledby="history" style={{ overflowWrap: 'anywhere' }}>
          <Title order={2} size="h4" id="history" mb="md">
            {t('history.title')}
          </Title>
          {list.error && <Unread error={list.error} again={list.refetch} />}
          {list.isSuccess && items.length === 0 && <Text c="dimmed">{t('history.empty')}</Text>}
          <UserTimeline accountId={accountId} userId={userId} items={items} shown={made} />
          <More list={list} />
        </Paper>
      </SimpleGrid>
    </Page>
  );
}
