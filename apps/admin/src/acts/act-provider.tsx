import { useMemo, useState, type ReactNode } from 'react';
import { later } from '../parts/later';
import { ActContext, type Act, type Person, type StartAct } from './act';

const ActDialog = later(async () => (await import('./act-dialog')).ActDialog);

interface Started {
  readonly act: Act;
  readonly people: readonly Person[];
  /** Each start is a dialog of its own. */
  readonly id: number;
}

/** The one confirm dialog, for everything on the page that starts an act. */
export function ActProvider({ accountId, children }: { accountId: string; children: ReactNode }) {
  const [started, setStarted] = useState<Started>();
  const start = useMemo<StartAct>(
    () => (act, people) => setStarted((last) => ({ act, people, id: (last?.id ?? 0) + 1 })),
    [],
  );
  return (
    <ActContext value={start}>
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
    </ActContext>
  );
}
