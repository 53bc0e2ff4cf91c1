import type { InfiniteData, QueryClient } from '@tanstack/react-query';
import { Problem } from './problem';
import { unwrapResponse, api } from './client';
import { reloadQueries } from './reload-queries';
import { memberStatuses, userListsKey, userKey, type Page, type User, type UserFilter } from './users';

type Pages = InfiniteData<Page<User>, string>;

/** Up to this many changed rows are loaded one by one; for more, whole pages are reloaded. */
const maxRowsReadSingly = 30;
/** Lists of up to this many pages are reloaded, which also shows new users. */
const maxPagesReread = 2;

/** Reloads everything cached about users who have changed. Never rejects: what cannot be read is marked as stale. */
export async function refreshUsers(
  queryClient: QueryClient,
  accountId: string,
  userIds: readonly string[],
): Promise<void> {
  const account = ['accounts', accountId];
  await Promise.all([
    reloadQueries(queryClient, { queryKey: [...account, 'summary'] }),
    reloadQueries(queryClient, { queryKey: [...account, 'approvals'] }),
    ...userIds.map((userId) => reloadQueries(queryClient, { queryKey: userKey(accountId, userId) })),
    refreshUserLists(queryClient, accountId, new Set(userIds)),
  ]);
}

async function refreshUserLists(
  queryClient: QueryClient,
  accountId: string,
  userIds: ReadonlySet<string>,
): Promise<void> {
  const lists = queryClient.getQueryCache().findAll({ queryKey: userListsKey(accountId) });
  for (const { queryKey, state } of lists) {
    const { pages = [] } = (state.data ?? {}) as Partial<Pages>;
    const shown = pages.flatMap(({ items }) => items).filter(({ userId }) => userIds.has(userId));
    if (pages.length <= maxPagesReread || shown.length > maxRowsReadSingly)
      await reloadQueries(queryClient, { queryKey });
    else
      await replaceRows(queryClient, accountId, queryKey, shown).catch(() => reloadQueries(queryClient, { queryKey }));
  }
}

async function replaceRows(
  queryClient: QueryClient,
  accountId: string,
  queryKey: readonly unknown[],
  shown: readonly User[],
): Promise<void> {
  const filter = queryKey.at(-1) as UserFilter;
  const now = new Map(
    await Promise.all(shown.map(async ({ userId }) => [userId, await readUser(accountId, userId)] as const)),
  );
  // A page that is loading now would put the old rows back; the table requests it again.
  await queryClient.cancelQueries({ queryKey });
  queryClient.setQueryData<Pages>(
    queryKey,
    (data) =>
      data && {
        ...data,
        pages: data.pages.map((page) => ({
          ...page,
          items: page.items.flatMap((item) => {
            const user = now.get(item.userId);
            return user === undefined ? [item] : user !== null && matchesFilter(user, filter) ? [user] : [];
          }),
        })),
      },
  );
}

/** Loads a user, or `null` if the account may not see them any more. Without the cache, which could return a request that began before the change. */
const readUser = (accountId: string, userId: string): Promise<User | null> =>
  unwrapResponse(
    api.GET('/api/v1/accounts/{accountId}/users/{userId}', { params: { path: { accountId, userId } } }),
  ).catch((error: unknown) => {
    if (error instanceof Problem && error.status === 404) return null;
    throw error;
  });

/** Checks that a user still matches a list's filters. Ignores the search text, because names rarely change. */
function matchesFilter(
  user: User,
  { effectiveStatus = memberStatuses, role, country, lastLoginBefore }: UserFilter,
): boolean {
  return (
    effectiveStatus.includes(user.effectiveStatus) &&
    (role === undefined || user.roles.includes(role)) &&
    (country === undefined || country === user.country) &&
    (lastLoginBefore === undefined || !user.lastLoginAt || Date.parse(user.lastLoginAt) < Date.parse(lastLoginBefore))
  );
}
