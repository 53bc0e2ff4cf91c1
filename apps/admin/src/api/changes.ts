import { useEffect } from 'react';
import { useQueryClient } from '@tanstack/react-query';
import { readFrom } from './client';
import { mend } from './mend';

/** While this is on the page, rows and numbers of the account follow what anybody changes. */
export function useChanges(accountId: string): void {
  const queryClient = useQueryClient();
  useEffect(() => {
    // The browser comes back by itself, with the position of the last event in Last-Event-ID.
    const source = new EventSource(`/api/v1/accounts/${encodeURIComponent(accountId)}/changes`);
    source.addEventListener('changed', ({ data, lastEventId }: MessageEvent<string>) => {
      readFrom(Number(lastEventId));
      void mend(queryClient, accountId, (JSON.parse(data) as { userIds: string[] }).userIds);
    });
    return () => source.close();
  }, [accountId, queryClient]);
}
