import { Button, Group, Skeleton, Tooltip } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { actOf, personOf, useStartAct, type Act } from '../acts/act';
import type { Schemas } from '../api/client';
import { actionsQuery, type UserPage } from '../api/users';
import { later } from '../parts/later';
import { NextSteps } from '../parts/next-steps';
import { Unread, useProblemText } from '../parts/problems';

const ResetPassword = later(async () => (await import('../users/reset-password')).ResetPassword);
const RolesDialog = later(async () => (await import('../users/roles-dialog')).RolesDialog);
const ChangeUser = later(async () => (await import('./change-user')).ChangeUser);

type Possible = Schemas['PossibleAction'];

/** What this caller may do to the user now: what is refused says why; what would change nothing is left out. */
export function Actions({ accountId, user }: { accountId: string; user: UserPage }) {
  const { t } = useTranslation();
  const start = useStartAct();
  const actions = useQuery(actionsQuery(accountId, user.userId));
  const [resetting, reset] = useDisclosure();
  const [granting, grant] = useDisclosure();
  const [changing, change] = useDisclosure();
  if (actions.error) return <Unread error={actions.error} again={actions.refetch} />;
  const items = actions.data?.items ?? [];
  const of = (name: string) => items.find(({ action }) => action === name);
  const roles = items.filter(({ action }) => action === 'GrantRole' || action === 'RevokeRole');
  return (
    <Skeleton visible={actions.isPending}>
      <Group gap="xs" role="group" aria-label={t('userPage.actions')}>
        {items
          .filter(({ action }) => actOf[action])
          .map((possible) => (
            <ActButton
              key={possible.action}
              act={actOf[possible.action]!}
              possible={possible}
              onStart={(act) => start(act, [personOf(user)])}
            />
          ))}
        <Offer label={t('userPage.change')} possible={of('ChangeUser')} onClick={change.open} />
        <Offer
          label={t('users.changeRoles')}
          possible={roles.find(({ allowed }) => allowed) ?? roles[0]}
          onClick={grant.open}
        />
        <Offer label={t('users.resetPassword')} possible={of('RequestPasswordReset')} onClick={reset.open} />
        <NextSteps
          steps={items.filter(({ action, allowed, changes }) => action === 'AddUserToAccount' && allowed && changes)}
          name={personOf(user).name}
          onDone={() => undefined}
        />
      </Group>
      {resetting && <ResetPassword accountId={accountId} user={user} onClose={reset.close} />}
      {granting && <RolesDialog accountId={accountId} user={user} onClose={grant.close} />}
      {changing && <ChangeUser accountId={accountId} user={user} onClose={change.close} />}
    </Skeleton>
  );
}

function ActButton({ act, possible, onStart }: { act: Act; possible: Possible; onStart: (act: Act) => void }) {
  const { t } = useTranslation();
  if (possible.allowed && !possible.changes) return null;
  return (
    <Offer
      label={t(`act.${act}`)}
      possible={possible}
      onClick={() => onStart(act)}
      color={act === 'delete' || act === 'reject' ? 'red' : 'blue'}
    />
  );
}

/** A button that, where it is refused, can still be come to and says why. */
function Offer({
  label,
  possible,
  onClick,
  color = 'blue',
}: {
  label: string;
  possible: Possible | undefined;
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
