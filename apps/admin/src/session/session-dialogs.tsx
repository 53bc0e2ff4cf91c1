import { useEffect, useRef, useState, useSyncExternalStore } from 'react';
import { useQueryClient } from '@tanstack/react-query';
import { meKey } from '../api/me';
import { setReauthenticate } from '../api/reauthentication';
import { getSessionEnd, subscribeSessionEnd, msUntilWarning } from '../api/session-end';
import { lazyComponent } from '../components/lazy-component';

const ReauthenticateDialog = lazyComponent(async () => (await import('./reauthenticate-dialog')).ReauthenticateDialog);
const EndWarning = lazyComponent(async () => (await import('./session-end-warning')).SessionEndWarning);

/** How often it is looked whether the session goes on, because of another page, while people are warned, ms. */
const checkIntervalMs = 15_000;

/** What a session asks of whoever is at the page: to show again who they are, and whether they are still there. */
export function SessionDialogs() {
  const [answer, setAnswer] = useState<(isDone: boolean) => void>();
  useEffect(() => setReauthenticate(() => new Promise<boolean>((resolve) => setAnswer(() => resolve))), []);
  const end = useSessionEnd();
  const [isFinalSeen, setFinalSeen] = useState(false);
  const isWarned = Boolean(end?.isWarningDue) && !isFinalSeen;
  const close = (isDone: boolean) => {
    setAnswer(undefined);
    answer?.(isDone);
  };
  useEscapeFirst(answer ? () => close(false) : isWarned ? () => undefined : undefined);
  return (
    <>
      {end && isWarned && <EndWarning at={end.at} onSeen={() => setFinalSeen(true)} />}
      {answer && <ReauthenticateDialog onClose={close} />}
    </>
  );
}

/**
 * Escape closes the question, and in no case the dialog below it, whose listener hears every key as well. This one is on the page
 * before any dialog, so that it comes first.
 */
function useEscapeFirst(close: (() => void) | undefined) {
  const current = useRef(close);
  useEffect(() => {
    current.current = close;
  });
  useEffect(() => {
    const listen = (event: KeyboardEvent): void => {
      if (event.key !== 'Escape' || !current.current) return;
      event.stopImmediatePropagation();
      current.current();
    };
    window.addEventListener('keydown', listen, { capture: true });
    return () => window.removeEventListener('keydown', listen, { capture: true });
  }, []);
}

/** When the session ends. Another page may use it meanwhile, so the server is asked before anybody is warned. */
function useSessionEnd() {
  const queryClient = useQueryClient();
  const end = useSyncExternalStore(subscribeSessionEnd, getSessionEnd);
  useEffect(() => {
    if (!end) return undefined;
    const look = (): void => {
      void queryClient.refetchQueries({ queryKey: meKey });
      timer = window.setTimeout(look, checkIntervalMs);
    };
    let timer = window.setTimeout(
      look,
      end.isWarningDue ? Math.min(checkIntervalMs, Math.max(0, end.at - Date.now()) + 1_000) : msUntilWarning(end),
    );
    return () => clearTimeout(timer);
  }, [end, queryClient]);
  return end;
}
