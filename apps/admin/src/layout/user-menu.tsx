import { ActionIcon, Menu } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { unwrapResponse, api } from '../api/client';
import { redirectToLogin, useMe } from '../api/me';
import { PersonIcon } from '../components/icons';
import { MenuItemLink } from '../components/links';
import { useProblemText } from '../components/problems';
import { notify } from '../components/notify';

/** The menu of the caller: their name, profile, access tokens and logout. */
export function UserMenu() {
  const { t } = useTranslation();
  const { profile, actor, permissions } = useMe();
  const problemText = useProblemText();
  const loggingOut = useMutation({
    mutationFn: () => unwrapResponse(api.POST('/api/v1/logout')),
    onSuccess: redirectToLogin,
    // Without a message, the user would think that they are logged out.
    onError: (error) => notify(problemText(error)),
  });
  return (
    <Menu position="bottom-end">
      <Menu.Target>
        <ActionIcon variant="subtle" color="gray" size="lg" aria-label={t('shell.you')}>
          <PersonIcon />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Label maw="min(24rem, 90vw)" style={{ overflowWrap: 'anywhere' }}>
          {profile
            ? `${profile.firstName} ${profile.lastName} (${profile.email})`
            : actor.kind === 'operator'
              ? t('shell.operator')
              : actor.id}
        </Menu.Label>
        <MenuItemLink to="/profile">{t('page.profile')}</MenuItemLink>
        {permissions.includes('tokens:manage') && <MenuItemLink to="/access-tokens">{t('page.tokens')}</MenuItemLink>}
        <Menu.Item onClick={() => loggingOut.mutate()}>{t('shell.logOut')}</Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}
