import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { userAtQuery, userQuery, type UserDetail } from '../api/users';
import type { MomentSearch } from './moment-search';

export interface UserAtMoment {
  /** The moment: a revision (at most the latest) or a time; `undefined` for now. */
  readonly at: MomentSearch['at'];
  /** The user now. */
  readonly now: UserDetail | undefined;
  /** The user at the moment; while it is loading, the user at the previous moment. */
  readonly shown: UserDetail | undefined;
  /** The user one revision earlier; `undefined` if the moment is now or a time. */
  readonly before: UserDetail | undefined;
  readonly error: Error | null;
  readonly refetch: () => unknown;
}

/** Loads a user at a moment (a revision, a time, or `undefined` for now), and one revision before it. */
export function useUserAtMoment(accountId: string, userId: string, asked: MomentSearch['at']): UserAtMoment {
  const now = useQuery(userQuery(accountId, userId));
  const at = typeof asked === 'number' && now.data ? Math.min(asked, now.data.revision) : asked;
  // The server refuses a revision that does not exist, so the latest one must be known first.
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
