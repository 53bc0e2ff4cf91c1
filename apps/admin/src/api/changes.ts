import { useEffect } from 'react';
import { useQueryClient, type QueryClient } from '@tanstack/react-query';
import { readFrom } from './client';
import { meKey } from './me';
import { mend } from './mend';

/** How long, in ms, until it is tried again where the server's answer was no stream: a browser does not. */
const pause = 5_000;

/** While this is on the page, rows and numbers of the account follow what anybody changes. */
export function useChanges(accountId: string): void {
  const queryClient = useQueryClient();
  useEffect(() => follow(queryClient, accountId), [accountId, queryClient]);
}

/** Follows until what it answers is called. */
function follow(queryClient: QueryClient, accountId: string): () => void {
  let source: EventSource;
  let again: number | undefined;
  let mayHaveMissed = false;
  const readAnew = (): void => void queryClient.invalidateQueries({ queryKey: ['accounts', accountId] });
  const open = (): void => {
    // After a break the browser comes back by itself, with the position of the last event in Last-Event-ID.
    source = new EventSource(`/api/v1/accounts/${encodeURIComponent(accountId)}/changes`);
    source.addEventListener('open', () => {
      if (mayHaveMissed) readAnew();
      mayHaveMissed = false;
    });
    source.addEventListener('changed', ({ data, lastEventId }: MessageEvent<string>) => {
      readFrom(Number(lastEventId));
      void mend(queryClient, accountId, (JSON.parse(data) as { userIds: string[] }).userIds);
    });
    source.addEventListener('reset', readAnew);
    source.addEventListener('error', () => {
      if (source.readyState !== EventSource.CLOSED) return;
      mayHaveMissed = true;
      again = window.setTimeout(open, pause);
      // It may be the session that has ended.
      void queryClient.invalidateQueries({ queryKey: meKey });
    });
  };
  open();
  return () => {
    clearTimeout(again);
    source.close();
  };
}
