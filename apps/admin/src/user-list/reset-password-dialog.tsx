import { Button, Group, Modal, Stack, Text } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { unwrapResponse, api } from '../api/client';
import type { User } from '../api/users';
import { ProblemAlert } from '../components/problems';
import { notify } from '../components/notify';
import { useDateFormats } from '../components/date-time';

/** The dialog that sends the user a link to set a new password. */
export function ResetPasswordDialog({
  accountId,
  user: { userId, firstName, lastName },
  onClose,
}: {
  accountId: string;
  user: User;
  onClose: () => void;
}) {
  const { t } = useTranslation();
  const { time } = useDateFormats();
  const sending = useMutation({
    mutationFn: () =>
      unwrapResponse(
        api.POST('/api/v1/accounts/{accountId}/users/{userId}/reset-password', {
          params: { path: { accountId, userId } },
          body: {},
        }),
      ),
    onSuccess: ({ expiresAt }) => {
      if (expiresAt) notify(t('reset.sent', { date: time(expiresAt) }));
      onClose();
    },
  });
  return (
    <Modal
      opened
      onClose={onClose}
      title={t('reset.title', { name: `${firstName} ${lastName}` })}
      closeButtonProps={{ 'aria-label': t('common.close') }}
    >
      <Stack>
        <Text size="sm">{t('reset.what')}</Text>
        <ProblemAlert error={sending.error} />
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose}>
            {t('common.cancel')}
          </Button>
          <Button onClick={() => sending.mutate()} loading={sending.isPending}>
            {t('reset.submit')}
          </Button>
        </Group>
      </Stack>
    </Modal>
  );
}
