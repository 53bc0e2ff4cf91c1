import { Badge, Group, Paper, SimpleGrid, Skeleton, Stack, Title } from '@mantine/core';
import { getRouteApi } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { useDateFormats } from '../components/date-time';
import { Page } from '../components/page';
import { LoadError } from '../components/problems';
import { LogWarning } from './log-warning';
import { ReplayPanel } from './replay-panel';
import { useUserActions } from './use-user-actions';
import { UserActions } from './user-actions';
import { UserBanner } from './user-banner';
import { UserDetails } from './user-details';
import { UserHeadline } from './user-headline';
import { useUserAtMoment } from './use-user-at-moment';
import { UserSessions } from './user-sessions';
import { UserHistory } from './user-history';
import { useUserChanges } from './use-user-history';
import classes from './user-page.module.css';

const route = getRouteApi('/in/accounts/$accountId/users/$userId');

/** The page of one user: their state now with the actions, the moment that the page shows, the details at that moment, and the history. */
export function UserPage() {
  const { t } = useTranslation();
  const { time } = useDateFormats();
  const { accountId, userId } = route.useParams();
  const changes = useUserChanges(accountId, userId);
  const { steps, isSettled } = changes;
  const moment = useUserAtMoment(accountId, userId, { at: route.useSearch().at, steps, isSettled });
  const { now, shown, error } = moment;
  const actions = useUserActions(accountId, userId, now);
  const isReplay = moment.at !== undefined;
  const lastStep = steps[moment.step];
  const shownTime = typeof moment.at === 'string' ? moment.at : lastStep?.at;
  return (
    <Page
      title={now ? `${now.firstName} ${now.lastName}` : t('user.title')}
      aside={now && <UserActions accountId={accountId} user={now} actions={actions} />}
    >
      {/* Alerts shrink where a page is as high as the window; this column scrolls. */}
      <Stack gap="md" pb="xl" flex="none">
        {now && <UserHeadline accountId={accountId} user={now} />}
        {now && <LogWarning warnings={now.warnings} />}
        {now && <UserBanner user={now} changes={changes.items} actions={actions} />}
        {error && <LoadError error={error} onRetry={moment.refetch} />}
        {now && <ReplayPanel steps={steps} moment={moment} />}
        <SimpleGrid cols={{ base: 1, lg: 2 }} spacing="md">
          <Stack gap="md" className={classes['details'] ?? ''}>
            {!moment.isTooEarly && !error && (
              <Paper withBorder p="md" component="section" aria-labelledby="details">
                <Group gap="xs" mb="sm">
                  <Title order={2} size="h4" id="details">
                    {t('userPage.details')}
                  </Title>
                  {isReplay && shownTime && (
                    <Badge color="grape" variant="light" tt="none">
                      {t('replay.at', { date: time(shownTime) })}
                    </Badge>
                  )}
                </Group>
                {shown ? (
                  <UserDetails
                    user={shown}
                    before={moment.before}
                    now={isReplay ? now : undefined}
                    onRoles={
                      !isReplay && actions.find('GrantRole')?.allowed ? () => actions.start('GrantRole') : undefined
                    }
                  />
                ) : (
                  <Skeleton h={320} />
                )}
              </Paper>
            )}
          </Stack>
          <UserHistory accountId={accountId} userId={userId} changes={changes} shown={lastStep} isReplay={isReplay} />
        </SimpleGrid>
        {now && <UserSessions accountId={accountId} user={now} />}
      </Stack>
    </Page>
  );
}
