import { useMemo, useState, type ReactNode } from 'react';
import { lazyComponent } from '../components/lazy-component';
import { StartActionContext, type BulkActionName, type StartAction, type TargetUser } from './user-actions';

const ConfirmActionDialog = lazyComponent(async () => (await import('./confirm-action-dialog')).ConfirmActionDialog);

interface StartedAction {
  readonly action: BulkActionName;
  readonly users: readonly TargetUser[];
  /** A new number for each start, so that each has a new dialog. */
  readonly id: number;
}

/** Gives the pages inside it one confirmation dialog, which they open with `useStartAction`. */
export function UserActionProvider({ accountId, children }: { accountId: string; children: ReactNode }) {
  const [started, setStarted] = useState<StartedAction>();
  const start = useMemo<StartAction>(
    () => (action, users) => setStarted((last) => ({ action, users, id: (last?.id ?? 0) + 1 })),
    [],
  );
  return (
    <StartActionContext value={start}>
      {children}
      {started && (
        <ConfirmActionDialog
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
