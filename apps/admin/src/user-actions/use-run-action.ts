import { useRef } from 'react';
import { queryOptions, useMutation, useQueryClient } from '@tanstack/react-query';
import { unwrapResponse, api, type Schemas } from '../api/client';
import { refreshUsers } from '../api/refresh-users';
import type { Act } from './user-actions';

export type ActionResult = Schemas['BulkAnswer']['results'][number];

/** So many users one call takes. */
const maxUsersPerRequest = 1_000;

interface ActionRequest {
  readonly accountId: string;
  readonly act: Act;
  readonly userIds: readonly string[];
}

/** What the dialog asks for. */
export interface ActionOptions {
  readonly reason: string;
  /** Of a delete: whoever restores them brings their roles back. */
  readonly keepRoles: boolean;
  /** Also end the tokens that they issued. */
  readonly endTokens: boolean;
}

/** What would happen to each; nothing is written. */
export const dryRunQuery = (doing: ActionRequest) =>
  queryOptions({
    queryKey: ['dry-run', doing],
    queryFn: () => sendBulkRequests(doing, { dryRun: true }),
    staleTime: 0,
    gcTime: 0,
  });

/** Does it, and brings the page up to date. Trying again on the same terms completes what an outage left undone. */
export function useRunAction(doing: ActionRequest) {
  const queryClient = useQueryClient();
  const keys = useRef(new Map<string, string>());
  return useMutation({
    mutationFn: ({ reason, keepRoles, endTokens }: ActionOptions) => {
      // On other terms it is another act: under the same key it would be refused.
      const terms = `${keepRoles} ${endTokens} ${reason}`;
      if (!keys.current.has(terms)) keys.current.set(terms, newIdempotencyKey());
      return sendBulkRequests(
        doing,
        { ...(reason && { reason }), ...(keepRoles && { keepRoles }), ...(endTokens && { endIssuedTokens: true }) },
        keys.current.get(terms),
      );
    },
    onSettled: () => refreshUsers(queryClient, doing.accountId, doing.userIds),
  });
}

/** A key that nobody has. Not `randomUUID`, which browsers have on https and localhost only. */
const newIdempotencyKey = (): string => crypto.getRandomValues(new Uint32Array(4)).join('-');

async function sendBulkRequests(
  { accountId, act, userIds }: ActionRequest,
  options: { reason?: string; keepRoles?: boolean; endIssuedTokens?: boolean; dryRun?: true },
  key?: string,
): Promise<ActionResult[]> {
  const results: ActionResult[] = [];
  for (let from = 0; from < userIds.length; from += maxUsersPerRequest) {
    const call = api.POST('/api/v1/accounts/{accountId}/users/bulk', {
      params: { path: { accountId }, ...(key && { header: { 'Idempotency-Key': `${key}-${from}` } }) },
      body: { action: act, userIds: userIds.slice(from, from + maxUsersPerRequest), ...options },
    });
    results.push(...(await unwrapResponse(call)).results);
  }
  return results;
}
