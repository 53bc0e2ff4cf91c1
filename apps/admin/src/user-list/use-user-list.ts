import { useMemo, useState } from 'react';
import { useDebouncedValue } from '@mantine/hooks';
import {
  keepPreviousData,
  useInfiniteQuery,
  type InfiniteData,
  type UseInfiniteQueryResult,
} from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { isSearchTooShort, userListQuery, type User, type UserFilter, type UserItemPage } from '../api/users';
import type { UserListSearch } from './user-list-search';

const route = getRouteApi('/in/accounts/$accountId/users');
const noUsers: User[] = [];

/** The list that the page's filters and search show, and how to change them. */
export function useUserList() {
  const { accountId } = route.useParams();
  const filter = route.useSearch();
  const navigate = route.useNavigate();
  const [typed, setTyped] = useState('');
  const [settled] = useDebouncedValue(typed.trim(), 250);
  const shown: UserFilter = useMemo(() => ({ ...filter, ...(settled && { search: settled }) }), [filter, settled]);
  const list = useInfiniteQuery({ ...userListQuery(accountId, shown), placeholderData: keepPreviousData });
  const users = useMemo(() => list.data?.pages.flatMap(({ items }) => items) ?? noUsers, [list.data]);
  return {
    accountId,
    /** What the address says. */
    filter,
    setFilter: (next: UserListSearch) => void navigate({ search: next, replace: true }),
    typed,
    setTyped,
    search: toSearchState(typed.trim(), settled, list),
    /** All of it, as the export takes it. */
    shown,
    list,
    users,
  };
}

/** What became of what was typed. While it is pending, the list is still that of before. */
export type SearchState =
  | { readonly kind: 'none' | 'pending' | 'tooShort' }
  | { readonly kind: 'found'; readonly search: string; readonly beginningsOnly: readonly string[] };

type List = Pick<
  UseInfiniteQueryResult<InfiniteData<UserItemPage>>,
  'data' | 'error' | 'isPlaceholderData' | 'isPending'
>;

function toSearchState(
  typed: string,
  settled: string,
  { data, error, isPlaceholderData, isPending }: List,
): SearchState {
  if (typed !== settled) return { kind: typed ? 'pending' : 'none' };
  if (!settled) return { kind: 'none' };
  if (error) return { kind: isSearchTooShort(error) ? 'tooShort' : 'none' };
  if (isPlaceholderData || isPending) return { kind: 'pending' };
  return { kind: 'found', search: settled, beginningsOnly: data?.pages[0]?.beginningsOnly ?? [] };
}
