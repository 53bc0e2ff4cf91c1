import { Modal, Skeleton, Stack, Switch } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { answered, api } from '../api/client';
import { mend } from '../api/mend';
import { actionsQuery, userQuery, type User } from '../api/users';
import { ProblemAlert, useProblemText } from '../parts/problems';
import { tell } from '../parts/tell';
import { roles } from './filter';

type Role = (typeof roles)[number];

/** A user's roles, each to be given or taken; one that this caller can't give or take says why. */
export function RolesDialog({ accountId, user, onClose }: { accountId: string; user: User; onClose: () => void }) {
  const { t } = useTranslation();
  const problemText = useProblemText();
  const name = `${user.firstName} ${user.lastName}`;
  const { data: now = user } = useQuery({ ...userQuery(accountId, user.userId), staleTime: 0 });
  const actions = useQuery(actionsQuery(accountId, user.userId));
  const changing = useChangeRole(accountId, user.userId, () => tell(t('roles.changed', { name })));
  const verdict = (role: Role) =>
    actions.data?.items.find(({ action, href }) => action === (now.roles.includes(role) ? 'RevokeRole' : 'GrantRole') && href.endsWith(`/${role}`));
  return (
    <Modal opened onClose={onClose} title={t('roles.title', { name })} closeButtonProps={{ 'aria-label': t('common.close') }}>
      <Stack>
        {roles.map((role) => {
          const possible = verdict(role);
          return (
            <Skeleton key={role} visible={actions.isPending}>
              <Switch
                label={t(`role.${role}`)}
                description={possible?.allowed === false ? problemText(possible) : t(`roles.${role}`)}
                checked={now.roles.includes(role)}
                disabled={!possible?.allowed || changing.isPending}
                onChange={({ currentTarget: { checked } }) => changing.mutate({ role, give: checked })}
              />
            </Skeleton>
          );
        })}
        <ProblemAlert error={actions.error ?? changing.error} />
      </Stack>
    </Modal>
  );
}

function useChangeRole(accountId: string, userId: string, onSuccess: () => void) {
  const queryClient = useQueryClient();
  return useMutation({
    mutationFn: async ({ role, give }: { role: Role; give: boolean }) => {
      const at = { params: { path: { accountId, userId, role } } };
      const path = '/api/v1/accounts/{accountId}/users/{userId}/roles/{role}';
      await answered(give ? api.PUT(path, at) : api.DELETE(path, at));
    },
    onSuccess,
    onSettled: () => mend(queryClient, accountId, [userId]),
  });
}
