import { useMemo, useState, type ReactNode } from 'react';
import { lazyComponent } from '../components/lazy-component';
import { StartActionContext, type Act, type TargetUser, type StartAction } from './user-actions';

const ActDialog = lazyComponent(async () => (await import('./confirm-action-dialog')).ConfirmActionDialog);

interface StartedAction {
  readonly act: Act;
  readonly people: readonly TargetUser[];
  /** Each start is a dialog of its own. */
  readonly id: number;
}

/** The one confirm dialog, for everything on the page that starts an act. */
export function UserActionProvider({ accountId, children }: { accountId: string; children: ReactNode }) {
  const [started, setStarted] = useState<StartedAction>();
  const start = useMemo<StartAction>(
    () => (act, people) => setStarted((last) => ({ act, people, id: (last?.id ?? 0) + 1 })),
    [],
  );
  return (
    <StartActionContext value={start}>
      {children}
      {started && (
        <ActDialog
          key={started.id}
          accountId={accountId}
          act={started.act}
          people={started.people}
          onClose={() => setStarted(undefined)}
        />
      )}
    </StartActionContext>
  );
}
