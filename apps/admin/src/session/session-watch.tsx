import { useEffect, useRef, useState, useSyncExternalStore } from 'react';
import { useQueryClient } from '@tanstack/react-query';
import { meKey } from '../api/me';
import { answerWith } from '../api/reauthentication';
import { lastSessionEnd, onSessionEnd, untilWarning } from '../api/session-end';
import { later } from '../parts/later';

const ReauthenticateDialog = later(async () => (await import('./reauthenticate-dialog')).ReauthenticateDialog);
const EndWarning = later(async () => (await import('./end-warning')).EndWarning);

/** How often it is looked whether the session goes on, because of another page, while people are warned, ms. */
const lookInterval = 15_000;

/** What a session asks of whoever is at the page: to show again who they are, and whether they are still there. */
export function SessionWatch() {
  const [answer, setAnswer] = useState<(isDone: boolean) => void>();
  useEffect(() => answerWith(() => new Promise<boolean>((resolve) => setAnswer(() => resolve))), []);
  const end = useSessionEnd();
  const [isFinalSeen, setFinalSeen] = useState(false);
  const isWarned = Boolean(end?.isNear) && !isFinalSeen;
  const close = (isDone: boolean) => {
    setAnswer(undefined);
    answer?.(isDone);
  };
  useOwnEscape(answer ? () => close(false) : isWarned ? () => undefined : undefined);
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
function useOwnEscape(close: (() => void) | undefined) {
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
  const end = useSyncExternalStore(onSessionEnd, lastSessionEnd);
  useEffect(() => {
    if (!end) return undefined;
    const look = (): void => {
      void queryClient.refetchQueries({ queryKey: meKey });
      timer = window.setTimeout(look, lookInterval);
    };
    let timer = window.setTimeout(
      look,
      end.isNear ? Math.min(lookInterval, Math.max(0, end.at - Date.now()) + 1_000) : untilWarning(end),
    );
    return () => clearTimeout(timer);
  }, [end, queryClient]);
  return end;
}
