import { keepPreviousData, useQuery } from '@tanstack/react-query';
import type { AuditItem } from '../api/audit';
import { userAtQuery, userQuery, type UserDetail } from '../api/users';
import type { MomentSearch } from './moment-search';

export interface UserAtMoment {
  /** The moment: a revision (at most the latest) or a time; `undefined` for now. */
  readonly at: MomentSearch['at'];
  /** The user now. */
  readonly now: UserDetail | undefined;
  /** The user at the moment; while it is loading, the user at the previous moment. */
  readonly shown: UserDetail | undefined;
  /** The user one change earlier; `undefined` if the moment is now or a time. */
  readonly before: UserDetail | undefined;
  /** The index of the last of the `steps` that had happened at the moment; -1 if none had. */
  readonly step: number;
  /** Whether the account did not know the user yet at the moment. */
  readonly isTooEarly: boolean;
  readonly error: Error | null;
  readonly refetch: () => unknown;
}

interface Asked {
  readonly at: MomentSearch['at'];
  /** The changes of the user that this account may see, oldest first. */
  readonly steps: readonly AuditItem[];
  /** Whether all `steps` are known. */
  readonly isSettled: boolean;
}

/** Loads a user at a moment (a revision, a time, or `undefined` for now), and one change before it. */
export function useUserAtMoment(accountId: string, userId: string, asked: Asked): UserAtMoment {
  const now = useQuery(userQuery(accountId, userId));
  const { steps, isSettled } = asked;
  const at = typeof asked.at === 'number' && now.data ? Math.min(asked.at, now.data.revision) : asked.at;
  const step = findStep(steps, at);
  // Moments that the server would refuse are not asked for, since each refusal is an error in the browser's console.
  const isTooEarly = at !== undefined && isSettled && steps.length > 0 && step < 0;
  const isKnown = at !== undefined && isSettled && !isTooEarly && now.data !== undefined;
  const then = useQuery({
    ...userAtQuery(accountId, userId, at ?? 0),
    enabled: isKnown,
    placeholderData: keepPreviousData,
  });
  const before = useQuery({
    ...userAtQuery(accountId, userId, Number(at) - 1),
    enabled: isKnown && typeof at === 'number' && at > (steps[0]?.revision ?? 0),
  });
  const { data: shown, error, refetch } = at === undefined ? now : then;
  return {
    at,
    now: now.data,
    shown: error || isTooEarly ? undefined : shown,
    before: at === undefined || isTooEarly || then.isPlaceholderData ? undefined : before.data,
    step,
    isTooEarly,
    error: now.error ?? (isTooEarly ? null : error),
    refetch,
  };
}

/** Returns the index of the last change that had happened at a moment; -1 if none had. */
export const findStep = (steps: readonly AuditItem[], at: MomentSearch['at']): number =>
  at === undefined ? steps.length - 1 : steps.findLastIndex((item) => hasHappened(item, at));

/** Checks whether a change had happened at a moment. */
const hasHappened = ({ revision, at }: AuditItem, moment: number | string): boolean =>
  typeof moment === 'number' ? revision <= moment : Date.parse(at) <= Date.parse(moment);
