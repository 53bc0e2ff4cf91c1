import { useState } from 'react';
import { Button, Group, Stack, Text } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { unwrapResponse, api, type Schemas } from '../api/client';
import { meQuery, ownAccountQuery, useMe, type Me } from '../api/me';
import { isRevisionConflict } from '../api/problem';
import { refreshUsers } from '../api/refresh-users';
import { PersonFields, createPersonChecks } from '../components/person-fields';
import { ProblemAlert, toFieldErrors } from '../components/problems';
import { notify } from '../components/notify';
import { useMergeChanges } from '../components/use-merge-changes';

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
  const mergeChanges = useMergeChanges();
  const form = useForm({
    mode: 'uncontrolled',
    initialValues: toFormFields(profile),
    validate: createPersonChecks(t),
  });
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
      const latest = (await reload())!;
      setOriginal(latest);
      form.setValues(toFormFields(latest));
      await Promise.all([
        queryClient.invalidateQueries({ queryKey: ownAccountQuery.queryKey }),
        refreshUsers(queryClient, accountId!, [actor.id]),
      ]);
    },
    onError: async (error) => {
      if (!isRevisionConflict(error)) return form.setErrors(toFieldErrors(error));
      const latest = (await reload())!;
      setOriginal(latest);
      mergeChanges(form, toFormFields(original), toFormFields(latest));
    },
  });
  const reload = async () => (await queryClient.query({ ...meQuery, staleTime: 0 }))?.profile;
  return (
    <form onSubmit={form.onSubmit((fields) => changing.mutate(fields))} noValidate>
      <Stack>
        <Text size="sm">{t('profile.detailsHint')}</Text>
        <PersonFields form={form} isOwn />
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
