import { Button, Group, Menu, Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { UserActionName, UserDetail } from '../api/users';
import { ChevronIcon } from '../components/icons';
import { LoadError, useProblemText } from '../components/problems';
import { SuggestedActions } from '../components/suggested-actions';
import { findUserAction, isBulkAction, toButtonColor, toTargetUser } from '../user-actions/user-actions';
import { isFormer, type UserActionsState } from './use-user-actions';

/** The actions with a button each, in this order. */
const buttonActions: readonly UserActionName[] = ['ChangeUser', 'GrantRole', 'RequestPasswordReset', 'LockUser'];
/** The actions in the menu, in this order; before them those of `buttonActions` that are refused. */
const menuActions: readonly UserActionName[] = ['DeleteUser'];

interface Props {
  readonly accountId: string;
  readonly user: UserDetail;
  readonly actions: UserActionsState;
}

/** Shows buttons for what the caller may do to a user, and a menu with the rest. An action that is refused is in the menu and says why. */
export function UserActions({ accountId, user, actions }: Props) {
  const { t } = useTranslation();
  const { find, start, opened, close, items, error, refetch } = actions;
  if (error) return <LoadError error={error} onRetry={refetch} />;
  const isLocked = user.locks.some(({ cause }) => cause === 'administrator');
  const isButton = (name: UserActionName) => find(name)?.allowed && !(name === 'LockUser' && isLocked);
  const shown = buttonActions.filter(isButton);
  const others = [...buttonActions, ...menuActions].filter((name) => {
    const possible = find(name);
    // Of a former user nearly everything is refused, for the reason that the page shows anyway.
    return possible && !shown.includes(name) && (possible.allowed || !isFormer(user));
  });
  const sentAtOnce = items.filter(({ action, allowed, changes }) => isSentAtOnce(action) && allowed && changes);
  const Dialog = opened && findUserAction(opened).dialog;
  if (!shown.length && !others.length && !sentAtOnce.length) return null;
  return (
    <Group gap="xs" role="group" aria-label={t('userPage.actions')}>
      {shown.map((name) => (
        <Button key={name} size="xs" variant="default" onClick={() => start(name)}>
          {t(`userAction.${name}`)}
        </Button>
      ))}
      <SuggestedActions actions={sentAtOnce} name={toTargetUser(user).name} onDone={() => undefined} />
      {others.length > 0 && <ActionMenu names={others} actions={actions} />}
      {Dialog && <Dialog key={opened} accountId={accountId} user={user} onClose={close} />}
    </Group>
  );
}

const isSentAtOnce = (name: UserActionName): boolean => !isBulkAction(name) && !findUserAction(name).dialog;

/** Shows a menu of actions, the destructive ones last. A refused one can get the focus, but does nothing. */
function ActionMenu({ names, actions }: { names: readonly UserActionName[]; actions: UserActionsState }) {
  const { t } = useTranslation();
  const problemText = useProblemText();
  return (
    <Menu position="bottom-end" width={280}>
      <Menu.Target>
        <Button size="xs" variant="default" rightSection={<ChevronIcon />}>
          {t('userPage.more')}
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        {names.map((name) => {
          const possible = actions.find(name);
          if (possible?.allowed)
            return (
              <Menu.Item key={name} onClick={() => actions.start(name)}>
                <Text size="sm" {...(toButtonColor(name) === 'red' && { c: 'var(--mantine-color-error)' })}>
                  {t(`userAction.${name}`)}
                </Text>
              </Menu.Item>
            );
          return (
            <Menu.Item key={name} aria-disabled closeMenuOnClick={false} style={{ cursor: 'default' }}>
              <Text size="sm" c="dimmed">
                {t(`userAction.${name}`)}
              </Text>
              <Text size="xs" c="dimmed">
                {possible && problemText(possible)}
              </Text>
            </Menu.Item>
          );
        })}
      </Menu.Dropdown>
    </Menu>
  );
}
