import { queryOptions, useSuspenseQuery } from '@tanstack/react-query';
import { answered, api, type Schemas } from './client';
import { Problem } from './problem';

export type Me = Schemas['Me'];
export type Permission = Me['permissions'][number];

export const meKey = ['me'] as const;

/** Remembers that somebody logged in here: scripts can't see the cookie, and asking in vain is an error in the console. */
const entered = 'rollbook.entered';
export const rememberEntered = (): void => localStorage.setItem(entered, 'yes');

/** Who is logged in; `null`: nobody. */
export const meQuery = queryOptions({
  queryKey: meKey,
  staleTime: 60_000,
  queryFn: async ({ client }): Promise<Me | null> => {
    const isInside = Boolean(client.getQueryData(meKey));
    if (!localStorage.getItem(entered)) return isInside ? sessionEnded() : null;
    try {
      return await answered(api.GET('/api/v1/me'));
    } catch (error) {
      if (!(error instanceof Problem && error.status === 401)) throw error;
      if (isInside) return sessionEnded();
      localStorage.removeItem(entered);
      return null;
    }
  },
});

/** Who is logged in, on a page that only they see. */
export const useMe = (): Me => useSuspenseQuery(meQuery).data!;

/** Whether the caller's roles give this permission; the server decides all the same. */
export const useMay = (permission: Permission): boolean => useMe().permissions.includes(permission);

/** The session of this page has ended: it is loaded anew as the login, which leads back here. Nothing more is shown of it, so nothing is answered. */
export function sessionEnded(): Promise<never> {
  const { pathname, search } = window.location;
  leaveFor(`/login?${new URLSearchParams({ to: pathname + search }).toString()}`);
  return new Promise(() => {});
}

/** Nobody is logged in any more: the page is loaded anew, so that nothing of what was seen stays for whoever comes next. */
export const forgetMe = (): void => leaveFor('/login');

let isLeaving = false;

/** Once: several requests find out that a session ended, and a second way out would break off the first. */
function leaveFor(login: string): void {
  if (isLeaving) return;
  isLeaving = true;
  localStorage.removeItem(entered);
  window.location.replace(login);
}
