import { useMemo, useState } from 'react';
import { useDebouncedValue } from '@mantine/hooks';
import { keepPreviousData, useInfiniteQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { userListQuery, type User, type UserFilter } from '../api/users';
import type { UsersSearch } from './filter';

const route = getRouteApi('/in/accounts/$accountId/users');
const none: User[] = [];
/** The server's indexes find nothing shorter. */
const shortest = 3;

/** The list that the page's filters and search show, and how to change them. */
export function useUsers() {
  const { accountId } = route.useParams();
  const filter = route.useSearch();
  const navigate = route.useNavigate();
  const [typed, setTyped] = useState('');
  const [settled] = useDebouncedValue(typed.trim(), 250);
  const shown: UserFilter = useMemo(() => ({ ...filter, ...(settled.length >= shortest && { search: settled }) }), [filter, settled]);
  const list = useInfiniteQuery({ ...userListQuery(accountId, shown), placeholderData: keepPreviousData });
  const users = useMemo(() => list.data?.pages.flatMap(({ items }) => items) ?? none, [list.data]);
  return {
    accountId,
    /** What the address says. */
    filter,
    setFilter: (next: UsersSearch) => void navigate({ search: next, replace: true }),
    typed,
    setTyped,
    /** All of it, as the export takes it. */
    shown,
    list,
    users,
  };
}
