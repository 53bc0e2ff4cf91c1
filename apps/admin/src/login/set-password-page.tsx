import { useEffect, useState } from 'react';
import { Alert, Button, Stack } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useTranslation } from 'react-i18next';
import { unwrapResponse, api } from '../api/client';
import { AnchorLink } from '../components/links';
import { NewPasswordFields } from '../components/new-password-fields';
import { ProblemAlert } from '../components/problems';
import { PasswordWeaknesses } from '../components/password-weaknesses';
import { LoginLayout } from './login-layout';
import { useLogIn } from './use-log-in';

/** The page of the mailed link, which sets the password and logs in. */
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

/** Returns the secret behind the `#`, and removes it from the address at once, so that it is in no history and no bookmark. */
function useSecretFromHash(): string {
  const [link, setLink] = useState(() => window.location.hash.slice(1));
  useEffect(() => {
    const take = (): void => {
      if (window.location.hash) setLink(window.location.hash.slice(1));
      window.history.replaceState(window.history.state, '', window.location.pathname);
    };
    take();
    // A newer link opened in the same tab changes only the hash.
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
        <NewPasswordFields form={form} autoFocus />
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
