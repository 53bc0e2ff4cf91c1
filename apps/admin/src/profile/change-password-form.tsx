import { Button, Stack } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { unwrapResponse, api, type Schemas } from '../api/client';
import { meKey } from '../api/me';
import { NewPasswordFields } from '../components/new-password-fields';
import { PasswordField } from '../components/password-field';
import { ProblemAlert } from '../components/problems';
import { notify } from '../components/notify';
import { PasswordWeaknesses } from '../components/password-weaknesses';
import { sessionsKey } from './session-list';

/** Shows the form that changes the caller's own password, which ends all other sessions. */
export function ChangePasswordForm({ email }: { email: string }) {
  const { t } = useTranslation();
  const queryClient = useQueryClient();
  const form = useForm({
    mode: 'uncontrolled',
    initialValues: { currentPassword: '', password: '', again: '' },
    validate: { again: (again, { password }) => (again === password ? null : t('setPassword.differ')) },
  });
  const changing = useMutation({
    gcTime: 0,
    mutationFn: (body: Schemas['ChangePassword']) => unwrapResponse(api.PUT('/api/v1/me/password', { body })),
    onSuccess: async (me) => {
      notify(t('profile.changed'));
      form.reset();
      queryClient.setQueryData(meKey, me);
      await queryClient.invalidateQueries({ queryKey: sessionsKey });
    },
  });
  return (
    <form onSubmit={form.onSubmit(({ currentPassword, password }) => changing.mutate({ currentPassword, password }))}>
      <Stack>
        {/* Tells password managers which login the password belongs to. */}
        <input type="email" autoComplete="username" value={email} readOnly hidden />
        <PasswordField
          label={t('profile.current')}
          autoComplete="current-password"
          required
          key={form.key('currentPassword')}
          {...form.getInputProps('currentPassword')}
        />
        <NewPasswordFields form={form} />
        <ProblemAlert error={changing.error}>
          <PasswordWeaknesses error={changing.error} />
        </ProblemAlert>
        <Button type="submit" loading={changing.isPending}>
          {t('profile.submit')}
        </Button>
      </Stack>
    </form>
  );
}
