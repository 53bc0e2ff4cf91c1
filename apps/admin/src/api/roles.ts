import { queryOptions } from '@tanstack/react-query';
import { unwrapResponse, api, type Schemas } from './client';
import type { Role } from './users';

const rolePath = '/api/v1/accounts/{accountId}/users/{userId}/roles/{role}';

/** The TanStack query that loads the roles with the permissions that each gives. */
export const rolesQuery = queryOptions({
  queryKey: ['roles'],
  queryFn: () => unwrapResponse(api.GET('/api/v1/roles')),
  staleTime: Infinity,
});

/** One role to give to a user, or to take away. */
export interface RoleChange {
  readonly role: Role;
  readonly isGiven: boolean;
}

interface RoleChangeOptions {
  readonly reason?: string;
  readonly dryRun?: boolean;
  /** For a role that is taken away: also ends the access tokens that the user issued. */
  readonly endIssuedTokens?: boolean;
}

/** Grants or revokes a role of a user. Throws `Problem`. */
export function changeRole(
  ids: { readonly accountId: string; readonly userId: string },
  { role, isGiven }: RoleChange,
  { reason, dryRun = false, endIssuedTokens = false }: RoleChangeOptions,
): Promise<Schemas['UserStanding']> {
  const path = { ...ids, role };
  const why = reason ? { reason } : {};
  if (isGiven)
    return unwrapResponse(api.PUT(rolePath, { params: { path }, body: { ...why, ...(dryRun && { dryRun }) } }));
  const query = { ...(dryRun && { dryRun }), ...(endIssuedTokens && { endIssuedTokens }) };
  return unwrapResponse(api.DELETE(rolePath, { params: { path, query }, body: why }));
}
