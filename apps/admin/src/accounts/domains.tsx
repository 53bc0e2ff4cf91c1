import { useState } from 'react';
import { Button, Group, Paper, Stack, Table, Text, TextInput, Title } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { mendAccount, type Account } from '../api/accounts';
import { answered, api } from '../api/client';
import { useMay } from '../api/me';
import { Confirm } from '../parts/confirm';
import { ProblemAlert } from '../parts/problems';
import { tell } from '../parts/tell';

const path = '/api/v1/accounts/{accountId}/domains/{domain}';

/** The e-mail domains of an account; operators add and release them. */
export function Domains({ account: { accountId, domains } }: { account: Account }) {
  const { t } = useTranslation();
  const mayChange = useMay('accounts:open');
  const [leaving, setLeaving] = useState<string>();
  return (
    <Paper withBorder p="md" component="section" aria-labelledby="domains" style={{ alignSelf: 'start' }}>
      <Stack>
        <Title order={2} size="h4" id="domains">
          {t('accounts.domains')}
        </Title>
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
                      onClick={() => setLeaving(domain)}
                    >
                      {t('accounts.release')}
                    </Button>
                  </Table.Td>
                )}
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
        {mayChange && <Assert accountId={accountId} />}
        {leaving && <Release accountId={accountId} domain={leaving} onClose={() => setLeaving(undefined)} />}
      </Stack>
    </Paper>
  );
}

function Assert({ accountId }: { accountId: string }) {
  const { t } = useTranslation();
  const queryClient = useQueryClient();
  const [domain, setDomain] = useState('');
  const asserting = useMutation({
    mutationFn: () => answered(api.PUT(path, { params: { path: { accountId, domain: domain.trim() } } })),
    onSuccess: () => {
      tell(t('accounts.asserted', { domain }));
      setDomain('');
      return mendAccount(queryClient, accountId);
    },
  });
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        asserting.mutate();
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
          <Button type="submit" variant="light" loading={asserting.isPending}>
            {t('accounts.assert')}
          </Button>
        </Group>
        <ProblemAlert error={asserting.error} />
      </Stack>
    </form>
  );
}

function Release({ accountId, domain, onClose }: { accountId: string; domain: string; onClose: () => void }) {
  const { t } = useTranslation();
  const queryClient = useQueryClient();
  const releasing = useMutation({
    mutationFn: () => answered(api.DELETE(path, { params: { path: { accountId, domain } } })),
    onSuccess: async () => {
      tell(t('accounts.released', { domain }));
      await mendAccount(queryClient, accountId);
      onClose();
    },
  });
  return (
    <Confirm
      title={t('accounts.releaseOf', { domain })}
      what={t('accounts.releaseWhat', { domain })}
      submit={t('accounts.release')}
      doing={releasing}
      onClose={onClose}
    />
  );
}
