import { useState } from 'react';
import { Button, Group, Modal, Stack, Text } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { answered, api } from '../api/client';
import { forgetMe } from '../api/me';
import { lastSessionEnd } from '../api/session-end';
import { ProblemAlert } from '../parts/problems';
import { useDates } from '../parts/when';

/** Above whatever dialog is open, which stays as it is. */
const above = 400;

/** The session is about to end: whoever is there says so, and goes on where they were. Where it ends for good, they are told. */
export function EndWarning({ at, onSeen }: { at: number; onSeen: () => void }) {
  const { t } = useTranslation();
  const { hour } = useDates();
  const [isFinal, setFinal] = useState(false);
  // A press of the button is what makes this request one of a person.
  const staying = useMutation({
    mutationFn: () => answered(api.GET('/api/v1/me')),
    onSuccess: () => setFinal(lastSessionEnd()?.isNear ?? false),
  });
  const leaving = useMutation({ mutationFn: () => answered(api.POST('/api/v1/logout')), onSuccess: forgetMe });
  return (
    <Modal
      opened
      onClose={() => undefined}
      withCloseButton={false}
      closeOnEscape={false}
      closeOnClickOutside={false}
      zIndex={above}
      title={t('session.endsTitle')}
    >
      <Stack>
        <Text size="sm">
          {t(isFinal ? 'session.endsForGood' : 'session.endsIdle', { time: hour(new Date(at).toISOString()) })}
        </Text>
        <ProblemAlert error={staying.error ?? leaving.error} />
        <Group justify="flex-end">
          <Button variant="default" loading={leaving.isPending} onClick={() => leaving.mutate()}>
            {t('shell.logOut')}
          </Button>
          {isFinal ? (
            <Button data-autofocus onClick={onSeen}>
              {t('common.close')}
            </Button>
          ) : (
            <Button data-autofocus loading={staying.isPending} onClick={() => staying.mutate()}>
              {t('session.stay')}
            </Button>
          )}
        </Group>
      </Stack>
    </Modal>
  );
}
