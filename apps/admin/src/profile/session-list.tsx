import { useState } from 'react';
import { Badge, Button, Group, List, Stack, Text } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { queryOptions, useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { unwrapResponse, api, type Schemas } from '../api/client';
import { redirectToLogin } from '../api/me';
import { ConfirmDialog } from '../components/confirm-dialog';
import { LoadError } from '../components/problems';
import { notify } from '../components/notify';
import { DateTime, useDateFormats } from '../components/date-time';
import { toBrowserName } from './browser-name';

type Session = Schemas['SessionItem'];

export const sessionsKey = ['sessions'] as const;
const sessionsQuery = queryOptions({
  queryKey: sessionsKey,
  queryFn: () => unwrapResponse(api.GET('/api/v1/me/sessions')),
  staleTime: 0,
});

/** Lists the caller's sessions, each with a button that ends it. */
export function SessionList() {
  const { t } = useTranslation();
  const sessions = useQuery(sessionsQuery);
  const [ending, setEnding] = useState<Session>();
  const [endingAll, all] = useDisclosure();
  return (
    <Stack>
      <Text size="sm">{t('profile.sessionsWhat')}</Text>
      {sessions.error && <LoadError error={sessions.error} onRetry={sessions.refetch} />}
      <List listStyleType="none" spacing="sm" styles={{ itemWrapper: { width: '100%' }, itemLabel: { width: '100%' } }}>
        {sessions.data?.items.map((session) => (
          <List.Item key={session.id}>
            <SessionLine session={session} onEnd={() => setEnding(session)} />
          </List.Item>
        ))}
      </List>
      <Group>
        <Button variant="default" onClick={all.open}>
          {t('profile.endAll')}
        </Button>
      </Group>
      {ending && <EndSessionDialog session={ending} onClose={() => setEnding(undefined)} />}
      {endingAll && <EndAllSessionsDialog onClose={all.close} />}
    </Stack>
  );
}

function SessionLine({
  session: { agent, current, startedAt, lastUsedAt },
  onEnd,
}: {
  session: Session;
  onEnd: () => void;
}) {
  const { t } = useTranslation();
  const { time } = useDateFormats();
  return (
    <Group justify="space-between" wrap="nowrap">
      <div>
        <Text size="sm" fw={600} title={agent}>
          {toBrowserName(agent) || t('profile.unknownBrowser')}{' '}
          {current && <Badge size="sm">{t('profile.thisSession')}</Badge>}
        </Text>
        <Text size="sm" c="dimmed">
          {t('profile.started')}: <DateTime at={startedAt} />
          <br />
          {t('profile.used')}: <DateTime at={lastUsedAt} />
        </Text>
      </div>
      {!current && (
        <Button
          size="xs"
          variant="default"
          flex="none"
          aria-label={t('profile.endOf', { date: time(startedAt) })}
          onClick={onEnd}
        >
          {t('profile.end')}
        </Button>
      )}
    </Group>
  );
}

function EndSessionDialog({ session: { id, startedAt, agent }, onClose }: { session: Session; onClose: () => void }) {
  const { t } = useTranslation();
  const { time } = useDateFormats();
  const queryClient = useQueryClient();
  const ending = useMutation({
    mutationFn: () =>
      unwrapResponse(api.DELETE('/api/v1/me/sessions/{sessionId}', { params: { path: { sessionId: id } } })),
    onSuccess: () => {
      notify(t('profile.ended'));
      onClose();
    },
    onSettled: () => queryClient.invalidateQueries({ queryKey: sessionsKey }),
  });
  return (
    <ConfirmDialog
      title={t('profile.endOf', { date: time(startedAt) })}
      text={toBrowserName(agent) || t('profile.unknownBrowser')}
      submitLabel={t('profile.end')}
      mutation={ending}
      onClose={onClose}
    />
  );
}

function EndAllSessionsDialog({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation();
  const ending = useMutation({
    mutationFn: () => unwrapResponse(api.DELETE('/api/v1/me/sessions')),
    onSuccess: redirectToLogin,
  });
  return (
    <ConfirmDialog
      title={t('profile.endAll')}
      text={t('profile.endAllWhat')}
      submitLabel={t('profile.endAll')}
      mutation={ending}
      onClose={onClose}
    />
  );
}
