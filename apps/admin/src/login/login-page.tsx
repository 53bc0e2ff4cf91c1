import { useState } from 'react';
import { Alert, Anchor, Button, Stack, TextInput } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { unwrapResponse, api, type Schemas } from '../api/client';
import { Problem } from '../api/problem';
import { AnchorLink } from '../components/links';
import { PasswordField } from '../components/password-field';
import { ProblemAlert } from '../components/problems';
import { LoginLayout } from './login-layout';
import { SessionEndNotice } from './session-end-notice';
import { useLogIn } from './use-log-in';

const route = getRouteApi('/login');

/** The login page: with a password, or for operators with an access token. */
export function LoginPage() {
  const { t } = useTranslation();
  const { to } = route.useSearch();
  const { data: installation } = useQuery({
    queryKey: ['installation'],
    queryFn: () => unwrapResponse(api.GET('/api/v1/installation')),
  });
  const [chosenMethod, setChosenMethod] = useState<'password' | 'token'>();
  const method = chosenMethod ?? (installation?.empty ? 'token' : 'password');
  const loggingIn = useLogIn((body: Schemas['LogIn']) => unwrapResponse(api.POST('/api/v1/login', { body })), to);
  return (
    <LoginLayout title={t('login.title')}>
      <SessionEndNotice />
      {installation?.empty && <Alert variant="light">{t('login.empty')}</Alert>}
      <form
        key={method}
        onSubmit={(event) => {
          event.preventDefault();
          loggingIn.mutate(Object.fromEntries(new FormData(event.currentTarget)));
        }}
      >
        <Stack>
          {method === 'password' ? (
            <>
              <TextInput
                name="email"
                type="email"
                label={t('login.email')}
                autoComplete="username"
                required
                autoFocus
              />
              <PasswordField name="password" label={t('login.password')} autoComplete="current-password" required />
            </>
          ) : (
            <PasswordField
              name="token"
              label={t('login.token')}
              description={t('login.tokenHint')}
              autoComplete="off"
              required
              autoFocus
            />
          )}
          <ProblemAlert
            error={loggingIn.error}
            text={
              method === 'token' &&
              loggingIn.error instanceof Problem &&
              loggingIn.error.code === 'login.failed' &&
              t('login.tokenFailed')
            }
          />
          <Button type="submit" loading={loggingIn.isPending}>
            {t('login.submit')}
          </Button>
        </Stack>
      </form>
      <AnchorLink to="/forgot-password" size="sm">
        {t('login.forgot')}
      </AnchorLink>
      <Anchor
        component="button"
        type="button"
        size="sm"
        ta="left"
        onClick={() => {
          loggingIn.reset();
          setChosenMethod(method === 'token' ? 'password' : 'token');
        }}
      >
        {method === 'token' ? t('login.asUser') : t('login.asOperator')}
      </Anchor>
    </LoginLayout>
  );
}
