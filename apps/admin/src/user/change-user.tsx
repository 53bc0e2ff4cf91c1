import { useState } from 'react';
import { Button, Group, Modal, Stack, TextInput } from '@mantine/core';
import { isNotEmpty, useForm } from '@mantine/form';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { answered, api, type Schemas } from '../api/client';
import { mend } from '../api/mend';
import type { UserPage } from '../api/users';
import { CountrySelect } from '../parts/country-select';
import { LanguageSelect } from '../parts/language-select';
import { ProblemAlert, fieldErrors } from '../parts/problems';
import { tell } from '../parts/tell';

/** Changes names, countries and language; not over what somebody else has changed since. */
export function ChangeUser({ accountId, user, onClose }: { accountId: string; user: UserPage; onClose: () => void }) {
  const { t } = useTranslation();
  const queryClient = useQueryClient();
  const name = `${user.firstName} ${user.lastName}`;
  // Of what is in the form; the page behind it goes on.
  const [revision] = useState(user.revision);
  const needed = isNotEmpty(t('common.required'));
  const { firstName, lastName, country, language, entitlementCountry } = user;
  const form = useForm({
    mode: 'uncontrolled',
    initialValues: { firstName, lastName, country, language, entitlementCountry },
    validate: { firstName: needed, lastName: needed, country: needed },
  });
  const changing = useMutation({
    mutationFn: ({ language: spoken, ...body }: typeof form.values) =>
      answered(
        api.PATCH('/api/v1/accounts/{accountId}/users/{userId}', {
          params: { path: { accountId, userId: user.userId }, header: { 'If-Match': `"${revision}"` } },
          body: { ...body, ...(spoken && { language: spoken as NonNullable<Schemas['ChangeUser']['language']> }) },
        }),
      ),
    onSuccess: () => {
      tell(t('userPage.changed', { name }));
      onClose();
    },
    onError: (error) => form.setErrors(fieldErrors(error)),
    onSettled: () => mend(queryClient, accountId, [user.userId]),
  });
  return (
    <Modal opened onClose={onClose} title={t('userPage.changeTitle', { name })} closeButtonProps={{ 'aria-label': t('common.close') }}>
      <form onSubmit={form.onSubmit((fields) => changing.mutate(fields))} noValidate>
        <Stack>
          <TextInput label={t('user.firstName')} required maxLength={100} data-autofocus key={form.key('firstName')} {...form.getInputProps('firstName')} />
          <TextInput label={t('user.lastName')} required maxLength={100} key={form.key('lastName')} {...form.getInputProps('lastName')} />
          <CountrySelect label={t('user.country')} required key={form.key('country')} {...form.getInputProps('country')} />
          <CountrySelect
            label={t('user.entitlementCountry')}
            description={t('user.entitlementHint')}
            clearable
            key={form.key('entitlementCountry')}
            {...form.getInputProps('entitlementCountry')}
          />
          <LanguageSelect key={form.key('language')} {...form.getInputProps('language')} />
          <ProblemAlert error={changing.error} />
          <Group justify="flex-end">
            <Button variant="default" onClick={onClose}>
              {t('common.cancel')}
            </Button>
            <Button type="submit" loading={changing.isPending}>
              {t('common.save')}
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
