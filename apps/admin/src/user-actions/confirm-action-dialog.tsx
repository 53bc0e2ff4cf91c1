import { useRef } from 'react';
import { useDisclosure } from '@mantine/hooks';
import { useTranslation } from 'react-i18next';
import { FormDialog } from '../components/form-dialog';
import { notify } from '../components/notify';
import { ActionForm } from './action-form';
import { ActionProgress, ActionResults } from './action-progress';
import { useRunAction, usersPerRequest, type ActionOptions } from './use-run-action';
import type { BulkActionName, TargetUser } from './user-actions';

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
  const running = useRunAction({ accountId, action, userIds: users.map(({ userId }) => userId) });
  const isTyped = useRef(false);
  const label = t(`userAction.${action}`);
  const confirm = async (options: ActionOptions) => {
    const results = await running.start(options);
    if (results?.length !== users.length || results.some(({ ok }) => !ok)) return;
    notify(t('act.done', { act: label, count: results.length }));
    close();
  };
  const isStarted = running.results.length > 0 || (running.isRunning && running.total > usersPerRequest);
  return (
    <FormDialog
      opened={opened}
      onClose={close}
      onExitTransitionEnd={onClose}
      title={t('act.title', { act: label, count: users.length })}
      size="lg"
      isTyped={() => isTyped.current && !isStarted}
      isBusy={running.isRunning}
    >
      {(requestClose) =>
        running.isComplete ? (
          <ActionResults action={action} users={users} results={running.results} onClose={close} />
        ) : isStarted ? (
          <ActionProgress action={action} running={running} onClose={close} />
        ) : (
          <ActionForm
            {...{ accountId, action, users }}
            mutation={{ isPending: running.isRunning, error: running.error }}
            onTyped={(typed) => (isTyped.current = typed)}
            onConfirm={(options) => void confirm(options)}
            onCancel={requestClose}
          />
        )
      }
    </FormDialog>
  );
}
