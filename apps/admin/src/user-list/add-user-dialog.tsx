import { Button, Group, Modal, SimpleGrid, Stack, TextInput } from '@mantine/core';
import { isEmail, isNotEmpty, useForm } from '@mantine/form';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { Problem } from '../api/problem';
import { unwrapResponse, api, type Schemas } from '../api/client';
import { refreshUsers } from '../api/refresh-users';
import { CountrySelect } from '../components/country-select';
import { LanguageSelect } from '../components/language-select';
import { SuggestedActions } from '../components/suggested-actions';
import { ProblemAlert, toFieldErrors } from '../components/problems';
import { notify } from '../components/notify';

const emptyFields: Record<'email' | 'firstName' | 'lastName' | 'country' | 'language' | 'entitlementCountry', string> =
  {
    email: '',
    firstName: '',
    lastName: '',
    country: '',
    language: '',
    entitlementCountry: '',
  };

/** Returns the fields without the empty ones. */
const toRequestBody = (fields: typeof emptyFields) =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== '')) as unknown as Schemas['AddUser'];

/** The dialog that adds users to the account. A refusal shows the suggested actions. */
export function AddUserDialog({ accountId, onClose }: { accountId: string; onClose: () => void }) {
  const { t } = useTranslation();
  const adding = useAddUser(accountId);
  // A refusal is about the fields as they were sent: it disappears when one changes.
  const clearRefusal = () => adding.isError && adding.reset();
  const form = useAddUserForm(clearRefusal);
  const submit = (addsAnother: boolean) =>
    form.onSubmit(
      (fields) =>
        adding.mutate(toRequestBody(fields), {
          onSuccess: () => {
            notify(t('addUser.added', { name: `${fields.firstName} ${fields.lastName}` }));
            if (!addsAnother) return onClose();
            form.setValues({
              ...emptyFields,
              country: fields.country,
              language: fields.language,
              entitlementCountry: fields.entitlementCountry,
            });
            form.resetDirty();
            form.getInputNode('email')?.focus();
          },
          onError: (error) => form.setErrors(toFieldErrors(error)),
        }),
      clearRefusal,
    );
  const { email, firstName, lastName } = form.getValues();
  return (
    <Modal
      opened
      onClose={onClose}
      title={t('addUser.title')}
      size="lg"
      closeButtonProps={{ 'aria-label': t('common.close') }}
    >
      <form onSubmit={submit(false)} noValidate>
        <Stack>
          <TextInput
            label={t('user.email')}
            type="email"
            autoComplete="off"
            required
            data-autofocus
            key={form.key('email')}
            {...form.getInputProps('email')}
          />
          <SimpleGrid cols={{ base: 1, xs: 2 }}>
            <TextInput
              label={t('user.firstName')}
              autoComplete="off"
              required
              maxLength={100}
              key={form.key('firstName')}
              {...form.getInputProps('firstName')}
            />
            <TextInput
              label={t('user.lastName')}
              autoComplete="off"
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
            <LanguageSelect
              placeholder={t('addUser.language')}
              clearable
              key={form.key('language')}
              {...form.getInputProps('language')}
            />
          </SimpleGrid>
          <CountrySelect
            label={t('user.entitlementCountry')}
            description={t('user.entitlementHint')}
            clearable
            key={form.key('entitlementCountry')}
            {...form.getInputProps('entitlementCountry')}
          />
          <ProblemAlert error={adding.error}>
            {adding.error instanceof Problem && (
              <SuggestedActions
                actions={adding.error.actions}
                name={`${firstName} ${lastName} (${email})`}
                onDone={onClose}
              />
            )}
          </ProblemAlert>
          <Group justify="flex-end">
            <Button variant="default" onClick={onClose}>
              {t('common.cancel')}
            </Button>
            <Button variant="light" loading={adding.isPending} onClick={() => submit(true)()}>
              {t('addUser.andAnother')}
            </Button>
            <Button type="submit" loading={adding.isPending}>
              {t('addUser.submit')}
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}

function useAddUserForm(onChange: () => void) {
  const { t } = useTranslation();
  return useForm<typeof emptyFields>({
    mode: 'uncontrolled',
    initialValues: emptyFields,
    onValuesChange: onChange,
    validate: {
      email: isEmail(t('common.emailNeeded')),
      firstName: isNotEmpty(t('common.required')),
      lastName: isNotEmpty(t('common.required')),
      country: isNotEmpty(t('common.required')),
    },
    transformValues: (values) =>
      Object.fromEntries(
        Object.entries(values).map(([name, value]) => [name, (value ?? '').trim()]),
      ) as typeof emptyFields,
  });
}

function useAddUser(accountId: string) {
  const queryClient = useQueryClient();
  return useMutation({
    mutationFn: (body: Schemas['AddUser']) =>
      unwrapResponse(api.POST('/api/v1/accounts/{accountId}/users', { params: { path: { accountId } }, body })),
    onSuccess: ({ userId }) => refreshUsers(queryClient, accountId, [userId]),
  });
}
