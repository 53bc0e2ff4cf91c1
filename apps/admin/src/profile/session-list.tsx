import { useState } from 'react';
import { Button, Group, Stack, Text } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { queryOptions, useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { unwrapResponse, api } from '../api/client';
import { redirectToLogin } from '../api/me';
import { ConfirmDialog } from '../components/confirm-dialog';
import { LoadError } from '../components/problems';
import { notify } from '../components/notify';
import { useDateFormats } from '../components/date-time';
import { SessionLines, useBrowserName, type Session } from '../components/session-lines';

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
      {sessions.data && <SessionLines sessions={sessions.data.items} onEnd={setEnding} />}
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

function EndSessionDialog({ session: { id, startedAt, agent }, onClose }: { session: Session; onClose: () => void }) {
  const { t } = useTranslation();
  const { time } = useDateFormats();
  const browserName = useBrowserName();
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
      text={browserName(agent)}
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
