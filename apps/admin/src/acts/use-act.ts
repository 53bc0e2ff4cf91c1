import { useRef } from 'react';
import { queryOptions, useMutation, useQueryClient } from '@tanstack/react-query';
import { answered, api, type Schemas } from '../api/client';
import { mend } from '../api/mend';
import type { Act } from './act';

export type Result = Schemas['BulkAnswer']['results'][number];

/** So many users one call takes. */
const most = 1_000;

interface Doing {
  readonly accountId: string;
  readonly act: Act;
  readonly userIds: readonly string[];
}

/** What the dialog asks for. */
export interface Terms {
  readonly reason: string;
  /** Of a delete: whoever restores them brings their roles back. */
  readonly keepRoles: boolean;
  /** Also end the tokens that they issued. */
  readonly endTokens: boolean;
}

/** What would happen to each; nothing is written. */
export const dryRunQuery = (doing: Doing) =>
  queryOptions({ queryKey: ['dry-run', doing], queryFn: () => send(doing, { dryRun: true }), staleTime: 0, gcTime: 0 });

/** Does it, and brings the page up to date. Trying again on the same terms completes what an outage left undone. */
export function useDo(doing: Doing) {
  const queryClient = useQueryClient();
  const keys = useRef(new Map<string, string>());
  return useMutation({
    mutationFn: ({ reason, keepRoles, endTokens }: Terms) => {
      // On other terms it is another act: under the same key it would be refused.
      const terms = `${keepRoles} ${endTokens} ${reason}`;
      if (!keys.current.has(terms)) keys.current.set(terms, newKey());
      return send(
        doing,
        { ...(reason && { reason }), ...(keepRoles && { keepRoles }), ...(endTokens && { endIssuedTokens: true }) },
        keys.current.get(terms),
      );
    },
    onSettled: () => mend(queryClient, doing.accountId, doing.userIds),
  });
}

/** A key that nobody has. Not `randomUUID`, which browsers have on https and localhost only. */
const newKey = (): string => crypto.getRandomValues(new Uint32Array(4)).join('-');

async function send(
  { accountId, act, userIds }: Doing,
  options: { reason?: string; keepRoles?: boolean; endIssuedTokens?: boolean; dryRun?: true },
  key?: string,
): Promise<Result[]> {
  const results: Result[] = [];
  for (let from = 0; from < userIds.length; from += most) {
    const call = api.POST('/api/v1/accounts/{accountId}/users/bulk', {
      params: { path: { accountId }, ...(key && { header: { 'Idempotency-Key': `${key}-${from}` } }) },
      body: { action: act, userIds: userIds.slice(from, from + most), ...options },
    });
    results.push(...(await answered(call)).results);
  }
  return results;
}
