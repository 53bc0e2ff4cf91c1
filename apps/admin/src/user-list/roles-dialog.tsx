import { useState } from 'react';
import { Button, Group, Modal, Skeleton, Stack, Switch } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { IssuedTokensChoice } from '../user-actions/issued-tokens-choice';
import { unwrapResponse, api, type Schemas } from '../api/client';
import { refreshUsers } from '../api/refresh-users';
import { possibleActionsQuery, roles, userQuery, type Role, type User } from '../api/users';
import { ProblemAlert, useProblemText } from '../components/problems';
import { ReasonField, toReasonField } from '../components/reason-field';
import { notify } from '../components/notify';

const rolePath = '/api/v1/accounts/{accountId}/users/{userId}/roles/{role}';

/** The dialog that grants and revokes a user's roles. A role that the caller must not change shows the reason. */
export function RolesDialog({ accountId, user, onClose }: { accountId: string; user: User; onClose: () => void }) {
  const { t } = useTranslation();
  const problemText = useProblemText();
  const name = `${user.firstName} ${user.lastName}`;
  const { data: now = user } = useQuery({ ...userQuery(accountId, user.userId), staleTime: 0 });
  const actions = useQuery(possibleActionsQuery(accountId, user.userId));
  const [reason, setReason] = useState('');
  const [roleToRevoke, setRoleToRevoke] = useState<{
    readonly role: Role;
    readonly tokens: Schemas['IssuedToken'][];
  }>();
  const [endTokens, setEndTokens] = useState(false);
  const changing = useChangeRole({ accountId, userId: user.userId, reason }, () => {
    setRoleToRevoke(undefined);
    notify(t('roles.changed', { name }));
  });
  // A revoked role leaves the tokens that the user issued: the dialog asks first whether to end them.
  const checkingTokens = useMutation({
    mutationFn: (role: Role) =>
      unwrapResponse(
        api.DELETE(rolePath, { params: { path: { accountId, userId: user.userId, role }, query: { dryRun: true } } }),
      ),
    onSuccess: ({ issuedTokens }, role) =>
      issuedTokens?.length ? setRoleToRevoke({ role, tokens: issuedTokens }) : changing.mutate({ role, give: false }),
  });
  const findRoleAction = (role: Role) =>
    actions.data?.items.find(
      ({ action, href }) =>
        action === (now.roles.includes(role) ? 'RevokeRole' : 'GrantRole') && href.endsWith(`/${role}`),
    );
  return (
    <Modal
      opened
      onClose={onClose}
      title={t('roles.title', { name })}
      closeButtonProps={{ 'aria-label': t('common.close') }}
    >
      <Stack>
        <ReasonField value={reason} onChange={({ currentTarget }) => setReason(currentTarget.value)} data-autofocus />
        {roles.map((role) => {
          const possible = findRoleAction(role);
          return (
            <Skeleton key={role} visible={actions.isPending}>
              <Switch
                label={t(`role.${role}`)}
                description={possible?.allowed === false ? problemText(possible) : t(`roles.${role}`)}
                checked={now.roles.includes(role)}
                disabled={
                  !possible?.allowed || changing.isPending || checkingTokens.isPending || roleToRevoke !== undefined
                }
                onChange={({ currentTarget: { checked } }) =>
                  checked ? changing.mutate({ role, give: true }) : checkingTokens.mutate(role)
                }
              />
            </Skeleton>
          );
        })}
        {roleToRevoke && (
          <>
            <IssuedTokensChoice tokens={roleToRevoke.tokens} isEnding={endTokens} onChange={setEndTokens} />
            <Group justify="flex-end">
              <Button variant="default" onClick={() => setRoleToRevoke(undefined)}>
                {t('common.cancel')}
              </Button>
              <Button
                color="red"
                loading={changing.isPending}
                onClick={() => changing.mutate({ role: roleToRevoke.role, give: false, endIssuedTokens: endTokens })}
              >
                {t('roles.take')}
              </Button>
            </Group>
          </>
        )}
        <ProblemAlert error={actions.error ?? checkingTokens.error ?? changing.error} />
      </Stack>
    </Modal>
  );
}

function useChangeRole(
  { accountId, userId, reason }: { accountId: string; userId: string; reason: string },
  onSuccess: () => void,
) {
  const queryClient = useQueryClient();
  return useMutation({
    mutationFn: async ({ role, give, endIssuedTokens }: { role: Role; give: boolean; endIssuedTokens?: boolean }) => {
      const [path, body] = [{ accountId, userId, role }, toReasonField(reason)];
      await unwrapResponse(
        give
          ? api.PUT(rolePath, { params: { path }, body })
          : api.DELETE(rolePath, { params: { path, ...(endIssuedTokens && { query: { endIssuedTokens } }) }, body }),
      );
    },
    onSuccess,
    onSettled: () => refreshUsers(queryClient, accountId, [userId]),
  });
}
