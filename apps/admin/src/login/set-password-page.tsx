import { useEffect, useState } from 'react';
import { Alert, Button, Stack } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useTranslation } from 'react-i18next';
import { answered, api } from '../api/client';
import { AnchorLink } from '../parts/links';
import { PasswordField } from '../parts/password-field';
import { ProblemAlert } from '../parts/problems';
import { Weaknesses } from '../parts/weaknesses';
import { Entrance } from './entrance';
import { useEnter } from './use-enter';

/** Sets the password by the mailed link, and logs in. */
export function SetPasswordPage() {
  const { t } = useTranslation();
  const link = useLink();
  return (
    <Entrance title={t('setPassword.title')}>
      {link ? (
        <Form key={link} link={link} />
      ) : (
        <Alert color="red" variant="light">
          {t('setPassword.noLink')}
        </Alert>
      )}
      <AnchorLink to="/forgot-password" size="sm">
        {t('setPassword.askAgain')}
      </AnchorLink>
    </Entrance>
  );
}

/** The secret behind the `#`; it leaves the address at once, and so history, bookmarks and over-the-shoulder looks. */
function useLink(): string {
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

function Form({ link }: { link: string }) {
  const { t } = useTranslation();
  const entering = useEnter((password: string) =>
    answered(api.POST('/api/v1/password-resets/confirm', { body: { link, password } })),
  );
  const form = useForm({
    mode: 'uncontrolled',
    initialValues: { password: '', again: '' },
    validate: { again: (again, { password }) => (again === password ? null : t('setPassword.differ')) },
  });
  return (
    <form onSubmit={form.onSubmit(({ password }) => entering.mutate(password))}>
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
        <ProblemAlert error={entering.error}>
          <Weaknesses error={entering.error} />
        </ProblemAlert>
        <Button type="submit" loading={entering.isPending}>
          {t('setPassword.submit')}
        </Button>
      </Stack>
    </form>
  );
}
