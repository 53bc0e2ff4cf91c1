import { useState } from 'react';
import { Button, Group, Paper, Skeleton, Stack, Text, Title } from '@mantine/core';
import { queryOptions, useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { unwrapResponse, api } from '../api/client';
import { useMe } from '../api/me';
import { userKey, type User } from '../api/users';
import { lazyComponent } from '../components/lazy-component';
import { LoadError } from '../components/problems';
import { SessionLines, type Session } from '../components/session-lines';

const EndDialog = lazyComponent(async () => (await import('./end-user-sessions-dialog')).EndUserSessionsDialog);

const userSessionsQuery = (accountId: string, userId: string) =>
  queryOptions({
    queryKey: [...userKey(accountId, userId), 'sessions'],
    queryFn: () =>
      unwrapResponse(
        api.GET('/api/v1/accounts/{accountId}/users/{userId}/sessions', { params: { path: { accountId, userId } } }),
      ),
    staleTime: 0,
  });

interface Props {
  readonly accountId: string;
  readonly user: User;
}

/** Shows where a member is logged in, with buttons that end sessions. Shows nothing to callers who may not reset the member's password. */
export function UserSessions({ accountId, user }: Props) {
  const { actor, roles, permissions } = useMe();
  const outranks = actor.kind === 'user' && user.roles.includes('administrator') && !roles.includes('administrator');
  return (
    permissions.includes('users:reset-password') &&
    user.status === 'active' &&
    !outranks && <SessionsSection accountId={accountId} user={user} />
  );
}

function SessionsSection({ accountId, user: { userId, firstName, lastName } }: Props) {
  const { t } = useTranslation();
  const { data, error, refetch } = useQuery(userSessionsQuery(accountId, userId));
  const [ending, setEnding] = useState<Session | 'all'>();
  return (
    <Paper withBorder p="md" component="section" aria-labelledby="sessions">
      <Title order={2} size="h4" id="sessions" mb="md">
        {t('userSessions.title')}
      </Title>
      <Stack>
        {error && <LoadError error={error} onRetry={refetch} />}
        {!data && !error && <Skeleton h={48} />}
        {data && <Text size="sm">{t(data.items.length ? 'userSessions.what' : 'userSessions.none')}</Text>}
        {data && data.items.length > 0 && (
          <>
            <SessionLines sessions={data.items} onEnd={setEnding} />
            <Group>
              <Button variant="default" onClick={() => setEnding('all')}>
                {t('profile.endAll')}
              </Button>
            </Group>
          </>
        )}
      </Stack>
      {ending && (
        <EndDialog
          accountId={accountId}
          userId={userId}
          name={`${firstName} ${lastName}`}
          {...(ending !== 'all' && { session: ending })}
          onClose={() => setEnding(undefined)}
        />
      )}
    </Paper>
  );
}
