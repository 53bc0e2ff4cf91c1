import { Button, Fieldset, SimpleGrid, Stack, TagsInput, Text, TextInput } from '@mantine/core';
import { isEmail, isNotEmpty, useForm } from '@mantine/form';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { accountsQuery, refreshAccount } from '../api/accounts';
import { unwrapResponse, api, type Schemas } from '../api/client';
import { CountrySelect } from '../components/country-select';
import { LanguageSelect } from '../components/language-select';
import { Page } from '../components/page';
import { ProblemAlert, toFieldErrors } from '../components/problems';
import { notify } from '../components/notify';
import type { Language } from '../texts/i18n';

/** The page where operators open an account with its domains and its first administrator. */
export function NewAccountPage() {
  const { t } = useTranslation();
  const { data } = useQuery(accountsQuery);
  const form = useAccountForm();
  const opening = useOpenAccount();
  const submit = form.onSubmit((body) =>
    opening.mutate(body, { onError: (error) => form.setErrors(toFieldErrors(error)) }),
  );
  return (
    <Page title={data?.items.length ? t('firstAccount.title') : t('firstAccount.first')}>
      <form onSubmit={submit} noValidate>
        <Stack maw={560}>
          <Text size="sm">{t('firstAccount.what')}</Text>
          <TextInput
            label={t('firstAccount.name')}
            required
            maxLength={200}
            key={form.key('name')}
            {...form.getInputProps('name')}
          />
          <TagsInput
            label={t('firstAccount.domains')}
            description={t('firstAccount.domainsHint')}
            key={form.key('domains')}
            {...form.getInputProps('domains')}
          />
          <LanguageSelect
            description={t('firstAccount.languageHint')}
            key={form.key('language')}
            {...form.getInputProps('language')}
          />
          <Fieldset legend={t('firstAccount.administrator')}>
            <Stack>
              <TextInput
                label={t('user.email')}
                type="email"
                required
                key={form.key('administrator.email')}
                {...form.getInputProps('administrator.email')}
              />
              <SimpleGrid cols={{ base: 1, xs: 2 }}>
                <TextInput
                  label={t('user.firstName')}
                  required
                  maxLength={100}
                  key={form.key('administrator.firstName')}
                  {...form.getInputProps('administrator.firstName')}
                />
                <TextInput
                  label={t('user.lastName')}
                  required
                  maxLength={100}
                  key={form.key('administrator.lastName')}
                  {...form.getInputProps('administrator.lastName')}
                />
              </SimpleGrid>
              <CountrySelect
                label={t('user.country')}
                required
                key={form.key('administrator.country')}
                {...form.getInputProps('administrator.country')}
              />
            </Stack>
          </Fieldset>
          <ProblemAlert error={opening.error} />
          <Button type="submit" loading={opening.isPending}>
            {t('firstAccount.submit')}
          </Button>
        </Stack>
      </form>
    </Page>
  );
}

function useAccountForm() {
  const { t, i18n } = useTranslation();
  const required = isNotEmpty(t('common.required'));
  return useForm<Schemas['OpenAccount']>({
    mode: 'uncontrolled',
    initialValues: {
      name: '',
      domains: [],
      language: i18n.language as Language,
      administrator: { email: '', firstName: '', lastName: '', country: '' },
    },
    validate: {
      name: required,
      administrator: {
        email: isEmail(t('common.emailNeeded')),
        firstName: required,
        lastName: required,
        country: required,
      },
    },
  });
}

function useOpenAccount() {
  const { t } = useTranslation();
  const queryClient = useQueryClient();
  const navigate = useNavigate();
  return useMutation({
    mutationFn: (body: Schemas['OpenAccount']) => unwrapResponse(api.POST('/api/v1/accounts', { body })),
    onSuccess: async ({ accountId }, { name }) => {
      notify(t('firstAccount.created', { name }));
      await refreshAccount(queryClient, accountId);
      await navigate({ to: '/accounts/$accountId/users', params: { accountId } });
    },
  });
}
