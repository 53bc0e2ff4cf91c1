import { useState } from 'react';
import { useQuery } from '@tanstack/react-query';
import { useMe } from '../api/me';
import { possibleActionsQuery, type PossibleAction, type UserActionName, type UserDetail } from '../api/users';
import { findUserAction, isBulkAction, toTargetUser, useStartAction } from '../user-actions/user-actions';

export interface UserActionsState {
  /** The actions that the caller has the permission for, also those that are refused now. */
  readonly items: readonly PossibleAction[];
  /** Returns an action if it is of use: one that is refused, or that would change something. Of several roles, one that is allowed. */
  readonly find: (name: UserActionName) => PossibleAction | undefined;
  /** Starts an action: opens its dialog or runs it. */
  readonly start: (name: UserActionName) => void;
  /** The action whose dialog is open. */
  readonly opened: UserActionName | undefined;
  readonly close: () => void;
  readonly isPending: boolean;
  readonly error: Error | null;
  readonly refetch: () => unknown;
}

/** Checks whether a user was in the account and is no longer. */
export const isFormer = ({ status }: UserDetail): boolean => ['rejected', 'left', 'deleted'].includes(status);

/** Loads what the caller may do to a user, and holds which dialog is open. */
export function useUserActions(accountId: string, userId: string, user: UserDetail | undefined): UserActionsState {
  const { permissions } = useMe();
  const startAction = useStartAction();
  const { data, isPending, error, refetch } = useQuery(possibleActionsQuery(accountId, userId));
  const [opened, setOpened] = useState<UserActionName>();
  const items = (data?.items ?? []).filter(({ action }) => permissions.includes(findUserAction(action).permission));
  return {
    items,
    find: (name) => {
      const { dialog } = findUserAction(name);
      const same = items.filter(
        ({ action }) => action === name || (dialog && findUserAction(action).dialog === dialog),
      );
      // A dialog asks for what to change, so what the API says about an empty change does not count.
      return (
        same.find(({ allowed, changes }) => allowed && (changes || dialog)) ?? same.find(({ allowed }) => !allowed)
      );
    },
    start: (name) => {
      if (!isBulkAction(name)) setOpened(name);
      else if (user) startAction(name, [toTargetUser(user)]);
    },
    opened,
    close: () => setOpened(undefined),
    isPending,
    error,
    refetch,
  };
}
