import { useState } from 'react';
import { Button, Checkbox, Group, Loader, Modal, Stack, Text } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { notify } from '../components/notify';
import { ProblemAlert } from '../components/problems';
import { ReasonField } from '../components/reason-field';
import { IssuedTokensChoice } from './issued-tokens-choice';
import { dryRunQuery, useRunAction, type ActionOptions, type ActionResult } from './use-run-action';
import { findUserAction, toButtonColor, type BulkActionName, type TargetUser } from './user-actions';
import { DryRunResults, RefusedUsers } from './user-results';

interface Props {
  readonly accountId: string;
  readonly action: BulkActionName;
  readonly users: readonly TargetUser[];
  readonly onClose: () => void;
}

/** Shows what an action would do to each of `users`, and runs the action after a confirmation. If it is refused for some users, the dialog then lists them. */
export function ConfirmActionDialog({ accountId, action, users, onClose }: Props) {
  const { t } = useTranslation();
  const [opened, { close }] = useDisclosure(true);
  const label = t(`userAction.${action}`);
  const running = useRunAction({ accountId, action, userIds: users.map(({ userId }) => userId) });
  const finish = (results: readonly ActionResult[]) => {
    if (results.some(({ ok }) => !ok)) return;
    notify(t('act.done', { act: label, count: results.length }));
    close();
  };
  return (
    <Modal
      opened={opened}
      onClose={close}
      onExitTransitionEnd={onClose}
      title={t('act.title', { act: label, count: users.length })}
      closeButtonProps={{ 'aria-label': t('common.close') }}
      size="lg"
    >
      {running.data ? (
        <ActionResults action={action} users={users} results={running.data} onClose={close} />
      ) : (
        <ActionForm
          {...{ accountId, action, users }}
          mutation={running}
          onConfirm={(options) => running.mutate(options, { onSuccess: finish })}
          onCancel={close}
        />
      )}
    </Modal>
  );
}

interface ActionFormProps extends Omit<Props, 'onClose'> {
  readonly mutation: { readonly isPending: boolean; readonly error: Error | null };
  readonly onConfirm: (options: ActionOptions) => void;
  readonly onCancel: () => void;
}

function ActionForm({ accountId, action, users, mutation, onConfirm, onCancel }: ActionFormProps) {
  const { t } = useTranslation();
  const { explanation, canKeepRoles } = findUserAction(action);
  const [reason, setReason] = useState('');
  const [keepRoles, setKeepRoles] = useState(false);
  const [endTokens, setEndTokens] = useState(false);
  const dryRun = useQuery(dryRunQuery({ accountId, action, userIds: users.map(({ userId }) => userId) }));
  const tokens = dryRun.data?.flatMap(({ issuedTokens }) => issuedTokens ?? []) ?? [];
  const isPossible = dryRun.data?.some(({ ok }) => ok) ?? false;
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        onConfirm({ reason: reason.trim(), keepRoles, endTokens: endTokens && tokens.length > 0 });
      }}
    >
      <Stack>
        {explanation && <Text size="sm">{t(explanation)}</Text>}
        {dryRun.isPending && (
          <Group gap="xs" role="status">
            <Loader size="xs" aria-hidden />
            <Text size="sm">{t('act.asking')}</Text>
          </Group>
        )}
        {dryRun.data && <DryRunResults users={users} results={dryRun.data} />}
        <IssuedTokensChoice tokens={tokens} isEnding={endTokens} onChange={setEndTokens} />
        <ProblemAlert error={dryRun.error ?? mutation.error} />
        {canKeepRoles && (
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
          <Button type="submit" color={toButtonColor(action)} disabled={!isPossible} loading={mutation.isPending}>
            {t('common.confirm')}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

function ActionResults({
  action,
  users,
  results,
  onClose,
}: {
  action: BulkActionName;
  users: readonly TargetUser[];
  results: readonly ActionResult[];
  onClose: () => void;
}) {
  const { t } = useTranslation();
  const done = results.filter(({ ok }) => ok).length;
  return (
    <Stack>
      <Text role="status">{t('act.done', { act: t(`userAction.${action}`), count: done })}</Text>
      <RefusedUsers users={users} results={results} onSuggestedAction={onClose} />
      <Group justify="flex-end">
        <Button onClick={onClose}>{t('common.close')}</Button>
      </Group>
    </Stack>
  );
}
