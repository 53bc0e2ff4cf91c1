import { useState } from 'react';
import { Button, Group, Modal, Stack, Text } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { unwrapResponse, api } from '../api/client';
import { redirectToLogin } from '../api/me';
import { getSessionEnd } from '../api/session-end';
import { ProblemAlert } from '../components/problems';
import { useDateFormats } from '../components/date-time';

/** Above any open dialog, which stays open. */
const zIndex = 400;

/** The dialog that warns before the session ends and lets the user prolong it. If it has reached its maximum, the dialog only says so. */
export function SessionEndWarning({ at, onSeen }: { at: number; onSeen: () => void }) {
  const { t } = useTranslation();
  const { hour } = useDateFormats();
  const [isFinal, setFinal] = useState(false);
  // The click on the button makes this a user's request, not a background one.
  const staying = useMutation({
    mutationFn: () => unwrapResponse(api.GET('/api/v1/me')),
    onSuccess: () => setFinal(getSessionEnd()?.isWarningDue ?? false),
  });
  const loggingOut = useMutation({
    mutationFn: () => unwrapResponse(api.POST('/api/v1/logout')),
    onSuccess: redirectToLogin,
  });
  return (
    <Modal
      opened
      onClose={() => undefined}
      withCloseButton={false}
      closeOnEscape={false}
      closeOnClickOutside={false}
      zIndex={zIndex}
      title={t('session.endsTitle')}
    >
      <Stack>
        <Text size="sm">
          {t(isFinal ? 'session.endsForGood' : 'session.endsIdle', { time: hour(new Date(at).toISOString()) })}
        </Text>
        <ProblemAlert error={staying.error ?? loggingOut.error} />
        <Group justify="flex-end">
          <Button variant="default" loading={loggingOut.isPending} onClick={() => loggingOut.mutate()}>
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
