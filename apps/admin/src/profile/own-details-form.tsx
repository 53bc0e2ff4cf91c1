import { useState } from 'react';
import { Button, Group, Stack, Text, TextInput } from '@mantine/core';
import { isNotEmpty, useForm } from '@mantine/form';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { unwrapResponse, api, type Schemas } from '../api/client';
import { meQuery, ownAccountQuery, useMe, type Me } from '../api/me';
import { Problem } from '../api/problem';
import { refreshUsers } from '../api/refresh-users';
import { CountrySelect } from '../components/country-select';
import { LanguageSelect } from '../components/language-select';
import { ProblemAlert, toFieldErrors } from '../components/problems';
import { notify } from '../components/notify';

type Profile = NonNullable<Me['profile']>;

const toFormFields = ({ firstName, lastName, country, language }: Profile) => ({
  firstName,
  lastName,
  country,
  language,
});

/** Shows the form in which users change their own names, country and language. It never overwrites what somebody else has changed since it was filled. */
export function OwnDetailsForm({ profile }: { profile: Profile }) {
  const { t } = useTranslation();
  const { actor, accountId } = useMe();
  const queryClient = useQueryClient();
  // The profile as the form was filled; the page gets updates.
  const [original, setOriginal] = useState(profile);
  const needed = isNotEmpty(t('common.required'));
  const form = useForm({
    mode: 'uncontrolled',
    initialValues: toFormFields(profile),
    validate: { firstName: needed, lastName: needed, country: needed },
  });
  const fill = (latest: Profile, kept: Partial<typeof form.values> = {}) => {
    setOriginal(latest);
    form.setInitialValues(toFormFields(latest));
    form.setValues({ ...toFormFields(latest), ...kept });
  };
  const changing = useMutation({
    mutationFn: ({ language, ...fields }: typeof form.values) =>
      unwrapResponse(
        api.PATCH('/api/v1/me', {
          params: { header: { 'If-Match': `"${original.revision}"` } },
          body: {
            ...fields,
            ...(language && { language: language as NonNullable<Schemas['ChangeOwnProfile']['language']> }),
          },
        }),
      ),
    onSuccess: async () => {
      notify(t('profile.saved'));
      fill((await reload())!);
      await Promise.all([
        queryClient.invalidateQueries({ queryKey: ownAccountQuery.queryKey }),
        refreshUsers(queryClient, accountId!, [actor.id]),
      ]);
    },
    onError: async (error) => {
      if (!isRevisionConflict(error)) return form.setErrors(toFieldErrors(error));
      const typed = form.getValues();
      const before = toFormFields(original);
      const edited = Object.entries(typed).filter(([field, value]) => value !== before[field as keyof typeof before]);
      fill((await reload())!, Object.fromEntries(edited));
    },
  });
  const reload = async () => (await queryClient.query({ ...meQuery, staleTime: 0 }))?.profile;
  return (
    <form onSubmit={form.onSubmit((fields) => changing.mutate(fields))} noValidate>
      <Stack>
        <Text size="sm">{t('profile.detailsHint')}</Text>
        <TextInput
          label={t('user.firstName')}
          autoComplete="given-name"
          required
          maxLength={100}
          key={form.key('firstName')}
          {...form.getInputProps('firstName')}
        />
        <TextInput
          label={t('user.lastName')}
          autoComplete="family-name"
          required
          maxLength={100}
          key={form.key('lastName')}
          {...form.getInputProps('lastName')}
        />
        <CountrySelect
          label={t('user.country')}
          required
          key={form.key('country')}
          {...form.getInputProps('country')}
        />
        <LanguageSelect key={form.key('language')} {...form.getInputProps('language')} />
        <ProblemAlert error={changing.error} text={isRevisionConflict(changing.error) && t('userPage.adopted')} />
        <Group>
          <Button type="submit" loading={changing.isPending}>
            {t('common.save')}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

/** Checks that the change was refused because somebody else changed the user first. */
const isRevisionConflict = (error: Error | null): boolean =>
  error instanceof Problem && error.code === 'revision.stale';
