import { useRef, useState } from 'react';
import { keepPreviousData, queryOptions, useMutation, useQueryClient } from '@tanstack/react-query';
import { unwrapResponse, api, type Schemas } from '../api/client';
import { createIdempotencyKey } from '../api/idempotency-key';
import { refreshUsers } from '../api/refresh-users';
import { userActions, type BulkActionName } from './user-actions';

export type ActionResult = Schemas['BulkAnswer']['results'][number];

/** The limit of the API's bulk route, for dry runs: together they say which of several administrators stays. */
const maxUsersPerDryRun = 1_000;
/** How many users are changed by one request, so that the progress can be shown. */
export const usersPerRequest = 100;

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

/** Returns the TanStack query that asks the API what an action with these options would do to each user (a dry run). */
export const dryRunQuery = (request: ActionRequest, options: ActionOptions) =>
  queryOptions({
    queryKey: ['dry-run', request, options],
    queryFn: async () => {
      const results: ActionResult[] = [];
      for (let from = 0; from < request.userIds.length; from += maxUsersPerDryRun)
        results.push(...(await sendBulk(request, from, maxUsersPerDryRun, { ...toBody(options), dryRun: true })));
      return results;
    },
    placeholderData: keepPreviousData,
    staleTime: 0,
    gcTime: 0,
  });

/**
 * Runs an action on users, some at a time, and then refreshes the page. After an outage or a stop, `resume` goes on where it
 * ended; a request that was already carried out is not carried out twice.
 */
export function useRunAction(request: ActionRequest) {
  const queryClient = useQueryClient();
  const total = request.userIds.length;
  const [results, setResults] = useState<readonly ActionResult[]>([]);
  const started = useRef<{ options: ActionOptions; key: string; isStopped: boolean }>(undefined);
  const running = useMutation({
    mutationFn: async () => {
      const { options, key } = started.current!;
      const all = [...results];
      while (all.length < total && !started.current!.isStopped) {
        all.push(...(await sendBulk(request, all.length, usersPerRequest, toBody(options), `${key}-${all.length}`)));
        setResults([...all]);
      }
      return all;
    },
    onSettled: () => refreshUsers(queryClient, request.accountId, request.userIds),
  });
  const run = () => running.mutateAsync().catch(() => undefined);
  return {
    total,
    results,
    isRunning: running.isPending,
    error: running.error,
    /** Whether every user has a result. */
    isComplete: results.length === total && !running.isPending,
    /** Resolves with the results so far; `undefined` after an error. */
    start: (options: ActionOptions) => {
      // The API refuses a key that comes again with other options.
      const isSame = JSON.stringify(started.current?.options) === JSON.stringify(options);
      const key = (isSame && started.current?.key) || createIdempotencyKey();
      started.current = { options, key, isStopped: false };
      return run();
    },
    /** Ends after the request that is on its way. */
    stop: () => {
      if (started.current) started.current.isStopped = true;
    },
    resume: () => {
      if (started.current) started.current.isStopped = false;
      return run();
    },
  };
}

const toBody = ({ reason, keepRoles, endTokens }: ActionOptions) => ({
  ...(reason && { reason }),
  ...(keepRoles && { keepRoles }),
  ...(endTokens && { endIssuedTokens: true }),
});

async function sendBulk(
  { accountId, action, userIds }: ActionRequest,
  from: number,
  count: number,
  options: { reason?: string; keepRoles?: boolean; endIssuedTokens?: boolean; dryRun?: true },
  key?: string,
): Promise<ActionResult[]> {
  const call = api.POST('/api/v1/accounts/{accountId}/users/bulk', {
    params: { path: { accountId }, ...(key && { header: { 'Idempotency-Key': key } }) },
    body: { action: userActions[action].bulk, userIds: userIds.slice(from, from + count), ...options },
  });
  return (await unwrapResponse(call)).results;
}
