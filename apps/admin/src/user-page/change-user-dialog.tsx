import { useState } from 'react';
import { Button, Group, Stack } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { unwrapResponse, api, type Schemas } from '../api/client';
import { refreshUsers } from '../api/refresh-users';
import { isRevisionConflict } from '../api/problem';
import { userAtQuery, type UserDetail } from '../api/users';
import { FormDialog } from '../components/form-dialog';
import {
  EntitlementCountryField,
  PersonFields,
  createCountryCheck,
  createPersonChecks,
} from '../components/person-fields';
import { ProblemAlert, toFieldErrors } from '../components/problems';
import { ReasonField, toReasonField } from '../components/reason-field';
import { notify } from '../components/notify';
import { useMergeChanges } from '../components/use-merge-changes';

const toFormFields = ({ firstName, lastName, country, language, entitlementCountry }: UserDetail) => ({
  firstName,
  lastName,
  country,
  language,
  entitlementCountry,
});

/** The dialog that changes a user's names, countries and language. It never overwrites what somebody else has changed since it was opened. */
export function ChangeUserDialog({
  accountId,
  user,
  onClose,
}: {
  accountId: string;
  user: UserDetail;
  onClose: () => void;
}) {
  const { t } = useTranslation();
  const queryClient = useQueryClient();
  const mergeChanges = useMergeChanges();
  const name = `${user.firstName} ${user.lastName}`;
  // The user as the form was filled; the page behind the dialog gets updates.
  const [original, setOriginal] = useState(user);
  const form = useForm({
    mode: 'uncontrolled',
    initialValues: { ...toFormFields(user), reason: '' },
    validate: { ...createPersonChecks(t), entitlementCountry: createCountryCheck(t) },
  });
  const changing = useMutation({
    mutationFn: ({ language: mailLanguage, reason, ...body }: typeof form.values) =>
      unwrapResponse(
        api.PATCH('/api/v1/accounts/{accountId}/users/{userId}', {
          params: { path: { accountId, userId: user.userId }, header: { 'If-Match': `"${original.revision}"` } },
          body: {
            ...body,
            ...toReasonField(reason),
            ...(mailLanguage && { language: mailLanguage as NonNullable<Schemas['ChangeUser']['language']> }),
          },
        }),
      ),
    onSuccess: () => {
      notify(t('userPage.changed', { name }));
      onClose();
    },
    onError: async (error) => {
      if (!isRevisionConflict(error)) return form.setErrors(toFieldErrors(error));
      const latest = await queryClient.query(userAtQuery(accountId, user.userId, error.revision));
      setOriginal(latest);
      mergeChanges(form, toFormFields(original), toFormFields(latest));
    },
    onSettled: () => refreshUsers(queryClient, accountId, [user.userId]),
  });
  return (
    <FormDialog
      opened
      onClose={onClose}
      title={t('userPage.changeTitle', { name })}
      size="lg"
      isTyped={() => form.isDirty()}
    >
      {(requestClose) => (
        <form onSubmit={form.onSubmit((fields) => changing.mutate(fields))} noValidate>
          <Stack>
            <PersonFields form={form} hasFocus />
            <EntitlementCountryField form={form} />
            <ReasonField key={form.key('reason')} {...form.getInputProps('reason')} />
            <ProblemAlert error={changing.error} text={isRevisionConflict(changing.error) && t('userPage.adopted')} />
            <Group justify="flex-end">
              <Button variant="default" onClick={requestClose}>
                {t('common.cancel')}
              </Button>
              <Button type="submit" loading={changing.isPending}>
                {t('common.save')}
              </Button>
            </Group>
          </Stack>
        </form>
      )}
    </FormDialog>
  );
}
