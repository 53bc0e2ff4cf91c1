import { infiniteQueryOptions } from '@tanstack/react-query';
import { unwrapResponse, api, type Schemas } from './client';
import { toPageQuery, cursorPaging } from './paging';
import type { operations } from './schema';
import { userKey } from './users';

export type AuditItem = Schemas['AuditItem'];
export type AuditAction = AuditItem['action'];
export type AuditFilter = Omit<NonNullable<operations['ListAudit']['parameters']['query']>, 'limit' | 'cursor'>;

/** Returns the TanStack query that loads audit items, newest first. It loads them again whenever the page is opened. */
export const auditQuery = (filter: AuditFilter) =>
  infiniteQueryOptions({
    queryKey: ['audit', filter],
    queryFn: ({ pageParam }) =>
      unwrapResponse(api.GET('/api/v1/audit', { params: { query: { ...filter, ...toPageQuery(pageParam) } } })),
    ...cursorPaging,
    staleTime: 0,
  });

/** Returns the TanStack query that loads a user's history, newest first, with or without their logins. */
export const historyQuery = (accountId: string, userId: string, { excludeLogins }: { excludeLogins: boolean }) =>
  infiniteQueryOptions({
    queryKey: [...userKey(accountId, userId), 'history', { excludeLogins }],
    queryFn: ({ pageParam }) =>
      unwrapResponse(
        api.GET('/api/v1/accounts/{accountId}/users/{userId}/history', {
          params: { path: { accountId, userId }, query: { excludeLogins, ...toPageQuery(pageParam, 200) } },
        }),
      ),
    ...cursorPaging,
  });

/** Checks whether an audit item is an event of the user's stream, so that the user can be shown at its revision. Logins are in another stream. */
export const isReplayable = ({ subject, action }: AuditItem): boolean =>
  subject.kind === 'user' && action !== 'user.logged-in' && action !== 'login.failed';
