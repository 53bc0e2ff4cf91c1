import { useState } from 'react';
import { Badge, Button, Group, List, Stack, Text } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { queryOptions, useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { answered, api, type Schemas } from '../api/client';
import { forgetMe } from '../api/me';
import { Confirm } from '../parts/confirm';
import { Unread } from '../parts/problems';
import { tell } from '../parts/tell';
import { When, useDates } from '../parts/when';
import { browserName } from './browser';

type Session = Schemas['SessionItem'];

export const sessionsKey = ['sessions'] as const;
const sessionsQuery = queryOptions({
  queryKey: sessionsKey,
  queryFn: () => answered(api.GET('/api/v1/me/sessions')),
  staleTime: 0,
});

/** Where one is logged in, each to be ended. */
export function Sessions() {
  const { t } = useTranslation();
  const sessions = useQuery(sessionsQuery);
  const [ending, setEnding] = useState<Session>();
  const [endingAll, all] = useDisclosure();
  return (
    <Stack>
      <Text size="sm">{t('profile.sessionsWhat')}</Text>
      {sessions.error && <Unread error={sessions.error} again={sessions.refetch} />}
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
      {ending && <End session={ending} onClose={() => setEnding(undefined)} />}
      {endingAll && <EndAll onClose={all.close} />}
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
  const { time } = useDates();
  return (
    <Group justify="space-between" wrap="nowrap">
      <div>
        <Text size="sm" fw={600} title={agent}>
          {browserName(agent) || t('profile.unknownBrowser')}{' '}
          {current && <Badge size="sm">{t('profile.thisSession')}</Badge>}
        </Text>
        <Text size="sm" c="dimmed">
          {t('profile.started')}: <When at={startedAt} />
          <br />
          {t('profile.used')}: <When at={lastUsedAt} />
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

function End({ session: { id, startedAt, agent }, onClose }: { session: Session; onClose: () => void }) {
  const { t } = useTranslation();
  const { time } = useDates();
  const queryClient = useQueryClient();
  const ending = useMutation({
    mutationFn: () => answered(api.DELETE('/api/v1/me/sessions/{sessionId}', { params: { path: { sessionId: id } } })),
    onSuccess: () => {
      tell(t('profile.ended'));
      onClose();
    },
    onSettled: () => queryClient.invalidateQueries({ queryKey: sessionsKey }),
  });
  return (
    <Confirm
      title={t('profile.endOf', { date: time(startedAt) })}
      what={browserName(agent) || t('profile.unknownBrowser')}
      submit={t('profile.end')}
      doing={ending}
      onClose={onClose}
    />
  );
}

function EndAll({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation();
  const ending = useMutation({
    mutationFn: () => answered(api.DELETE('/api/v1/me/sessions')),
    onSuccess: forgetMe,
  });
  return (
    <Confirm
      title={t('profile.endAll')}
      what={t('profile.endAllWhat')}
      submit={t('profile.endAll')}
      doing={ending}
      onClose={onClose}
    />
  );
}
