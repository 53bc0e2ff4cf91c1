import { Button, Group, Skeleton, Tooltip } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { actOf, toTargetUser, useStartAction, type Act } from '../user-actions/user-actions';
import type { Schemas } from '../api/client';
import { actionsQuery, type UserDetail } from '../api/users';
import { lazyComponent } from '../components/lazy-component';
import { SuggestedActions } from '../components/suggested-actions';
import { LoadError, useProblemText } from '../components/problems';

const ResetPassword = lazyComponent(
  async () => (await import('../user-list/reset-password-dialog')).ResetPasswordDialog,
);
const RolesDialog = lazyComponent(async () => (await import('../user-list/roles-dialog')).RolesDialog);
const ChangeUser = lazyComponent(async () => (await import('./change-user-dialog')).ChangeUserDialog);

type PossibleAction = Schemas['PossibleAction'];

/** What this caller may do to the user now: what is refused says why; what would change nothing is left out. */
export function UserActions({ accountId, user }: { accountId: string; user: UserDetail }) {
  const { t } = useTranslation();
  const start = useStartAction();
  const actions = useQuery(actionsQuery(accountId, user.userId));
  const [resetting, reset] = useDisclosure();
  const [granting, grant] = useDisclosure();
  const [changing, change] = useDisclosure();
  if (actions.error) return <LoadError error={actions.error} again={actions.refetch} />;
  const items = actions.data?.items ?? [];
  const of = (name: string) => items.find(({ action }) => action === name);
  const roles = items.filter(({ action }) => action === 'GrantRole' || action === 'RevokeRole');
  return (
    <Skeleton visible={actions.isPending}>
      <Group gap="xs" role="group" aria-label={t('userPage.actions')}>
        {items
          .filter(({ action }) => actOf[action])
          .map((possible) => (
            <UserActionButton
              key={possible.action}
              act={actOf[possible.action]!}
              possible={possible}
              onStart={(act) => start(act, [toTargetUser(user)])}
            />
          ))}
        <ActionButton label={t('userPage.change')} possible={of('ChangeUser')} onClick={change.open} />
        <ActionButton
          label={t('users.changeRoles')}
          possible={roles.find(({ allowed }) => allowed) ?? roles[0]}
          onClick={grant.open}
        />
        <ActionButton label={t('users.resetPassword')} possible={of('RequestPasswordReset')} onClick={reset.open} />
        <SuggestedActions
          steps={items.filter(({ action, allowed, changes }) => action === 'AddUserToAccount' && allowed && changes)}
          name={toTargetUser(user).name}
          onDone={() => undefined}
        />
      </Group>
      {resetting && <ResetPassword accountId={accountId} user={user} onClose={reset.close} />}
      {granting && <RolesDialog accountId={accountId} user={user} onClose={grant.close} />}
      {changing && <ChangeUser accountId={accountId} user={user} onClose={change.close} />}
    </Skeleton>
  );
}

function UserActionButton({
  act,
  possible,
  onStart,
}: {
  act: Act;
  possible: PossibleAction;
  onStart: (act: Act) => void;
}) {
  const { t } = useTranslation();
  if (possible.allowed && !possible.changes) return null;
  return (
    <ActionButton
      label={t(`act.${act}`)}
      possible={possible}
      onClick={() => onStart(act)}
      color={act === 'delete' || act === 'reject' ? 'red' : 'blue'}
    />
  );
}

/** A button that, where it is refused, can still be come to and says why. */
function ActionButton({
  label,
  possible,
  onClick,
  color = 'blue',
}: {
  label: string;
  possible: PossibleAction | undefined;
  onClick: () => void;
  color?: string;
}) {
  const problemText = useProblemText();
  if (!possible) return null;
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
