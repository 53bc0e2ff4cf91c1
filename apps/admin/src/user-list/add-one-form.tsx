import { useEffect, useState } from 'react';
import { Button, Group, Stack, TextInput } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { Problem } from '../api/problem';
import { notify } from '../components/notify';
import { EntitlementCountryField, PersonFields } from '../components/person-fields';
import { ProblemAlert, toFieldErrors } from '../components/problems';
import { SuggestedActions } from '../components/suggested-actions';
import { toRequestBody, type useAddUserForm } from './use-add-user-form';

interface Props extends ReturnType<typeof useAddUserForm> {
  /** Called instead of a paste of several lines into the first field. */
  readonly onPasteLines: (text: string) => void;
  readonly onCancel: () => void;
  readonly onClose: () => void;
}

/** Shows the form that adds one user. A refusal shows the suggested actions. */
export function AddOneForm({ form, adding, clearRefusal, startNext, onPasteLines, onCancel, onClose }: Props) {
  const { t } = useTranslation();
  const [addedCount, setAddedCount] = useState(0);
  // The fields were replaced by empty ones, so the first is there only now.
  useEffect(() => {
    if (addedCount) form.getInputNode('email')?.focus();
    // oxlint-disable-next-line react-hooks/exhaustive-deps -- the form is a new object each time
  }, [addedCount]);
  const submit = (addsAnother: boolean) =>
    form.onSubmit(
      (fields) =>
        adding.mutate(toRequestBody(fields), {
          onSuccess: () => {
            notify(t('addUser.added', { name: `${fields.firstName} ${fields.lastName}` }));
            if (!addsAnother) return onClose();
            startNext(fields);
            setAddedCount(addedCount + 1);
          },
          onError: (error) => form.setErrors(toFieldErrors(error)),
        }),
      clearRefusal,
    );
  const { email, firstName, lastName } = form.getValues();
  return (
    <form onSubmit={submit(false)} noValidate>
      <Stack>
        <TextInput
          label={t('user.email')}
          description={t('addUser.emailHint')}
          type="email"
          autoComplete="off"
          required
          data-autofocus
          onPaste={(event) => {
            const text = event.clipboardData.getData('text').trim();
            if (!/[\n\t]/.test(text)) return;
            event.preventDefault();
            onPasteLines(text);
          }}
          key={form.key('email')}
          {...form.getInputProps('email')}
        />
        <PersonFields form={form} isLanguageOptional />
        <EntitlementCountryField form={form} />
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
          <Button variant="default" onClick={onCancel}>
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
  );
}
