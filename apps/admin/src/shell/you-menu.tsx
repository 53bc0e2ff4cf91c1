import { ActionIcon, Menu } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { answered, api } from '../api/client';
import { meKey, useMe } from '../api/me';
import { PersonIcon } from '../parts/icons';

/** Who is logged in, and the way out. Profile, sessions and tokens belong here. */
export function YouMenu() {
  const { t } = useTranslation();
  const { profile, actor } = useMe();
  const queryClient = useQueryClient();
  const leaving = useMutation({
    mutationFn: () => answered(api.POST('/api/v1/logout')),
    onSettled: () => {
      // Nothing of what was seen stays for whoever comes next.
      queryClient.clear();
      queryClient.setQueryData(meKey, null);
    },
  });
  return (
    <Menu position="bottom-end">
      <Menu.Target>
        <ActionIcon variant="subtle" color="gray" size="lg" aria-label={t('shell.you')}>
          <PersonIcon />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Label>{profile ? `${profile.firstName} ${profile.lastName} (${profile.email})` : actor.kind === 'operator' ? t('shell.operator') : actor.id}</Menu.Label>
        <Menu.Item onClick={() => leaving.mutate()}>{t('shell.logOut')}</Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}
