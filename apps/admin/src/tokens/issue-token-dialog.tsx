import { Button, Checkbox, Group, Modal, Select, SimpleGrid, Stack, TextInput } from '@mantine/core';
import { isNotEmpty, useForm } from '@mantine/form';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { unwrapResponse, api } from '../api/client';
import { useMe } from '../api/me';
import { refreshTokens } from '../api/tokens';
import { AccountSelect } from '../components/account-select';
import { ProblemAlert, toFieldErrors } from '../components/problems';
import { UserSelect } from '../components/user-select';
import { toPermissionKey } from '../audit-items/names';
import { TokenSecret } from './token-secret';
import { toDateInput, listHolderChoices, toIssueRequest, type HolderChoice, type TokenFields } from './token-fields';

/** The dialog that issues an access token and then shows its secret once. */
export function IssueTokenDialog({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation();
  const me = useMe();
  const queryClient = useQueryClient();
  const form = useTokenForm();
  const issuing = useMutation({
    // The response has the secret, so it must not stay in the cache.
    gcTime: 0,
    mutationFn: (terms: TokenFields) =>
      unwrapResponse(api.POST('/api/v1/access-tokens', { body: toIssueRequest(terms, me) })),
    onSuccess: () => refreshTokens(queryClient),
    onError: (error) => form.setErrors(toFieldErrors(error)),
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
        <TokenSecret token={issuing.data.token} onClose={onClose} />
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
            <HolderFields form={form} />
            <ScopeFields form={form} />
            <TextInput
              type="date"
              label={t('tokens.expires')}
              description={t('tokens.expiresHint')}
              required
              min={toDateInput(0)}
              max={toDateInput(399)}
              {...form.getInputProps('lastValidDate')}
              error={form.errors['lastValidDate'] ?? form.errors['expiresAt']}
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

function useTokenForm() {
  const { t } = useTranslation();
  const [kind] = listHolderChoices(useMe());
  const needed = isNotEmpty(t('common.required'));
  const initialValues: TokenFields = {
    name: '',
    kind: kind!,
    accountId: null,
    userId: null,
    scopes: [],
    lastValidDate: toDateInput(90),
  };
  return useForm({
    initialValues,
    validate: {
      name: needed,
      lastValidDate: needed,
      scopes: isNotEmpty(t('tokens.scopesNeeded')),
      userId: (userId, terms) => (terms.kind === 'aUser' && !userId ? t('common.required') : null),
    },
  });
}

type FormProps = { readonly form: ReturnType<typeof useTokenForm> };

/** Asks for the holder. Operators also choose the account in which a service works or which a user belongs to. */
function HolderFields({ form }: FormProps) {
  const { t } = useTranslation();
  const me = useMe();
  const kinds = listHolderChoices(me);
  const { kind, accountId, userId } = form.values;
  const wantsAccount = me.accountId === null && kind !== 'operator' && kind !== 'mine';
  return (
    <>
      <Select
        label={t('tokens.kind')}
        data={kinds.map((one) => ({ value: one, label: t(`tokens.${one}`) }))}
        value={kind}
        onChange={(one) => form.setValues({ kind: one as HolderChoice, userId: null })}
        allowDeselect={false}
      />
      {wantsAccount && (
        <AccountSelect
          label={kind === 'service' ? t('tokens.account') : t('page.account')}
          {...(kind === 'service' && { placeholder: t('tokens.everywhere') })}
          value={accountId}
          onChange={(id) => form.setValues({ accountId: id, userId: null })}
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

function ScopeFields({ form }: FormProps) {
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
          <Checkbox key={permission} value={permission} label={t(toPermissionKey(permission))} />
        ))}
      </SimpleGrid>
    </Checkbox.Group>
  );
}
