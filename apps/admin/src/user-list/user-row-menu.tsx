import { ActionIcon, Menu } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { useTranslation } from 'react-i18next';
import { useHasPermission } from '../api/me';
import type { User } from '../api/users';
import { DotsIcon } from '../components/icons';
import { lazyComponent } from '../components/lazy-component';
import { MenuItemLink } from '../components/links';

const ResetPassword = lazyComponent(async () => (await import('./reset-password-dialog')).ResetPasswordDialog);
const RolesDialog = lazyComponent(async () => (await import('./roles-dialog')).RolesDialog);

/** Three dots on a row. */
export function UserRowMenu({ accountId, user }: { accountId: string; user: User }) {
  const { t } = useTranslation();
  const mayReset = useHasPermission('users:reset-password');
  const mayGrant = useHasPermission('roles:grant');
  const [resetting, reset] = useDisclosure();
  const [granting, grant] = useDisclosure();
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
          {mayReset && <Menu.Item onClick={reset.open}>{t('users.resetPassword')}</Menu.Item>}
          {mayGrant && <Menu.Item onClick={grant.open}>{t('users.changeRoles')}</Menu.Item>}
          <MenuItemLink to="/accounts/$accountId/users/$userId" params={{ accountId, userId }}>
            {t('users.history')}
          </MenuItemLink>
        </Menu.Dropdown>
      </Menu>
      {resetting && <ResetPassword accountId={accountId} user={user} onClose={reset.close} />}
      {granting && <RolesDialog accountId={accountId} user={user} onClose={grant.close} />}
    </>
  );
}
