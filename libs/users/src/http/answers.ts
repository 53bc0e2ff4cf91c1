import type { Routes } from '#libs/http';
import type { Permission } from '#libs/authorization';
import type { BulkAnswer, IssuedToken } from '../domain/results.js';
import type { BulkResult } from '../workflows/change-users.js';

/** Converts the results of a bulk action to the response, with links to the suggested actions that the caller may take. */
export const bulkAnswer = (
  results: readonly BulkResult[],
  routes: Routes,
  permissions: readonly Permission[],
  issuedTokens: ReadonlyMap<string, readonly IssuedToken[]> | undefined,
): BulkAnswer => ({
  results: results.map(({ userId, ok, changed, code, detail, actions, mayHaveIssuedTokens }) => ({
    userId,
    ok,
    ...(changed !== undefined && { changed }),
    ...(code && { code, detail }),
    ...(actions && { actions: routes.toLinks(actions, { permissions: new Set(permissions) }) }),
    ...(mayHaveIssuedTokens && issuedTokens === undefined && { issuedTokens: null }),
    ...(issuedTokens?.has(userId) && { issuedTokens: issuedTokens.get(userId)! }),
  })),
});
