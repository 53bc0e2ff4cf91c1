import { useEffect } from 'react';
import { useQueryClient, type QueryClient } from '@tanstack/react-query';
import type { MessageToTab } from './changes-messages';
import { followWhileVisible } from './changes-port';
import { getFirstPositionSeen, raiseMinPosition } from './client';
import { meKey, useMe } from './me';
import { refreshUsers } from './refresh-users';

/** How long, in ms, changes gather while many come: each look at them costs several requests. */
const batchWindowMs = 500;

/** While this is on the page, rows and numbers of the account follow what anybody changes. */
export function useChanges(accountId: string): void {
  const queryClient = useQueryClient();
  const { id: userId } = useMe().actor;
  useEffect(() => followChanges(queryClient, accountId, userId), [accountId, userId, queryClient]);
}

/** Up to which position of the log this page knows of all changes; at first, what its first read showed. */
let knownPosition = 0;

/** Follows until what it answers is called. */
function followChanges(queryClient: QueryClient, accountId: string, userId: string): () => void {
  const changed = new Set<string>();
  let isRefreshing = false;
  /** The first at once; one after the other, for a newer look breaks off one that is under way. */
  const refreshChanged = async (): Promise<void> => {
    if (isRefreshing) return;
    for (isRefreshing = true; changed.size > 0; await new Promise((resolve) => setTimeout(resolve, batchWindowMs))) {
      const userIds = [...changed];
      changed.clear();
      await refreshUsers(queryClient, accountId, userIds);
    }
    isRefreshing = false;
  };
  const onMessage = (message: MessageToTab): void => {
    // It may be the session that has ended.
    if (message.kind === 'refused') void queryClient.invalidateQueries({ queryKey: meKey });
    if (message.kind === 'replaced') void checkMe();
    if (message.kind !== 'changed' && message.kind !== 'reset') return;
    knownPosition = Math.max(knownPosition, message.position);
    if (message.kind === 'reset') return void queryClient.invalidateQueries({ queryKey: ['accounts', accountId] });
    if (message.userIds.length === 0) return;
    raiseMinPosition(message.position);
    for (const id of message.userIds) changed.add(id);
    void refreshChanged();
  };
  const start = () =>
    followWhileVisible(
      () => ({ kind: 'follow', accountId, userId, after: knownPosition || getFirstPositionSeen() }),
      onMessage,
    );
  let stop: (() => void) | undefined = start();
  /** Goes on where it is still the same user; for another one, the page is loaded anew. */
  const checkMe = async (): Promise<void> => {
    stop?.();
    await queryClient.invalidateQueries({ queryKey: meKey });
    if (stop) stop = start();
  };
  return () => {
    changed.clear();
    stop?.();
    stop = undefined;
  };
}
