import { useState } from 'react';
import { Button, Checkbox, Group, Loader, Modal, Stack, Text } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { ProblemAlert } from '../components/problems';
import { ReasonField } from '../components/reason-field';
import { notify } from '../components/notify';
import type { Act, TargetUser } from './user-actions';
import { IssuedTokensChoice } from './issued-tokens-choice';
import { DryRunResults, RefusedUsers } from './user-results';
import { dryRunQuery, useRunAction, type ActionResult, type ActionOptions } from './use-run-action';

interface Props {
  readonly accountId: string;
  readonly act: Act;
  readonly people: readonly TargetUser[];
  readonly onClose: () => void;
}

/** Confirm before harm: what would happen to each, and why; afterwards who could not be done, and what works instead. */
export function ConfirmActionDialog({ accountId, act, people, onClose }: Props) {
  const { t } = useTranslation();
  const [opened, { close }] = useDisclosure(true);
  const doing = useRunAction({ accountId, act, userIds: people.map(({ userId }) => userId) });
  const finish = (results: readonly ActionResult[]) => {
    if (results.some(({ ok }) => !ok)) return;
    notify(t('act.done', { act: t(`act.${act}`), count: results.length }));
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
        <ActionResults act={act} people={people} results={doing.data} onClose={close} />
      ) : (
        <ActionForm
          {...{ accountId, act, people }}
          doing={doing}
          onConfirm={(terms) => doing.mutate(terms, { onSuccess: finish })}
          onCancel={close}
        />
      )}
    </Modal>
  );
}

interface ActionFormProps extends Omit<Props, 'onClose'> {
  readonly doing: { readonly isPending: boolean; readonly error: Error | null };
  readonly onConfirm: (terms: ActionOptions) => void;
  readonly onCancel: () => void;
}

function ActionForm({ accountId, act, people, doing, onConfirm, onCancel }: ActionFormProps) {
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
        {dryRun.data && <DryRunResults people={people} results={dryRun.data} />}
        <IssuedTokensChoice tokens={tokens} isEnding={endTokens} onChange={setEndTokens} />
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

function ActionResults({
  act,
  people,
  results,
  onClose,
}: {
  act: Act;
  people: readonly TargetUser[];
  results: readonly ActionResult[];
  onClose: () => void;
}) {
  const { t } = useTranslation();
  const done = results.filter(({ ok }) => ok).length;
  return (
    <Stack>
      <Text role="status">{t('act.done', { act: t(`act.${act}`), count: done })}</Text>
      <RefusedUsers people={people} results={results} onStep={onClose} />
      <Group justify="flex-end">
        <Button onClick={onClose}>{t('common.close')}</Button>
      </Group>
    </Stack>
  );
}
