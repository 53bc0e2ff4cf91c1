import { Button, Checkbox, Group, Modal, Select, SimpleGrid, Stack, TextInput } from '@mantine/core';
import { isNotEmpty, useForm } from '@mantine/form';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { accountsQuery } from '../api/accounts';
import { answered, api } from '../api/client';
import { useMe } from '../api/me';
import { mendTokens } from '../api/tokens';
import { ProblemAlert, fieldErrors } from '../parts/problems';
import { UserSelect } from '../parts/user-select';
import { permissionKey } from '../trail/words';
import { Secret } from './secret';
import { dayAhead, kindsFor, requestOf, type Kind, type Terms } from './terms';

/** Issues an access token, and shows its secret once. */
export function IssueToken({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation();
  const me = useMe();
  const queryClient = useQueryClient();
  const form = useTermsForm();
  const issuing = useMutation({
    // The secret is in the answer alone, which nobody keeps.
    gcTime: 0,
    mutationFn: (terms: Terms) => answered(api.POST('/api/v1/access-tokens', { body: requestOf(terms, me) })),
    onSuccess: () => mendTokens(queryClient),
    onError: (error) => form.setErrors(fieldErrors(error)),
  });
  const { name } = form.values;
  return (
    <Modal
      opened
      onClose={onClose}
      title={issuing.data ? t('tokens.secret', { name }) : t('tokens.issue')}
      closeButtonProps={{ 'aria-label': t('common.close') }}
      closeOnClickOutside={!issuing.data}
      closeOnEscape={!issuing.data}
      size="lg"
    >
      {issuing.data ? (
        <Secret token={issuing.data.token} onClose={onClose} />
      ) : (
        <form onSubmit={form.onSubmit((terms) => issuing.mutate(terms))} noValidate>
          <Stack>
            <TextInput
              label={t('tokens.name')}
              description={t('tokens.nameHint')}
              required
              maxLength={100}
              data-autofocus
              {...form.getInputProps('name')}
            />
            <Whose form={form} />
            <Scopes form={form} />
            <TextInput
              type="date"
              label={t('tokens.expires')}
              description={t('tokens.expiresHint')}
              required
              min={dayAhead(0)}
              max={dayAhead(399)}
              {...form.getInputProps('lastDay')}
              error={form.errors['lastDay'] ?? form.errors['expiresAt']}
            />
            <ProblemAlert error={issuing.error} />
            <Group justify="flex-end">
              <Button variant="default" onClick={onClose}>
                {t('common.cancel')}
              </Button>
              <Button type="submit" loading={issuing.isPending}>
                {t('tokens.submit')}
              </Button>
            </Group>
          </Stack>
        </form>
      )}
    </Modal>
  );
}

function useTermsForm() {
  const { t } = useTranslation();
  const [kind] = kindsFor(useMe());
  const needed = isNotEmpty(t('common.required'));
  const initialValues: Terms = {
    name: '',
    kind: kind!,
    accountId: null,
    userId: null,
    scopes: [],
    lastDay: dayAhead(90),
  };
  return useForm({
    initialValues,
    validate: {
      name: needed,
      lastDay: needed,
      scopes: isNotEmpty(t('tokens.scopesNeeded')),
      userId: (userId, terms) => (terms.kind === 'aUser' && !userId ? t('common.required') : null),
    },
  });
}

type Form = { readonly form: ReturnType<typeof useTermsForm> };

/** The holder: for operators with the account in which a service works, or from which a user is. */
function Whose({ form }: Form) {
  const { t } = useTranslation();
  const me = useMe();
  const kinds = kindsFor(me);
  const { kind, accountId, userId } = form.values;
  const wantsAccount = me.account === null && kind !== 'operator' && kind !== 'mine';
  const { data } = useQuery({ ...accountsQuery, enabled: wantsAccount });
  const accounts = data?.items ?? [];
  return (
    <>
      <Select
        label={t('tokens.kind')}
        data={kinds.map((one) => ({ value: one, label: t(`tokens.${one}`) }))}
        value={kind}
        onChange={(one) => form.setValues({ kind: one as Kind, userId: null })}
        allowDeselect={false}
      />
      {wantsAccount && (
        <Select
          label={kind === 'service' ? t('tokens.account') : t('page.account')}
          {...(kind === 'service' && { placeholder: t('tokens.everywhere') })}
          data={accounts.map((account) => ({ value: account.accountId, label: account.name }))}
          value={accountId}
          onChange={(id) => form.setValues({ accountId: id, userId: null })}
          searchable
          clearable
        />
      )}
      {kind === 'aUser' && accountId && (
        <UserSelect
          label={t('tokens.user')}
          required
          accountId={accountId}
          value={userId ?? undefined}
          onChange={(id) => form.setFieldValue('userId', id)}
          error={form.errors['userId']}
        />
      )}
    </>
  );
}

function Scopes({ form }: Form) {
  const { t } = useTranslation();
  const { permissions } = useMe();
  return (
    <Checkbox.Group
      label={t('tokens.scopes')}
      description={t('tokens.scopesHint')}
      required
      {...form.getInputProps('scopes')}
    >
      <SimpleGrid cols={{ base: 1, xs: 2 }} spacing={6} verticalSpacing={6} my="xs">
        {permissions.map((permission) => (
          <Checkbox key={permission} value={permission} label={t(permissionKey(permission))} />
        ))}
      </SimpleGrid>
    </Checkbox.Group>
  );
}
