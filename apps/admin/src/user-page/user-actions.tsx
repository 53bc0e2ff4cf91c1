import { useState } from 'react';
import { Button, Group, Skeleton, Tooltip } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { possibleActionsQuery, type PossibleAction, type UserActionName, type UserDetail } from '../api/users';
import { LoadError, useProblemText } from '../components/problems';
import { SuggestedActions } from '../components/suggested-actions';
import {
  findUserAction,
  isBulkAction,
  toButtonColor,
  toTargetUser,
  useStartAction,
  userActions,
} from '../user-actions/user-actions';

/** Shows a button for each action that the caller could take on the user; a refused one says why. */
export function UserActions({ accountId, user }: { accountId: string; user: UserDetail }) {
  const { t } = useTranslation();
  const startAction = useStartAction();
  const actions = useQuery(possibleActionsQuery(accountId, user.userId));
  const [opened, setOpened] = useState<UserActionName>();
  if (actions.error) return <LoadError error={actions.error} onRetry={actions.refetch} />;
  const items = actions.data?.items ?? [];
  const Dialog = opened && findUserAction(opened).dialog;
  return (
    <Skeleton visible={actions.isPending}>
      <Group gap="xs" role="group" aria-label={t('userPage.actions')}>
        {findButtons(items).map(({ name, possible }) => (
          <ActionButton
            key={name}
            label={t(`userAction.${name}`)}
            possible={possible}
            color={toButtonColor(name)}
            onClick={() => (isBulkAction(name) ? startAction(name, [toTargetUser(user)]) : setOpened(name))}
          />
        ))}
        <SuggestedActions
          actions={items.filter(({ action, allowed, changes }) => isSentAtOnce(action) && allowed && changes)}
          name={toTargetUser(user).name}
          onDone={() => undefined}
        />
      </Group>
      {Dialog && <Dialog key={opened} accountId={accountId} user={user} onClose={() => setOpened(undefined)} />}
    </Skeleton>
  );
}

const isSentAtOnce = (name: UserActionName): boolean => !isBulkAction(name) && !findUserAction(name).dialog;

interface ActionButtonData {
  readonly name: UserActionName;
  readonly possible: PossibleAction;
}

/**
 * Lists the buttons in the order of `userActions`. An allowed bulk action that would change nothing has none. Actions with
 * the same dialog share one, which is enabled if any of them is allowed.
 */
function findButtons(items: readonly PossibleAction[]): ActionButtonData[] {
  const names = Object.keys(userActions) as UserActionName[];
  return names.flatMap((name) => {
    const { dialog } = findUserAction(name);
    if (dialog) {
      if (names.find((other) => findUserAction(other).dialog === dialog) !== name) return [];
      const sharing = items.filter(({ action }) => findUserAction(action).dialog === dialog);
      const possible = sharing.find(({ allowed }) => allowed) ?? sharing[0];
      return possible ? [{ name, possible }] : [];
    }
    const possible = items.find(({ action }) => action === name);
    const isUseful = possible && isBulkAction(name) && (!possible.allowed || possible.changes);
    return isUseful ? [{ name, possible }] : [];
  });
}

/** Shows a button; a refused one can still get the focus, and its tooltip gives the reason. */
function ActionButton({
  label,
  possible,
  color,
  onClick,
}: {
  label: string;
  possible: PossibleAction;
  color: string;
  onClick: () => void;
}) {
  const problemText = useProblemText();
  if (possible.allowed) {
    return (
      <Button size="xs" variant="light" color={color} onClick={onClick}>
        {label}
      </Button>
    );
  }
  return (
    <Tooltip label={problemText(possible)} multiline maw={320} events={{ hover: true, focus: true, touch: true }}>
      <Button
        size="xs"
        variant="default"
        data-disabled
        aria-disabled
        aria-description={problemText(possible)}
        onClick={(event) => event.preventDefault()}
      >
        {label}
      </Button>
    </Tooltip>
  );
}
