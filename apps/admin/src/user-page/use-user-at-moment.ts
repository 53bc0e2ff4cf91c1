import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { userAtQuery, userQuery, type UserDetail } from '../api/users';
import type { MomentSearch } from './moment-search';

export interface UserAtMoment {
  /** Which one: a revision that is yet to come is the last one. */
  readonly at: MomentSearch['at'];
  /** As of now. */
  readonly now: UserDetail | undefined;
  /** As of the moment; a former one while another is being fetched. */
  readonly shown: UserDetail | undefined;
  /** One change earlier, to tell what this one changed; not known for now, nor for a time between two. */
  readonly before: UserDetail | undefined;
  readonly error: Error | null;
  readonly refetch: () => unknown;
}

/** The user at a moment, and one change before it. */
export function useUserAtMoment(accountId: string, userId: string, asked: MomentSearch['at']): UserAtMoment {
  const now = useQuery(userQuery(accountId, userId));
  const at = typeof asked === 'number' && now.data ? Math.min(asked, now.data.revision) : asked;
  // A revision that does not exist is refused: which ones there are, the user as of now tells.
  const isKnown = typeof at === 'number' ? now.data !== undefined : at !== undefined;
  const then = useQuery({
    ...userAtQuery(accountId, userId, at ?? 0),
    enabled: isKnown,
    placeholderData: keepPreviousData,
  });
  const before = useQuery({
    ...userAtQuery(accountId, userId, Number(at) - 1),
    enabled: typeof at === 'number' && at > 0 && isKnown,
  });
  const { data: shown, error, refetch } = at === undefined ? now : then;
  return {
    at,
    now: now.data,
    shown: error ? undefined : shown,
    before: at === undefined || then.isPlaceholderData ? undefined : before.data,
    error: now.error ?? error,
    refetch,
  };
}
