import { useState } from 'react';
import { Alert, Anchor, Button, Stack, TextInput } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { answered, api, type Schemas } from '../api/client';
import { Problem } from '../api/problem';
import { AnchorLink } from '../parts/links';
import { PasswordField } from '../parts/password-field';
import { ProblemAlert } from '../parts/problems';
import { Entrance } from './entrance';
import { useEnter } from './use-enter';

const route = getRouteApi('/login');

/** Log in with a password, or, as operators do, with an access token. */
export function LoginPage() {
  const { t } = useTranslation();
  const { to } = route.useSearch();
  const { data: installation } = useQuery({
    queryKey: ['installation'],
    queryFn: () => answered(api.GET('/api/v1/installation')),
  });
  const [chosen, setChosen] = useState<'password' | 'token'>();
  const way = chosen ?? (installation?.empty ? 'token' : 'password');
  const entering = useEnter((body: Schemas['LogIn']) => answered(api.POST('/api/v1/login', { body })), to);
  return (
    <Entrance title={t('login.title')}>
      {installation?.empty && <Alert variant="light">{t('login.empty')}</Alert>}
      <form
        key={way}
        onSubmit={(event) => {
          event.preventDefault();
          entering.mutate(Object.fromEntries(new FormData(event.currentTarget)));
        }}
      >
        <Stack>
          {way === 'password' ? (
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
            error={entering.error}
            says={
              way === 'token' &&
              entering.error instanceof Problem &&
              entering.error.code === 'login.failed' &&
              t('login.tokenFailed')
            }
          />
          <Button type="submit" loading={entering.isPending}>
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
          entering.reset();
          setChosen(way === 'token' ? 'password' : 'token');
        }}
      >
        {way === 'token' ? t('login.asUser') : t('login.asOperator')}
      </Anchor>
    </Entrance>
  );
}
