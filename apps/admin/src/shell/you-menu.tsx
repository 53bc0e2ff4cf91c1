import { ActionIcon, Menu } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { answered, api } from '../api/client';
import { forgetMe, useMe } from '../api/me';
import { PersonIcon } from '../parts/icons';
import { MenuItemLink } from '../parts/links';
import { useProblemText } from '../parts/problems';
import { tell } from '../parts/tell';

/** Who is logged in, what is theirs, and the way out. */
export function YouMenu() {
  const { t } = useTranslation();
  const { profile, actor, permissions } = useMe();
  const problemText = useProblemText();
  const leaving = useMutation({
    mutationFn: () => answered(api.POST('/api/v1/logout')),
    onSuccess: forgetMe,
    // Whoever is not told believes to be out.
    onError: (error) => tell(problemText(error)),
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
        <Menu.Item onClick={() => leaving.mutate()}>{t('shell.logOut')}</Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}
