import { Button, Group, Modal, Stack, Text } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { unwrapResponse, api, type Schemas } from '../api/client';
import { meKey, useMe } from '../api/me';
import { PasswordField } from '../components/password-field';
import { ProblemAlert } from '../components/problems';

/** Above any open dialog, which stays open, but below the warning that the session ends. */
const zIndex = 300;

/** The dialog that asks again for the password, or an operator for the access token. */
export function ReauthenticateDialog({ onClose }: { onClose: (isDone: boolean) => void }) {
  const { t } = useTranslation();
  const { profile } = useMe();
  const queryClient = useQueryClient();
  const reauthenticating = useMutation({
    gcTime: 0,
    mutationFn: (body: Schemas['Reauthenticate']) => unwrapResponse(api.POST('/api/v1/me/reauthenticate', { body })),
    onSuccess: (me) => {
      queryClient.setQueryData(meKey, me);
      onClose(true);
    },
  });
  return (
    <Modal
      opened
      onClose={() => onClose(false)}
      withCloseButton={false}
      closeOnEscape={false}
      closeOnClickOutside={false}
      zIndex={zIndex}
      title={t('session.confirmTitle')}
    >
      <form
        onSubmit={(event) => {
          event.preventDefault();
          // React passes the event on to the form of the dialog below.
          event.stopPropagation();
          reauthenticating.mutate(Object.fromEntries(new FormData(event.currentTarget)));
        }}
      >
        <Stack>
          <Text size="sm">{t(profile ? 'session.confirmPassword' : 'session.confirmToken')}</Text>
          {profile && <input type="email" autoComplete="username" value={profile.email} readOnly hidden />}
          <PasswordField
            name={profile ? 'password' : 'token'}
            label={t(profile ? 'login.password' : 'login.token')}
            autoComplete={profile ? 'current-password' : 'off'}
            required
            data-autofocus
          />
          <ProblemAlert error={reauthenticating.error} />
          <Group justify="flex-end">
            <Button variant="default" onClick={() => onClose(false)}>
              {t('common.cancel')}
            </Button>
            <Button type="submit" loading={reauthenticating.isPending}>
              {t('common.confirm')}
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
