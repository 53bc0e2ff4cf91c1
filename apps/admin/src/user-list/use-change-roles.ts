import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Problem } from '../api/problem';
import { refreshUsers } from '../api/refresh-users';
import { changeRole, type RoleChange } from '../api/roles';
import type { Schemas } from '../api/client';

interface Ids {
  readonly accountId: string;
  readonly userId: string;
}

/** The result of a dry run of a role change: the tokens that the user issued and that would stay, or the refusal. */
export interface RoleForecast extends RoleChange {
  readonly tokens: readonly Schemas['IssuedToken'][];
  readonly refusal?: Problem;
}

/** Sends a dry run of each role change. */
export const useRoleForecast = (ids: Ids, changes: readonly RoleChange[]) =>
  useQuery({
    queryKey: ['dry-run-roles', ids, changes],
    enabled: changes.length > 0,
    staleTime: 0,
    gcTime: 0,
    queryFn: () =>
      Promise.all(
        changes.map((change): Promise<RoleForecast> =>
          changeRole(ids, change, { dryRun: true }).then(
            ({ issuedTokens }) => ({ ...change, tokens: issuedTokens ?? [] }),
            (error: unknown) => {
              if (!(error instanceof Problem) || error.status >= 500) throw error;
              return { ...change, tokens: [], refusal: error };
            },
          ),
        ),
      ),
  });

/** Returns the mutation that makes the changes one after the other, and then refreshes the page. Those before a refused one stay. */
export function useChangeRoles(ids: Ids, changes: readonly RoleChange[]) {
  const queryClient = useQueryClient();
  return useMutation({
    mutationFn: async (options: { reason?: string; endIssuedTokens: boolean }) => {
      for (const change of changes) await changeRole(ids, change, options);
    },
    onSettled: () => refreshUsers(queryClient, ids.accountId, [ids.userId]),
  });
}
