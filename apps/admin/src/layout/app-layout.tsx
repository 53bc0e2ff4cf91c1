import { AppShell, Burger, Group, Text } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { Outlet } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { useMe } from '../api/me';
import { lazyComponent } from '../components/lazy-component';
import { AccountName } from './account-name';
import { Navigation } from './navigation';
import { AppearanceMenu, LanguageMenu } from './preference-menus';
import classes from './app-layout.module.css';
import { SessionDialogs } from '../session/session-dialogs';
import { UserMenu } from './user-menu';

const AccountSwitcher = lazyComponent(async () => (await import('./account-switcher')).AccountSwitcher);

/** The header and the navigation of all pages behind the login. */
export function AppLayout() {
  const { t } = useTranslation();
  const { accountId } = useMe();
  const [opened, { toggle, close }] = useDisclosure();
  return (
    <AppShell
      header={{ height: 56 }}
      navbar={{ width: 220, breakpoint: 'sm', collapsed: { mobile: !opened } }}
      padding="md"
      transitionDuration={0}
    >
      <a className={classes['skip']} href="#content">
        {t('shell.skip')}
      </a>
      <AppShell.Header px="md">
        <Group h="100%" justify="space-between" wrap="nowrap" gap="xs">
          <Group gap="xs" wrap="nowrap" miw={0}>
            <Burger
              opened={opened}
              onClick={toggle}
              hiddenFrom="sm"
              size="sm"
              aria-label={t('shell.menu')}
              aria-expanded={opened}
            />
            <Text fw={700} visibleFrom="xs">
              Rollbook
            </Text>
            {accountId === null ? <AccountSwitcher /> : <AccountName />}
          </Group>
          <Group gap={4} wrap="nowrap">
            <LanguageMenu />
            <AppearanceMenu />
            <UserMenu />
          </Group>
        </Group>
      </AppShell.Header>
      <AppShell.Navbar p="xs" aria-label={t('shell.navigation')}>
        <Navigation onNavigate={close} />
      </AppShell.Navbar>
      <AppShell.Main id="content" tabIndex={-1} className={classes['main']}>
        <Outlet />
        <SessionDialogs />
      </AppShell.Main>
    </AppShell>
  );
}
