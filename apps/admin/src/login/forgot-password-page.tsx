import { Alert, Button, Stack, Text, TextInput } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { unwrapResponse, api, type Schemas } from '../api/client';
import { AnchorLink } from '../components/links';
import { ProblemAlert } from '../components/problems';
import { LoginLayout } from './login-layout';

/** The page that requests a link by mail. The response never tells whether the address is known. */
export function ForgotPasswordPage() {
  const { t } = useTranslation();
  const asking = useMutation({
    mutationFn: (body: Schemas['RequestPasswordLink']) => unwrapResponse(api.POST('/api/v1/password-resets', { body })),
  });
  return (
    <LoginLayout title={t('forgot.title')}>
      {asking.isSuccess ? (
        <Alert variant="light" role="status">
          {t('forgot.sent')}
        </Alert>
      ) : (
        <form
          onSubmit={(event) => {
            event.preventDefault();
            asking.mutate(Object.fromEntries(new FormData(event.currentTarget)) as Schemas['RequestPasswordLink']);
          }}
        >
          <Stack>
            <Text size="sm">{t('forgot.what')}</Text>
            <TextInput name="email" type="email" label={t('login.email')} autoComplete="username" required autoFocus />
            <ProblemAlert error={asking.error} />
            <Button type="submit" loading={asking.isPending}>
              {t('forgot.submit')}
            </Button>
          </Stack>
        </form>
      )}
      <AnchorLink to="/login" size="sm">
        {t('login.backToLogin')}
      </AnchorLink>
    </LoginLayout>
  );
}
