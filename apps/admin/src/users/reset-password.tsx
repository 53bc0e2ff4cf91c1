import { Button, Group, Modal, Stack, Text } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { answered, api } from '../api/client';
import type { User } from '../api/users';
import { ProblemAlert } from '../parts/problems';
import { tell } from '../parts/tell';
import { useDates } from '../parts/when';

/** Sends the user a link to set a new password. */
export function ResetPassword({
  accountId,
  user: { userId, firstName, lastName },
  onClose,
}: {
  accountId: string;
  user: User;
  onClose: () => void;
}) {
  const { t } = useTranslation();
  const { time } = useDates();
  const sending = useMutation({
    mutationFn: () =>
      answered(
        api.POST('/api/v1/accounts/{accountId}/users/{userId}/reset-password', {
          params: { path: { accountId, userId } },
          body: {},
        }),
      ),
    onSuccess: ({ expiresAt }) => {
      tell(t('reset.sent', { date: time(expiresAt) }));
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
