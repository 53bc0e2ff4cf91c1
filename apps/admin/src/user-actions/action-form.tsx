import { useState } from 'react';
import { Button, Checkbox, Group, Loader, Stack, Text } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { ProblemAlert } from '../components/problems';
import { ReasonField, toReasonField } from '../components/reason-field';
import { IssuedTokensChoice } from './issued-tokens-choice';
import { dryRunQuery, type ActionOptions } from './use-run-action';
import { findUserAction, toButtonColor, type BulkActionName, type TargetUser } from './user-actions';
import { DryRunResults } from './user-results';

interface Props {
  readonly accountId: string;
  readonly action: BulkActionName;
  readonly users: readonly TargetUser[];
  readonly mutation: { readonly isPending: boolean; readonly error: Error | null };
  /** Called with whether something was typed. */
  readonly onTyped: (isTyped: boolean) => void;
  readonly onConfirm: (options: ActionOptions) => void;
  readonly onCancel: () => void;
}

/** Shows what an action would do, by a dry run with the options that are chosen below, and asks for a confirmation. */
export function ActionForm({ accountId, action, users, mutation, onTyped, onConfirm, onCancel }: Props) {
  const { t } = useTranslation();
  const { canKeepRoles } = findUserAction(action);
  const [typed, setTyped] = useState('');
  const [keepRoles, setKeepRoles] = useState(false);
  const [endTokens, setEndTokens] = useState(false);
  const { reason = '' } = toReasonField(typed);
  const [settledReason] = useDebouncedValue(reason, 400);
  const request = { accountId, action, userIds: users.map(({ userId }) => userId) };
  const dryRun = useQuery(dryRunQuery(request, { reason: settledReason, keepRoles, endTokens: false }));
  const isStale = dryRun.isPlaceholderData || settledReason !== reason;
  const tokens = dryRun.data?.flatMap(({ issuedTokens }) => issuedTokens ?? []) ?? [];
  const isPossible = dryRun.data?.some(({ ok, changed }) => ok && (changed || isStale)) ?? false;
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        onConfirm({ reason, keepRoles, endTokens: endTokens && tokens.length > 0 });
      }}
    >
      <Stack>
        <Consequences action={action} users={users} />
        {dryRun.data && (
          <DryRunResults
            action={action}
            users={users}
            results={dryRun.data}
            hasReason={settledReason !== ''}
            isStale={isStale}
          />
        )}
        {/* Always as high, so that the fields below do not move while somebody types. */}
        <Group gap="xs" role="status" mih={22}>
          {(dryRun.isPending || isStale) && (
            <>
              <Loader size="xs" aria-hidden />
              <Text size="sm">{t('act.asking')}</Text>
            </>
          )}
        </Group>
        <IssuedTokensChoice tokens={tokens} isEnding={endTokens} onChange={setEndTokens} />
        <ProblemAlert error={dryRun.error ?? mutation.error} />
        {canKeepRoles && (
          <Checkbox
            label={t('act.keepRoles')}
            description={t('act.keepRolesHint')}
            checked={keepRoles}
            onChange={({ currentTarget }) => setKeepRoles(currentTarget.checked)}
          />
        )}
        <ReasonField
          value={typed}
          onChange={({ currentTarget }) => {
            setTyped(currentTarget.value.replaceAll('\n', ' '));
            onTyped(currentTarget.value.trim() !== '');
          }}
          data-autofocus
        />
        <Group justify="flex-end">
          <Button variant="default" onClick={onCancel}>
            {t('common.cancel')}
          </Button>
          <Button type="submit" color={toButtonColor(action)} disabled={!isPossible} loading={mutation.isPending}>
            {t('common.confirm')}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

/** Says what the action does to a user, and whether these users keep their entitlements for some days. */
function Consequences({ action, users }: { action: BulkActionName; users: readonly TargetUser[] }) {
  const { t } = useTranslation();
  const { explanation, startsDisableMode } = findUserAction(action);
  if (!explanation) return null;
  const count = users.length;
  const disableMode = users.every(({ hasLoggedIn }) => hasLoggedIn === false)
    ? t('act.noDisableMode', { count })
    : users.every(({ hasLoggedIn, isLocked }) => hasLoggedIn && isLocked === false)
      ? t('act.allDisableMode', { count })
      : t('act.someDisableMode');
  return (
    <Text size="sm">
      {t(explanation)} {startsDisableMode && disableMode}
    </Text>
  );
}
