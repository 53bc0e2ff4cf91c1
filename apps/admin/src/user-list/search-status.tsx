import { Fragment } from 'react';
import { Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { summaryQuery } from '../api/accounts';
import { memberStatuses, type Total, type UserFilter } from '../api/users';
import type { SearchState } from './use-user-list';

interface Props {
  readonly accountId: string;
  readonly state: SearchState;
  readonly filter: UserFilter;
  /** How many users match, once the server has said so. */
  readonly total: Total | undefined;
}

/** Tells how many users the list shows and how it was searched, also to screen readers. */
export function SearchStatus({ accountId, state, filter, total }: Props) {
  const { t } = useTranslation();
  const memberCount = useMemberCount(accountId);
  const isAmongMembers = (filter.effectiveStatus ?? memberStatuses).every((one) => memberStatuses.includes(one));
  const texts: string[] = [];
  if (total?.count && state.kind !== 'tooShort' && state.kind !== 'pending') {
    const { count, isAtLeast } = total;
    if (isAtLeast) texts.push(t('userList.atLeast', { count }));
    else if (isAmongMembers && memberCount !== undefined && count < memberCount)
      texts.push(t('userList.countOf', { count: memberCount, matching: count }));
    else texts.push(t('userList.count', { count }));
  }
  if (state.kind === 'pending') texts.push(t('users.searching'));
  if (state.kind === 'tooShort') texts.push(t('users.searchTooShort'));
  if (state.kind === 'found') {
    const { beginningsOnly, search } = state;
    texts.push(
      beginningsOnly.length > 0
        ? t('users.searchedBeginnings', { words: beginningsOnly.join(', ') })
        : t('users.searchedParts', { search }),
    );
  }
  return (
    <Text size="sm" c="dimmed" role="status" mih="1.5em" ml="xs">
      {texts.map((text, index) => (
        <Fragment key={text}>
          {index > 0 && ' · '}
          <span>{text}</span>
        </Fragment>
      ))}
    </Text>
  );
}

/** Returns how many members the account has. */
function useMemberCount(accountId: string): number | undefined {
  const { data } = useQuery(summaryQuery(accountId));
  return data && data.active + data.invited + data.pending;
}
