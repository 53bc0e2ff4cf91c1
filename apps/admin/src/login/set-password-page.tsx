import { Alert, Button, Skeleton, Stack, Text } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { unwrapResponse, api } from '../api/client';
import { Problem } from '../api/problem';
import { AnchorLink } from '../components/links';
import { NewPasswordFields } from '../components/new-password-fields';
import { LoadError, ProblemAlert } from '../components/problems';
import { PasswordWeaknesses } from '../components/password-weaknesses';
import { LoginLayout } from './login-layout';
import { forgetPasswordLink, usePasswordLink } from './use-password-link';
import { useLogIn } from './use-log-in';

/** The page of the mailed link, which sets the password and logs in. */
export function SetPasswordPage() {
  const { t } = useTranslation();
  const link = usePasswordLink();
  return (
    <LoginLayout title={t('setPassword.title')}>
      {link ? (
        <CheckedLink key={link} link={link} />
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

/** Asks whose password the link sets before it shows the form, so that a link that does not work is told at once. */
function CheckedLink({ link }: { link: string }) {
  const { data, error, refetch } = useQuery({
    queryKey: ['password-link', link],
    gcTime: 0,
    staleTime: Infinity,
    queryFn: () => unwrapResponse(api.POST('/api/v1/password-resets/check', { body: { link } })),
  });
  if (data) return <SetPasswordForm link={link} email={data.email} />;
  if (!error) return <Skeleton h={220} />;
  return error instanceof Problem && error.code === 'link.not-valid' ? (
    <ProblemAlert error={error} />
  ) : (
    <LoadError error={error} onRetry={refetch} />
  );
}

function SetPasswordForm({ link, email }: { link: string; email: string }) {
  const { t } = useTranslation();
  const settingPassword = useLogIn(async (password: string) => {
    const me = await unwrapResponse(api.POST('/api/v1/password-resets/confirm', { body: { link, password } }));
    forgetPasswordLink();
    return me;
  });
  const form = useForm({
    mode: 'uncontrolled',
    initialValues: { password: '', again: '' },
    validate: { again: (again, { password }) => (again === password ? null : t('setPassword.differ')) },
  });
  return (
    <form onSubmit={form.onSubmit(({ password }) => settingPassword.mutate(password))}>
      <Stack>
        <Text size="sm" style={{ overflowWrap: 'anywhere' }}>
          {t('setPassword.for', { email })}
        </Text>
        {/* Tells password managers which login the password belongs to. */}
        <input type="email" autoComplete="username" value={email} readOnly hidden />
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
