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
import { useRememberedList, useStoreList } from './use-list-memory';
import { useUserSelection } from './use-user-selection';
import type { UserListSearch } from './user-list-search';

const route = getRouteApi('/in/accounts/$accountId/users');
const noUsers: User[] = [];

/** Returns the users that match the page's filters and search text, the selection, and functions that change these. */
export function useUserList() {
  const { accountId } = route.useParams();
  const filter = route.useSearch();
  const navigate = route.useNavigate();
  const remembered = useRememberedList();
  const [typed, setTyped] = useState(remembered.search);
  const [settled] = useDebouncedValue(typed.trim(), 250);
  const fullFilter: UserFilter = useMemo(() => ({ ...filter, ...(settled && { search: settled }) }), [filter, settled]);
  const list = useInfiniteQuery({ ...userListQuery(accountId, fullFilter), placeholderData: keepPreviousData });
  const users = useMemo(() => list.data?.pages.flatMap(({ items }) => items) ?? noUsers, [list.data]);
  const contentKey = JSON.stringify(fullFilter);
  const selection = useUserSelection(remembered.selected, users, list.isPlaceholderData ? undefined : contentKey);
  const onScroll = useStoreList(remembered, { search: settled, selected: selection.selected });
  return {
    accountId,
    /** The filters in the page's address. */
    filter,
    setFilter: (next: UserListSearch) => void navigate({ search: next, replace: true }),
    typed,
    setTyped,
    search: toSearchState(typed.trim(), settled, list),
    /** The filters and the search text together, as the list and the export use them. */
    fullFilter,
    list,
    users,
    selection,
    /** Where the list was when it was left, and the function to call when it is scrolled. */
    place: { initialOffset: remembered.offset, onScroll, contentKey },
  };
}

/** The state of the search. While it is `pending`, the list still shows the previous result. */
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
