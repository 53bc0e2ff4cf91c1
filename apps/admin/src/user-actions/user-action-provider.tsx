import { useMemo, useState, type ReactNode } from 'react';
import { lazyComponent } from '../components/lazy-component';
import {
  StartActionContext,
  findUserAction,
  type BulkActionName,
  type StartAction,
  type TargetUser,
} from './user-actions';

const ConfirmActionDialog = lazyComponent(async () => (await import('./confirm-action-dialog')).ConfirmActionDialog);

const RunAtOnceDialog = lazyComponent(async () => (await import('./run-at-once-dialog')).RunAtOnceDialog);

interface StartedAction {
  readonly action: BulkActionName;
  readonly users: readonly TargetUser[];
  /** A new number for each start, so that each has a new dialog. */
  readonly id: number;
}

/** Gives the pages inside it one confirmation dialog, which they open with `useStartAction`. An action that needs none runs at once. */
export function UserActionProvider({ accountId, children }: { accountId: string; children: ReactNode }) {
  const [started, setStarted] = useState<StartedAction>();
  const start = useMemo<StartAction>(
    () => (action, users) => setStarted((last) => ({ action, users, id: (last?.id ?? 0) + 1 })),
    [],
  );
  const Dialog = started && findUserAction(started.action).runsAtOnce ? RunAtOnceDialog : ConfirmActionDialog;
  return (
    <StartActionContext value={start}>
      {children}
      {started && (
        <Dialog
          key={started.id}
          accountId={accountId}
          action={started.action}
          users={started.users}
          onClose={() => setStarted(undefined)}
        />
      )}
    </StartActionContext>
  );
}
