import { useEffect, useState } from 'react';
import { Alert, Button, Stack } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useTranslation } from 'react-i18next';
import { unwrapResponse, api } from '../api/client';
import { AnchorLink } from '../components/links';
import { PasswordField } from '../components/password-field';
import { ProblemAlert } from '../components/problems';
import { PasswordWeaknesses } from '../components/password-weaknesses';
import { LoginLayout } from './login-layout';
import { useLogIn } from './use-log-in';

/** Sets the password by the mailed link, and logs in. */
export function SetPasswordPage() {
  const { t } = useTranslation();
  const link = useSecretFromHash();
  return (
    <LoginLayout title={t('setPassword.title')}>
      {link ? (
        <SetPasswordForm key={link} link={link} />
      ) : (
        <Alert color="red" variant="light">
          {t('setPassword.noLink')}
        </Alert>
      )}
      <AnchorLink to="/forgot-password" size="sm">
        {t('setPassword.askAgain')}
      </AnchorLink>
    </LoginLayout>
  );
}

/** The secret behind the `#`; it leaves the address at once, and so history, bookmarks and over-the-shoulder looks. */
function useSecretFromHash(): string {
  const [link, setLink] = useState(() => window.location.hash.slice(1));
  useEffect(() => {
    const take = (): void => {
      if (window.location.hash) setLink(window.location.hash.slice(1));
      window.history.replaceState(window.history.state, '', window.location.pathname);
    };
    take();
    // A newer link opened in the same tab changes the hash alone.
    window.addEventListener('hashchange', take);
    return () => window.removeEventListener('hashchange', take);
  }, []);
  return link;
}

function SetPasswordForm({ link }: { link: string }) {
  const { t } = useTranslation();
  const settingPassword = useLogIn((password: string) =>
    unwrapResponse(api.POST('/api/v1/password-resets/confirm', { body: { link, password } })),
  );
  const form = useForm({
    mode: 'uncontrolled',
    initialValues: { password: '', again: '' },
    validate: { again: (again, { password }) => (again === password ? null : t('setPassword.differ')) },
  });
  return (
    <form onSubmit={form.onSubmit(({ password }) => settingPassword.mutate(password))}>
      <Stack>
        <PasswordField
          label={t('setPassword.password')}
          description={t('setPassword.rules')}
          autoComplete="new-password"
          required
          autoFocus
          key={form.key('password')}
          {...form.getInputProps('password')}
        />
        <PasswordField
          label={t('setPassword.again')}
          autoComplete="new-password"
          required
          key={form.key('again')}
          {...form.getInputProps('again')}
        />
        <ProblemAlert error={settingPassword.error}>
          <PasswordWeaknesses error={settingPassword.error} />
        </ProblemAlert>
        <Button type="submit" loading={settingPassword.isPending}>
          {t('setPassword.submit')}
        </Button>
      </Stack>
    </form>
  );
}
