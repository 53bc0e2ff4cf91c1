import { useState } from 'react';
import { Button, Checkbox, Group, Loader, Modal, Stack, Text } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { ProblemAlert } from '../parts/problems';
import { ReasonField } from '../parts/reason-field';
import { tell } from '../parts/tell';
import type { Act, Person } from './act';
import { IssuedTokens } from './issued-tokens';
import { Foreseen, Refusals } from './outcomes';
import { dryRunQuery, useDo, type Result, type Terms } from './use-act';

interface Props {
  readonly accountId: string;
  readonly act: Act;
  readonly people: readonly Person[];
  readonly onClose: () => void;
}

/** Confirm before harm: what would happen to each, and why; afterwards who could not be done, and what works instead. */
export function ActDialog({ accountId, act, people, onClose }: Props) {
  const { t } = useTranslation();
  const [opened, { close }] = useDisclosure(true);
  const doing = useDo({ accountId, act, userIds: people.map(({ userId }) => userId) });
  const finish = (results: readonly Result[]) => {
    if (results.some(({ ok }) => !ok)) return;
    tell(t('act.done', { act: t(`act.${act}`), count: results.length }));
    close();
  };
  return (
    <Modal
      opened={opened}
      onClose={close}
      onExitTransitionEnd={onClose}
      title={t('act.title', { act: t(`act.${act}`), count: people.length })}
      closeButtonProps={{ 'aria-label': t('common.close') }}
      size="lg"
    >
      {doing.data ? (
        <Done act={act} people={people} results={doing.data} onClose={close} />
      ) : (
        <Confirm
          {...{ accountId, act, people }}
          doing={doing}
          onConfirm={(terms) => doing.mutate(terms, { onSuccess: finish })}
          onCancel={close}
        />
      )}
    </Modal>
  );
}

interface ConfirmProps extends Omit<Props, 'onClose'> {
  readonly doing: { readonly isPending: boolean; readonly error: Error | null };
  readonly onConfirm: (terms: Terms) => void;
  readonly onCancel: () => void;
}

function Confirm({ accountId, act, people, doing, onConfirm, onCancel }: ConfirmProps) {
  const { t } = useTranslation();
  const [reason, setReason] = useState('');
  const [keepRoles, setKeepRoles] = useState(false);
  const [endTokens, setEndTokens] = useState(false);
  const dryRun = useQuery(dryRunQuery({ accountId, act, userIds: people.map(({ userId }) => userId) }));
  const tokens = dryRun.data?.flatMap(({ issuedTokens }) => issuedTokens ?? []) ?? [];
  const possible = dryRun.data?.some(({ ok }) => ok) ?? false;
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        onConfirm({ reason: reason.trim(), keepRoles, endTokens: endTokens && tokens.length > 0 });
      }}
    >
      <Stack>
        {act === 'lock' && <Text size="sm">{t('act.lockWhat')}</Text>}
        {act === 'delete' && <Text size="sm">{t('act.deleteWhat')}</Text>}
        {dryRun.isPending && (
          <Group gap="xs" role="status">
            <Loader size="xs" aria-hidden />
            <Text size="sm">{t('act.asking')}</Text>
          </Group>
        )}
        {dryRun.data && <Foreseen people={people} results={dryRun.data} />}
        <IssuedTokens tokens={tokens} end={endTokens} onEnd={setEndTokens} />
        <ProblemAlert error={dryRun.error ?? doing.error} />
        {act === 'delete' && (
          <Checkbox
            label={t('act.keepRoles')}
            description={t('act.keepRolesHint')}
            checked={keepRoles}
            onChange={({ currentTarget }) => setKeepRoles(currentTarget.checked)}
          />
        )}
        <ReasonField
          value={reason}
          onChange={({ currentTarget }) => setReason(currentTarget.value.replaceAll('\n', ' '))}
          data-autofocus
        />
        <Group justify="flex-end">
          <Button variant="default" onClick={onCancel}>
            {t('common.cancel')}
          </Button>
          <Button
            type="submit"
            color={act === 'delete' || act === 'reject' ? 'red' : 'blue'}
            disabled={!possible}
            loading={doing.isPending}
          >
            {t('common.confirm')}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

function Done({
  act,
  people,
  results,
  onClose,
}: {
  act: Act;
  people: readonly Person[];
  results: readonly Result[];
  onClose: () => void;
}) {
  const { t } = useTranslation();
  const done = results.filter(({ ok }) => ok).length;
  return (
    <Stack>
      <Text role="status">{t('act.done', { act: t(`act.${act}`), count: done })}</Text>
      <Refusals people={people} results={results} onStep={onClose} />
      <Group justify="flex-end">
        <Button onClick={onClose}>{t('common.close')}</Button>
      </Group>
    </Stack>
  );
}
