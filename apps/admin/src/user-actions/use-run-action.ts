import { useRef } from 'react';
import { queryOptions, useMutation, useQueryClient } from '@tanstack/react-query';
import { unwrapResponse, api, type Schemas } from '../api/client';
import { refreshUsers } from '../api/refresh-users';
import { userActions, type BulkActionName } from './user-actions';

export type ActionResult = Schemas['BulkAnswer']['results'][number];

/** The limit of the API's bulk route. */
const maxUsersPerRequest = 1_000;

interface ActionRequest {
  readonly accountId: string;
  readonly action: BulkActionName;
  readonly userIds: readonly string[];
}

/** What the caller chose in the confirmation. */
export interface ActionOptions {
  readonly reason: string;
  /** For a delete: a later restore gives the roles back. */
  readonly keepRoles: boolean;
  /** Also ends the access tokens that the users issued. */
  readonly endTokens: boolean;
}

/** Returns the TanStack query that asks the API what an action would do to each user (a dry run). */
export const dryRunQuery = (request: ActionRequest) =>
  queryOptions({
    queryKey: ['dry-run', request],
    queryFn: () => sendBulkRequests(request, { dryRun: true }),
    staleTime: 0,
    gcTime: 0,
  });

/** Returns the TanStack mutation that runs an action and then refreshes the page. After an outage, a retry with the same options completes the action. */
export function useRunAction(request: ActionRequest) {
  const queryClient = useQueryClient();
  const keys = useRef(new Map<string, string>());
  return useMutation({
    mutationFn: ({ reason, keepRoles, endTokens }: ActionOptions) => {
      // The API refuses a key that comes again with other options.
      const options = `${keepRoles} ${endTokens} ${reason}`;
      if (!keys.current.has(options)) keys.current.set(options, newIdempotencyKey());
      return sendBulkRequests(
        request,
        { ...(reason && { reason }), ...(keepRoles && { keepRoles }), ...(endTokens && { endIssuedTokens: true }) },
        keys.current.get(options),
      );
    },
    onSettled: () => refreshUsers(queryClient, request.accountId, request.userIds),
  });
}

/** Returns a random key. `crypto.randomUUID` exists on https and localhost only. */
const newIdempotencyKey = (): string => crypto.getRandomValues(new Uint32Array(4)).join('-');

async function sendBulkRequests(
  { accountId, action, userIds }: ActionRequest,
  options: { reason?: string; keepRoles?: boolean; endIssuedTokens?: boolean; dryRun?: true },
  key?: string,
): Promise<ActionResult[]> {
  const results: ActionResult[] = [];
  for (let from = 0; from < userIds.length; from += maxUsersPerRequest) {
    const call = api.POST('/api/v1/accounts/{accountId}/users/bulk', {
      params: { path: { accountId }, ...(key && { header: { 'Idempotency-Key': `${key}-${from}` } }) },
      body: { action: userActions[action].bulk, userIds: userIds.slice(from, from + maxUsersPerRequest), ...options },
    });
    results.push(...(await unwrapResponse(call)).results);
  }
  return results;
}
