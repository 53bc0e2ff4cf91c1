import { Box, List, ScrollArea, Stack, Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { useProblemText } from '../components/problems';
import { SuggestedActions } from '../components/suggested-actions';
import type { ActionResult } from './use-run-action';
import type { BulkActionName, TargetUser } from './user-actions';

/** How many users a list names; its title gives the full count. */
const maxShown = 50;

/** Lists the result of a dry run: users that the action would change, users it would leave as they are, and users it would be refused for. */
export function DryRunResults({
  action,
  users,
  results,
  hasReason,
  isStale,
}: {
  action: BulkActionName;
  users: readonly TargetUser[];
  results: readonly ActionResult[];
  /** Whether the dry run was asked with a reason. */
  hasReason: boolean;
  /** Whether the results are those of other options, until new ones are there. */
  isStale: boolean;
}) {
  const { t } = useTranslation();
  const changing = results.filter(({ ok, changed }) => ok && changed);
  const same = results.filter(({ ok, changed }) => ok && !changed);
  return (
    <Stack gap="xs" aria-live="polite" aria-busy={isStale}>
      {changing.length > 0 && (
        <UserResults
          title={
            changing.length < results.length
              ? t('act.wouldOf', { count: changing.length, total: results.length })
              : t('act.would', { count: changing.length })
          }
          users={users}
          results={changing}
        />
      )}
      {same.length > 0 && (
        <UserResults
          title={`${t('act.same', { count: same.length })} ${t(
            action === 'LockUser' && !hasReason ? 'act.sameLockWithoutReason' : `act.sameWhy.${action}`,
          )}`}
          users={users}
          results={same}
        />
      )}
      <RefusedUsers users={users} results={results} />
    </Stack>
  );
}

/** Lists the users for whom an action was refused, each with the reason; with `onSuggestedAction`, also with the suggested actions. */
export function RefusedUsers({
  users,
  results,
  onSuggestedAction,
}: {
  users: readonly TargetUser[];
  results: readonly ActionResult[];
  onSuggestedAction?: () => void;
}) {
  const { t } = useTranslation();
  const problemText = useProblemText();
  const refused = results.filter(({ ok }) => !ok);
  if (!refused.length) return null;
  return (
    <UserResults
      title={t('act.refused', { count: refused.length })}
      users={users}
      results={refused}
      renderDetails={(result, user) => (
        <>
          <Text size="sm" c="var(--mantine-color-error)">
            {problemText(result)}
          </Text>
          {onSuggestedAction && (
            <SuggestedActions actions={result.actions} name={user.name} onDone={onSuggestedAction} />
          )}
        </>
      )}
    />
  );
}

interface UserResultsProps {
  readonly title: string;
  readonly users: readonly TargetUser[];
  readonly results: readonly ActionResult[];
  readonly renderDetails?: (result: ActionResult, user: TargetUser) => React.ReactNode;
}

function UserResults({ title, users, results, renderDetails }: UserResultsProps) {
  const { t } = useTranslation();
  const byId = new Map(users.map((user) => [user.userId, user]));
  const more = results.length - maxShown;
  return (
    <Box>
      <Text size="sm" fw={600}>
        {title}
      </Text>
      <ScrollArea.Autosize mah={220} viewportProps={{ tabIndex: 0 }}>
        <List size="sm" spacing={4} listStyleType="none">
          {results.slice(0, maxShown).map((result) => {
            const user = byId.get(result.userId) ?? { userId: result.userId, name: result.userId };
            return (
              <List.Item key={result.userId}>
                {user.name}
                {renderDetails?.(result, user)}
              </List.Item>
            );
          })}
        </List>
      </ScrollArea.Autosize>
      {more > 0 && <Text size="sm">{t('act.more', { count: more })}</Text>}
    </Box>
  );
}
