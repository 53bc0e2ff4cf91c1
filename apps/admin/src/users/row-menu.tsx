import { ActionIcon, Menu } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { useTranslation } from 'react-i18next';
import { useMay } from '../api/me';
import type { User } from '../api/users';
import { DotsIcon } from '../parts/icons';
import { later } from '../parts/later';
import { MenuItemLink } from '../parts/links';

const ResetPassword = later(async () => (await import('./reset-password')).ResetPassword);
const RolesDialog = later(async () => (await import('./roles-dialog')).RolesDialog);

/** Three dots on a row. */
export function RowMenu({ accountId, user }: { accountId: string; user: User }) {
  const { t } = useTranslation();
  const mayReset = useMay('users:reset-password');
  const mayGrant = useMay('roles:grant');
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
