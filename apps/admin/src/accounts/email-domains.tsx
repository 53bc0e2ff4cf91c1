import { useState } from 'react';
import { Button, Group, Paper, Stack, Table, Text, TextInput, Title } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { refreshAccount, type Account } from '../api/accounts';
import { unwrapResponse, api } from '../api/client';
import { useHasPermission } from '../api/me';
import { ConfirmDialog } from '../components/confirm-dialog';
import { ProblemAlert } from '../components/problems';
import { notify } from '../components/notify';

const path = '/api/v1/accounts/{accountId}/domains/{domain}';

/** Shows the e-mail domains of an account. Operators can add a domain, or release one: then the account does not own it any more, and another account can add it. */
export function EmailDomains({ account: { accountId, domains } }: { account: Account }) {
  const { t } = useTranslation();
  const mayChange = useHasPermission('accounts:open');
  const [domainToRelease, setDomainToRelease] = useState<string>();
  return (
    <Paper withBorder p="md" component="section" aria-labelledby="domains" style={{ alignSelf: 'start' }}>
      <Stack>
        <Title order={2} size="h4" id="domains">
          {t('accounts.domains')}
        </Title>
        <Text size="sm" c="dimmed">
          {t('accounts.domainsHelp')}
        </Text>
        {domains.length === 0 && <Text c="dimmed">{t('accounts.noDomains')}</Text>}
        <Table>
          <Table.Tbody>
            {domains.map((domain) => (
              <Table.Tr key={domain}>
                <Table.Td>{domain}</Table.Td>
                {mayChange && (
                  <Table.Td ta="right">
                    <Button
                      size="xs"
                      variant="default"
                      aria-label={t('accounts.releaseOf', { domain })}
                      onClick={() => setDomainToRelease(domain)}
                    >
                      {t('accounts.release')}
                    </Button>
                  </Table.Td>
                )}
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
        {mayChange && <AddDomainForm accountId={accountId} />}
        {domainToRelease && (
          <ReleaseDomainDialog
            accountId={accountId}
            domain={domainToRelease}
            onClose={() => setDomainToRelease(undefined)}
          />
        )}
      </Stack>
    </Paper>
  );
}

function AddDomainForm({ accountId }: { accountId: string }) {
  const { t } = useTranslation();
  const queryClient = useQueryClient();
  const [domain, setDomain] = useState('');
  const adding = useMutation({
    mutationFn: () => unwrapResponse(api.PUT(path, { params: { path: { accountId, domain: domain.trim() } } })),
    onSuccess: () => {
      notify(t('accounts.asserted', { domain }));
      setDomain('');
      return refreshAccount(queryClient, accountId);
    },
  });
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        adding.mutate();
      }}
    >
      <Stack gap="xs">
        <Group align="flex-end" gap="xs">
          <TextInput
            flex={1}
            miw={180}
            label={t('accounts.domain')}
            description={t('accounts.domainHint')}
            value={domain}
            onChange={({ currentTarget }) => setDomain(currentTarget.value)}
            required
            withAsterisk={false}
            maxLength={253}
            autoCapitalize="none"
            spellCheck={false}
          />
          <Button type="submit" variant="light" loading={adding.isPending}>
            {t('accounts.assert')}
          </Button>
        </Group>
        <ProblemAlert error={adding.error} />
      </Stack>
    </form>
  );
}

function ReleaseDomainDialog({
  accountId,
  domain,
  onClose,
}: {
  accountId: string;
  domain: string;
  onClose: () => void;
}) {
  const { t } = useTranslation();
  const queryClient = useQueryClient();
  const releasing = useMutation({
    mutationFn: () => unwrapResponse(api.DELETE(path, { params: { path: { accountId, domain } } })),
    onSuccess: async () => {
      notify(t('accounts.released', { domain }));
      await refreshAccount(queryClient, accountId);
      onClose();
    },
  });
  return (
    <ConfirmDialog
      title={t('accounts.releaseOf', { domain })}
      text={t('accounts.releaseWhat', { domain })}
      submitLabel={t('accounts.release')}
      mutation={releasing}
      onClose={onClose}
    />
  );
}
