import { infiniteQueryOptions, queryOptions, type QueryClient } from '@tanstack/react-query';
import { unwrapResponse, api, type Schemas } from './client';
import { cursorPaging } from './paging';
import { reloadQueries } from './reload-queries';

export type Mail = Schemas['MailItem'];
export type ListedMailState = keyof Schemas['MailPage']['counts'];

const mailsKey = ['mails'] as const;

const loadMails = (state: ListedMailState, cursor: string) =>
  unwrapResponse(api.GET('/api/v1/mails', { params: { query: { state, ...(cursor && { cursor }) } } }));

/** Returns the TanStack query of the mails that were given up (`parked`) or wait to be sent (`owed`), oldest first. It follows what the server sends. */
export const mailListQuery = (state: ListedMailState) =>
  infiniteQueryOptions({
    queryKey: [...mailsKey, state],
    queryFn: ({ pageParam }) => loadMails(state, pageParam),
    refetchInterval: 10_000,
    ...cursorPaging,
  });

/** The query of how many mails were given up and wait to be sent. */
export const mailCountsQuery = queryOptions({
  queryKey: [...mailsKey, 'counts'],
  queryFn: async () => (await loadMails('parked', '')).counts,
  staleTime: 60_000,
});

/** Sends a mail again. Throws `Problem`. */
export const sendMail = (mailId: string): Promise<Mail> =>
  unwrapResponse(api.POST('/api/v1/mails/{mailId}/send', { params: { path: { mailId } } }));

/** Reloads the lists of mails. */
export const refreshMails = (queryClient: QueryClient): Promise<void> =>
  reloadQueries(queryClient, { queryKey: mailsKey });
