import { Button, Group } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { isBulkAction, useStartAction } from '../user-actions/user-actions';
import { followActionLink, type Schemas } from '../api/client';
import { refreshUsers } from '../api/refresh-users';
import { ButtonLink } from './links';
import { ProblemAlert } from './problems';
import { notify } from './notify';

type ActionLink = Schemas['ActionLink'];

/** Shows a button for each action that the API suggests. */
export function SuggestedActions({
  actions = [],
  ...rest
}: { actions: readonly ActionLink[] | undefined } & Omit<Props, 'action'>) {
  const offered = rest.staysOpen ? actions.filter(({ action }) => action !== 'RejectUser') : actions;
  if (!offered.length) return null;
  return (
    <Group gap="xs">
      {offered.map((action) => (
        <SuggestedActionButton key={action.href} action={action} {...rest} />
      ))}
    </Group>
  );
}

interface Props {
  readonly action: ActionLink;
  /** The user's name, for the confirmation. */
  readonly name: string;
  /** Called when the action was done, or a confirmation or another page was opened instead. */
  readonly onDone: () => void;
  /** For a list of which several actions may be taken: links open a new tab, and actions run without a confirmation, except a rejection, which is left out. */
  readonly staysOpen?: boolean;
}

function SuggestedActionButton({ action, name, onDone, staysOpen = false }: Props) {
  const { t } = useTranslation();
  const queryClient = useQueryClient();
  const startAction = useStartAction();
  const { accountId, userId } = parseUserAddress(action);
  const following = useMutation({
    mutationFn: () => followActionLink(action),
    onSuccess: async () => {
      notify(t('common.done'));
      await refreshUsers(queryClient, accountId, [userId]);
      onDone();
    },
  });
  const label = (t as unknown as (key: string, options: object) => string)(`userAction.${action.action}`, {
    defaultValue: action.action,
  });
  if (action.method === 'GET') {
    return (
      <ButtonLink
        to="/accounts/$accountId/users/$userId"
        params={{ accountId, userId }}
        size="xs"
        variant="light"
        {...(staysOpen ? { target: '_blank' } : { onClick: onDone })}
      >
        {label}
      </ButtonLink>
    );
  }
  const { action: actionName } = action;
  if (isBulkAction(actionName) && !staysOpen) {
    const start = () => {
      onDone();
      startAction(actionName, [{ userId, name }]);
    };
    return (
      <Button size="xs" variant="light" onClick={start}>
        {label}
      </Button>
    );
  }
  return (
    <>
      <Button size="xs" variant="light" loading={following.isPending} onClick={() => following.mutate()}>
        {label}
      </Button>
      <ProblemAlert error={following.error} />
    </>
  );
}

/** Returns the ids of the account and the user in an action's address; empty texts if it has none. */
function parseUserAddress({ href }: ActionLink): { accountId: string; userId: string } {
  const [, accountId = '', userId = ''] = /\/accounts\/([^/]+)\/users\/([^/]+)/.exec(href) ?? [];
  return { accountId, userId };
}
