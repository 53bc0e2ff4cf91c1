import { useState } from 'react';
import { Button, Group, Skeleton, Stack, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { rolesQuery, type RoleChange } from '../api/roles';
import { possibleActionsQuery, roles, userQuery, type Role, type User } from '../api/users';
import { FormDialog } from '../components/form-dialog';
import { notify } from '../components/notify';
import { LoadError, ProblemAlert, useProblemText } from '../components/problems';
import { ReasonField, toReasonField } from '../components/reason-field';
import { IssuedTokensChoice } from '../user-actions/issued-tokens-choice';
import { RoleChoice } from './role-choice';
import { useChangeRoles, useRoleForecast, type RoleForecast } from './use-change-roles';

/** The dialog that changes a user's roles. It lists the permissions of each role, shows the result of a dry run, and asks for a reason. */
export function RolesDialog({ accountId, user, onClose }: { accountId: string; user: User; onClose: () => void }) {
  const { t } = useTranslation();
  const ids = { accountId, userId: user.userId };
  const name = `${user.firstName} ${user.lastName}`;
  const { data: now = user } = useQuery({ ...userQuery(accountId, user.userId), staleTime: 0 });
  const actions = useQuery(possibleActionsQuery(accountId, user.userId));
  const { data: known, error, refetch } = useQuery(rolesQuery);
  const [chosen, setChosen] = useState<Partial<Record<Role, boolean>>>({});
  const [reason, setReason] = useState('');
  const [endTokens, setEndTokens] = useState(false);
  const changes = roles.flatMap((role): RoleChange[] => {
    const isGiven = chosen[role];
    return isGiven === undefined || isGiven === now.roles.includes(role) ? [] : [{ role, isGiven }];
  });
  const forecast = useRoleForecast(ids, changes);
  const changing = useChangeRoles(ids, changes);
  const tokens = forecast.data?.flatMap((one) => one.tokens) ?? [];
  const isPossible = changes.length > 0 && forecast.data?.every(({ refusal }) => !refusal) === true;
  const save = () => {
    const endIssuedTokens = endTokens && tokens.length > 0;
    changing.mutate(
      { ...toReasonField(reason), endIssuedTokens },
      {
        onSuccess: () => {
          notify(t('roles.changed', { name }));
          onClose();
        },
      },
    );
  };
  return (
    <FormDialog
      opened
      onClose={onClose}
      title={t('roles.title', { name })}
      size="lg"
      isTyped={() => changes.length > 0 || reason.trim() !== ''}
      isBusy={changing.isPending}
    >
      {(requestClose) => (
        <form
          onSubmit={(event) => {
            event.preventDefault();
            if (isPossible) save();
          }}
        >
          <Stack>
            <Text size="sm">{t('roles.what')}</Text>
            {(actions.error ?? error) && (
              <LoadError
                error={(actions.error ?? error)!}
                onRetry={() => Promise.all([actions.refetch(), refetch()])}
              />
            )}
            {roles.map((role) => (
              <Skeleton key={role} visible={actions.isPending}>
                <RoleChoice
                  role={role}
                  permissions={known?.items.find((item) => item.role === role)?.permissions ?? []}
                  isChosen={chosen[role] ?? now.roles.includes(role)}
                  possible={actions.data?.items.find(
                    ({ action, href }) =>
                      action === (now.roles.includes(role) ? 'RevokeRole' : 'GrantRole') && href.endsWith(`/${role}`),
                  )}
                  onChange={(isChosen) => setChosen({ ...chosen, [role]: isChosen })}
                />
              </Skeleton>
            ))}
            <Forecast changes={changes} forecast={forecast.data} />
            <IssuedTokensChoice tokens={tokens} isEnding={endTokens} onChange={setEndTokens} />
            <ReasonField value={reason} onChange={({ currentTarget }) => setReason(currentTarget.value)} />
            <ProblemAlert error={forecast.error ?? changing.error} />
            <Group justify="flex-end">
              <Button variant="default" onClick={requestClose}>
                {t('common.cancel')}
              </Button>
              <Button type="submit" disabled={!isPossible} loading={changing.isPending}>
                {t('common.save')}
              </Button>
            </Group>
          </Stack>
        </form>
      )}
    </FormDialog>
  );
}

/** Shows the result of the dry run. */
function Forecast({
  changes,
  forecast = [],
}: {
  changes: readonly RoleChange[];
  forecast: readonly RoleForecast[] | undefined;
}) {
  const { t } = useTranslation();
  const problemText = useProblemText();
  return (
    <Stack gap={4} role="status">
      {changes.length === 0 && (
        <Text size="sm" c="dimmed">
          {t('roles.noChange')}
        </Text>
      )}
      {changes.map(({ role, isGiven }) => {
        const refusal = forecast.find((one) => one.role === role)?.refusal;
        return (
          <Text key={role} size="sm" c={refusal && 'var(--mantine-color-error)'}>
            {t(isGiven ? 'roles.willGive' : 'roles.willTake', { role: t(`role.${role}`) })}
            {refusal && ` ${problemText(refusal)}`}
          </Text>
        );
      })}
    </Stack>
  );
}
