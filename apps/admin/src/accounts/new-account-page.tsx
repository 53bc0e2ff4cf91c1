import { Button, Fieldset, SimpleGrid, Stack, TagsInput, Text, TextInput } from '@mantine/core';
import { isEmail, isNotEmpty, useForm } from '@mantine/form';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { accountsQuery, mendAccount } from '../api/accounts';
import { answered, api, type Schemas } from '../api/client';
import { CountrySelect } from '../parts/country-select';
import { LanguageSelect } from '../parts/language-select';
import { Page } from '../parts/page';
import { ProblemAlert, fieldErrors } from '../parts/problems';
import { tell } from '../parts/tell';
import type { Language } from '../texts/i18n';

/** Opens an account with its domains and its first administrator: operators start here. */
export function NewAccountPage() {
  const { t } = useTranslation();
  const { data } = useQuery(accountsQuery);
  const form = useAccountForm();
  const opening = useOpenAccount();
  const submit = form.onSubmit((body) =>
    opening.mutate(body, { onError: (error) => form.setErrors(fieldErrors(error)) }),
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
  const needed = isNotEmpty(t('common.required'));
  return useForm<Schemas['OpenAccount']>({
    mode: 'uncontrolled',
    initialValues: {
      name: '',
      domains: [],
      language: i18n.language as Language,
      administrator: { email: '', firstName: '', lastName: '', country: '' },
    },
    validate: {
      name: needed,
      administrator: { email: isEmail(t('common.emailNeeded')), firstName: needed, lastName: needed, country: needed },
    },
  });
}

function useOpenAccount() {
  const { t } = useTranslation();
  const queryClient = useQueryClient();
  const navigate = useNavigate();
  return useMutation({
    mutationFn: (body: Schemas['OpenAccount']) => answered(api.POST('/api/v1/accounts', { body })),
    onSuccess: async ({ accountId }, { name }) => {
      tell(t('firstAccount.created', { name }));
      await mendAccount(queryClient, accountId);
      await navigate({ to: '/accounts/$accountId/users', params: { accountId } });
    },
  });
}
