import { useState } from 'react';
import { ActionIcon, Menu, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { useMe } from '../api/me';
import { possibleActionsQuery, type EffectiveStatus, type User, type UserActionName } from '../api/users';
import { DotsIcon } from '../components/icons';
import { MenuItemLink } from '../components/links';
import { useProblemText } from '../components/problems';
import { findUserAction, isBulkAction, toTargetUser, useStartAction } from '../user-actions/user-actions';

const memberActions = ['RequestPasswordReset', 'GrantRole'] as const;

/** The actions that make sense for a user; the most usual first. */
const actionsByStatus: Record<EffectiveStatus, readonly UserActionName[]> = {
  active: [...memberActions, 'LockUser', 'DeleteUser'],
  locked: ['UnlockUser', ...memberActions, 'DeleteUser'],
  invited: [...memberActions, 'LockUser'],
  pending: ['ApproveUser', 'RejectUser'],
  deleted: ['RestoreUser'],
  rejected: [],
  left: [],
};

/** Shows the three dots of a row, which open a menu of actions on the user. A refused action says why. */
export function UserRowMenu({ accountId, user }: { accountId: string; user: User }) {
  const { t } = useTranslation();
  const { permissions } = useMe();
  const startAction = useStartAction();
  const [isOpen, setIsOpen] = useState(false);
  const [opened, setOpened] = useState<UserActionName>();
  const Dialog = opened && findUserAction(opened).dialog;
  const { userId } = user;
  const start = (action: UserActionName) =>
    isBulkAction(action) ? startAction(action, [toTargetUser(user)]) : setOpened(action);
  return (
    <>
      <Menu position="bottom-end" opened={isOpen} onChange={setIsOpen}>
        <Menu.Target>
          <ActionIcon
            variant="subtle"
            color="gray"
            aria-label={t('users.actions', { name: `${user.firstName} ${user.lastName}` })}
          >
            <DotsIcon />
          </ActionIcon>
        </Menu.Target>
        <Menu.Dropdown>
          {isOpen && (
            <ActionItems
              {...{ accountId, userId }}
              actions={actionsByStatus[user.effectiveStatus].filter((action) =>
                permissions.includes(findUserAction(action).permission),
              )}
              onStart={start}
            />
          )}
          <MenuItemLink to="/accounts/$accountId/users/$userId" params={{ accountId, userId }}>
            {t('users.history')}
          </MenuItemLink>
        </Menu.Dropdown>
      </Menu>
      {Dialog && <Dialog key={opened} accountId={accountId} user={user} onClose={() => setOpened(undefined)} />}
    </>
  );
}

interface ItemsProps {
  readonly accountId: string;
  readonly userId: string;
  readonly actions: readonly UserActionName[];
  readonly onStart: (action: UserActionName) => void;
}

/** Shows the actions as items of the menu. Asks the server which of them it would refuse. */
function ActionItems({ accountId, userId, actions, onStart }: ItemsProps) {
  const { t } = useTranslation();
  const problemText = useProblemText();
  const { data } = useQuery(possibleActionsQuery(accountId, userId));
  return actions.map((action) => {
    const { dialog } = findUserAction(action);
    const same = data?.items.filter((item) =>
      dialog ? findUserAction(item.action).dialog === dialog : item.action === action,
    );
    const refusal = same?.length && same.every(({ allowed }) => !allowed) ? same[0] : undefined;
    return (
      <Menu.Item
        key={action}
        maw={280}
        {...(findUserAction(action).isDestructive && !refusal && { c: 'var(--mantine-color-error)' })}
        aria-disabled={refusal !== undefined}
        closeMenuOnClick={!refusal}
        onClick={() => !refusal && onStart(action)}
      >
        {t(`userAction.${action}`)}
        {refusal && (
          <Text size="xs" c="dimmed">
            {problemText(refusal)}
          </Text>
        )}
      </Menu.Item>
    );
  });
}
