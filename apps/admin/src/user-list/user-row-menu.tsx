import { useState } from 'react';
import { ActionIcon, Menu } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { useMe } from '../api/me';
import type { User } from '../api/users';
import { DotsIcon } from '../components/icons';
import { MenuItemLink } from '../components/links';
import { userActions } from '../user-actions/user-actions';

/** The actions that the menu of a row offers. */
const rowActions = ['RequestPasswordReset', 'GrantRole'] as const;

/** Shows the three dots of a row, which open a menu of actions on the user. */
export function UserRowMenu({ accountId, user }: { accountId: string; user: User }) {
  const { t } = useTranslation();
  const { permissions } = useMe();
  const [opened, setOpened] = useState<(typeof rowActions)[number]>();
  const Dialog = opened && userActions[opened].dialog;
  const { userId } = user;
  return (
    <>
      <Menu position="bottom-end">
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
          {rowActions
            .filter((action) => permissions.includes(userActions[action].permission))
            .map((action) => (
              <Menu.Item key={action} onClick={() => setOpened(action)}>
                {t(`userAction.${action}`)}
              </Menu.Item>
            ))}
          <MenuItemLink to="/accounts/$accountId/users/$userId" params={{ accountId, userId }}>
            {t('users.history')}
          </MenuItemLink>
        </Menu.Dropdown>
      </Menu>
      {Dialog && <Dialog key={opened} accountId={accountId} user={user} onClose={() => setOpened(undefined)} />}
    </>
  );
}
