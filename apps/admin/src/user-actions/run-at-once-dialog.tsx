import { useEffect, useRef } from 'react';
import { Modal } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { notify } from '../components/notify';
import { ActionProgress, ActionResults } from './action-progress';
import { useRunAction, usersPerRequest } from './use-run-action';
import type { BulkActionName, TargetUser } from './user-actions';

interface Props {
  readonly accountId: string;
  readonly action: BulkActionName;
  readonly users: readonly TargetUser[];
  readonly onClose: () => void;
}

/** Runs an action without a confirmation. Opens a dialog only for many users, for errors and for refusals. */
export function RunAtOnceDialog({ accountId, action, users, onClose }: Props) {
  const { t } = useTranslation();
  const running = useRunAction({ accountId, action, userIds: users.map(({ userId }) => userId) });
  const label = t(`userAction.${action}`);
  const finish = (results: typeof running.results | undefined) => {
    if (results?.length !== users.length || results.some(({ ok }) => !ok)) return;
    notify(t('act.doneFor', { act: label, count: users.length, name: users[0]?.name ?? '' }));
    onClose();
  };
  const isStarted = useRef(false);
  useEffect(() => {
    if (isStarted.current) return;
    isStarted.current = true;
    void running.start({ reason: '', keepRoles: false, endTokens: false }).then(finish);
    // oxlint-disable-next-line react-hooks/exhaustive-deps -- once
  }, []);
  const hasRefusals = running.isComplete && running.results.some(({ ok }) => !ok);
  return (
    <Modal
      opened={hasRefusals || running.error !== null || users.length > usersPerRequest}
      onClose={() => !running.isRunning && onClose()}
      title={t('act.title', { act: label, count: users.length })}
      size="lg"
      closeButtonProps={{ 'aria-label': t('common.close') }}
    >
      {running.isComplete ? (
        <ActionResults action={action} users={users} results={running.results} onClose={onClose} />
      ) : (
        <ActionProgress
          action={action}
          running={{ ...running, resume: () => running.resume().then(finish) }}
          onClose={onClose}
        />
      )}
    </Modal>
  );
}
