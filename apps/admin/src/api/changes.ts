import { useEffect } from 'react';
import { useQueryClient, type QueryClient } from '@tanstack/react-query';
import { readFrom } from './client';
import { meKey } from './me';
import { mend } from './mend';

/** How long, in ms, until it is tried again where the server's answer was no stream: a browser does not. */
const pause = 5_000;

/** How long, in ms, changes gather while many come: each look at them costs several requests. */
const gathering = 500;

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
  const changed = new Set<string>();
  let isMending = false;
  const readAnew = (): void => void queryClient.invalidateQueries({ queryKey: ['accounts', accountId] });
  /** The first at once; one after the other, for a newer look breaks off one that is under way. */
  const mendAll = async (): Promise<void> => {
    if (isMending) return;
    for (isMending = true; changed.size > 0; await new Promise((resolve) => setTimeout(resolve, gathering))) {
      const userIds = [...changed];
      changed.clear();
      await mend(queryClient, accountId, userIds);
    }
    isMending = false;
  };
  const open = (): void => {
    // After a break the browser comes back by itself, with the position of the last event in Last-Event-ID.
    source = new EventSource(`/api/v1/accounts/${encodeURIComponent(accountId)}/changes`);
    source.addEventListener('open', () => {
      if (mayHaveMissed) readAnew();
      mayHaveMissed = false;
    });
    source.addEventListener('changed', ({ data, lastEventId }: MessageEvent<string>) => {
      readFrom(Number(lastEventId));
      for (const userId of (JSON.parse(data) as { userIds: string[] }).userIds) changed.add(userId);
      void mendAll();
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
    changed.clear();
    source.close();
  };
}
