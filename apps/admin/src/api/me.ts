import { queryOptions, useSuspenseQuery } from '@tanstack/react-query';
import { unwrapResponse, api, type Schemas } from './client';
import { Problem } from './problem';

export type Me = Schemas['Me'];
export type Permission = Me['permissions'][number];

export const meKey = ['me'] as const;

/** Remembers that somebody logged in here: scripts can't see the cookie, and asking in vain is an error in the console. */
const loginMarker = 'rollbook.entered';
/** Another value with each login, so that other tabs are told. */
export const rememberLogin = (): void => localStorage.setItem(loginMarker, new Date().toISOString());

/** Calls back when somebody has logged in or out in another tab. */
export function onLoginChangedInOtherTab(callback: () => void): void {
  window.addEventListener('storage', ({ key }) => key === loginMarker && callback());
}

/** Who is logged in; `null`: nobody. */
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
      if (isInside) return redirectToLoginAndBack();
      localStorage.removeItem(loginMarker);
      return null;
    }
  },
});

/** Who is logged in, on a page that only they see. */
export const useMe = (): Me => useSuspenseQuery(meQuery).data!;

/** Whether the caller's roles give this permission; the server decides all the same. */
export const useHasPermission = (permission: Permission): boolean => useMe().permissions.includes(permission);

/** The session of this page has ended: it is loaded anew as the login, which leads back here. Nothing more is shown of it, so nothing is answered. */
export function redirectToLoginAndBack(): Promise<never> {
  const { pathname, search } = window.location;
  clearLoginAndOpen(`/login?${new URLSearchParams({ to: pathname + search }).toString()}`);
  return new Promise(() => {});
}

/** Nobody is logged in any more: the page is loaded anew, so that nothing of what was seen stays for whoever comes next. */
export const redirectToLogin = (): void => clearLoginAndOpen('/login');

/** Somebody else has logged in in another tab: the page is loaded anew, so that nothing that was shown to the one before stays. */
function reloadForOtherUser(): Promise<never> {
  window.location.replace('/');
  return new Promise(() => {});
}

let isLeaving = false;

/** Once: several requests find out that a session ended, and a second way out would break off the first. */
function clearLoginAndOpen(login: string): void {
  if (isLeaving) return;
  isLeaving = true;
  localStorage.removeItem(loginMarker);
  window.location.replace(login);
}
