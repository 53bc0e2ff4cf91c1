import { useEffect } from 'react';
import { useQueryClient, type QueryClient } from '@tanstack/react-query';
import type { MessageToTab } from './changes-messages';
import { followWhileVisible } from './changes-port';
import { getFirstPositionSeen, raiseMinPosition } from './client';
import { meKey, useMe } from './me';
import { refreshUsers } from './refresh-users';
import { reloadQueries } from './reload-queries';

/** Milliseconds between two refreshes, because each takes several requests. */
const batchWindowMs = 500;

/** Follows the changes of an account while the component is mounted, and reloads cached users and counts that have changed. */
export function useChanges(accountId: string): void {
  const queryClient = useQueryClient();
  const { id: userId } = useMe().actor;
  useEffect(() => followChanges(queryClient, accountId, userId), [accountId, userId, queryClient]);
}

/** The position of the log up to which this page has all changes; 0 before the first change. */
let knownPosition = 0;

/** Follows the changes of an account; returns a function that stops. */
function followChanges(queryClient: QueryClient, accountId: string, userId: string): () => void {
  const changed = new Set<string>();
  let isRefreshing = false;
  /** Refreshes the first change at once, then the others one batch after the other, because a new refresh would abort a running one. */
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
    // The session may have ended.
    if (message.kind === 'refused') void queryClient.invalidateQueries({ queryKey: meKey });
    if (message.kind === 'replaced') void checkMe();
    if (message.kind !== 'changed' && message.kind !== 'reset') return;
    knownPosition = Math.max(knownPosition, message.position);
    if (message.kind === 'reset') return void reloadQueries(queryClient, { queryKey: ['accounts', accountId] });
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
  /** Checks who is logged in. The same user: follows again. Another one: `meQuery` reloads the page. */
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
