import { queryOptions, useQuery, useSuspenseQuery } from '@tanstack/react-query';
import { unwrapResponse, api, type Schemas } from './client';
import { Problem } from './problem';
import { forgetSessionEndReason, rememberSessionEndReason } from './session-end-reason';

export type Me = Schemas['Me'];
export type Permission = Me['permissions'][number];

export const meKey = ['me'] as const;

/** The key in the browser's storage that says that somebody is logged in. Scripts cannot see the cookie, and a refused request would be an error in the console. */
const loginMarker = 'rollbook.entered';
/** Stores that somebody has logged in. The value is always new, so that other tabs get an event. */
export function rememberLogin(): void {
  forgetSessionEndReason();
  localStorage.setItem(loginMarker, new Date().toISOString());
}

/** Calls `callback` when somebody logs in or out in another tab. */
export function onLoginChangedInOtherTab(callback: () => void): void {
  window.addEventListener('storage', ({ key }) => key === loginMarker && callback());
}

/** TanStack query that loads the logged-in user or operator; its data is `null` without a session. */
export const meQuery = queryOptions({
  queryKey: meKey,
  staleTime: 60_000,
  queryFn: async ({ client }): Promise<Me | null> => {
    const before = client.getQueryData<Me | null>(meKey);
    const isInside = Boolean(before);
    if (!localStorage.getItem(loginMarker)) return isInside ? redirectToLoginAndBack() : null;
    try {
      const me = await unwrapResponse(api.GET('/api/v1/me'));
      return before && before.actor.id !== me.actor.id ? reloadForOtherUser() : me;
    } catch (error) {
      if (!(error instanceof Problem && error.status === 401)) throw error;
      if (isInside) return redirectToLoginAndBack(error);
      rememberSessionEndReason(error);
      localStorage.removeItem(loginMarker);
      return null;
    }
  },
});

/** The query of the caller's account: its name and its administrators. Only for users; operators have no account. */
export const ownAccountQuery = queryOptions({
  queryKey: ['own-account'],
  staleTime: 300_000,
  queryFn: () => unwrapResponse(api.GET('/api/v1/me/account')),
});

/** Returns the caller's account once it is loaded; undefined for operators. */
export function useOwnAccount(): Schemas['OwnAccount'] | undefined {
  const { accountId } = useMe();
  return useQuery({ ...ownAccountQuery, enabled: accountId !== null }).data;
}

/** Returns who is logged in. Only for pages behind the login. */
export const useMe = (): Me => useSuspenseQuery(meQuery).data!;

/** Checks whether the caller has a permission. The server checks it as well. */
export const useHasPermission = (permission: Permission): boolean => useMe().permissions.includes(permission);

/** Opens the login page, which leads back here and says why the session has ended, if `refusal` does. Never resolves, so that nothing more is shown. */
export function redirectToLoginAndBack(refusal?: Problem): Promise<never> {
  if (refusal) rememberSessionEndReason(refusal);
  const { pathname, search } = window.location;
  clearLoginAndOpen(`/login?${new URLSearchParams({ to: pathname + search }).toString()}`);
  return new Promise(() => {});
}

/** Opens the login page after a logout, with a full page load, so that no data stay for the next user of this browser. */
export function redirectToLogin(): void {
  forgetSessionEndReason();
  clearLoginAndOpen('/login');
}

/** Loads the start page because another user has logged in in another tab, so that no data of the previous one stay. Never resolves. */
function reloadForOtherUser(): Promise<never> {
  window.location.replace('/');
  return new Promise(() => {});
}

let isLeaving = false;

/** Opens an address once. Several requests may find that the session has ended, and a second navigation would abort the first. */
function clearLoginAndOpen(login: string): void {
  if (isLeaving) return;
  isLeaving = true;
  localStorage.removeItem(loginMarker);
  window.location.replace(login);
}
