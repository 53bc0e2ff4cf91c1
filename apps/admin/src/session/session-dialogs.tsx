import { useEffect, useRef, useState, useSyncExternalStore } from 'react';
import { useQueryClient } from '@tanstack/react-query';
import { meKey } from '../api/me';
import { setReauthenticate } from '../api/reauthentication';
import { getSessionEnd, subscribeSessionEnd, msUntilWarning } from '../api/session-end';
import { lazyComponent } from '../components/lazy-component';

const ReauthenticateDialog = lazyComponent(async () => (await import('./reauthenticate-dialog')).ReauthenticateDialog);
const EndWarning = lazyComponent(async () => (await import('./session-end-warning')).SessionEndWarning);

/** Milliseconds between two checks, while the warning is shown, whether another tab has prolonged the session. */
const checkIntervalMs = 15_000;

/** Shows the dialogs of the session: the one to authenticate again, and the warning before the end. */
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
 * Handles Escape before any dialog below, whose listener gets every key as well. The listener is added
 * before any dialog's, so that it runs first.
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

/** Returns when the session ends. Checks with the server before the warning, because another tab may have prolonged the session. */
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
