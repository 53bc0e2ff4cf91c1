import { Button, Group, Progress, Stack, Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { ProblemAlert } from '../components/problems';
import type { ActionResult, useRunAction } from './use-run-action';
import type { BulkActionName, TargetUser } from './user-actions';
import { RefusedUsers } from './user-results';

type Running = Pick<ReturnType<typeof useRunAction>, 'total' | 'results' | 'isRunning' | 'error' | 'stop'> & {
  readonly resume: () => Promise<unknown>;
};

/** Shows the progress of an action on many users. If it was interrupted, offers to continue. */
export function ActionProgress({
  action,
  running: { total, results, isRunning, error, stop, resume },
  onClose,
}: {
  action: BulkActionName;
  running: Running;
  onClose: () => void;
}) {
  const { t } = useTranslation();
  const done = results.length;
  return (
    <Stack>
      <Text role="status">{t('act.progress', { act: t(`userAction.${action}`), done, total })}</Text>
      <Progress value={(100 * done) / total} aria-label={t('act.progressLabel')} animated={isRunning} />
      <ProblemAlert error={error} />
      {!isRunning && <Text size="sm">{t('act.interrupted', { count: total - done })}</Text>}
      <Group justify="flex-end">
        {isRunning ? (
          <Button variant="default" onClick={stop}>
            {t('act.stop')}
          </Button>
        ) : (
          <>
            <Button variant="default" onClick={onClose}>
              {t('common.close')}
            </Button>
            <Button onClick={() => void resume()}>{t('common.continue')}</Button>
          </>
        )}
      </Group>
    </Stack>
  );
}

/** Shows the result of an action: the number of users that it changed, and the users for which it was refused. */
export function ActionResults({
  action,
  users,
  results,
  onClose,
}: {
  action: BulkActionName;
  users: readonly TargetUser[];
  results: readonly ActionResult[];
  onClose: () => void;
}) {
  const { t } = useTranslation();
  const done = results.filter(({ ok }) => ok).length;
  return (
    <Stack>
      <Text role="status">{t('act.done', { act: t(`userAction.${action}`), count: done })}</Text>
      <RefusedUsers users={users} results={results} onSuggestedAction={onClose} />
      <Group justify="flex-end">
        <Button onClick={onClose}>{t('common.close')}</Button>
      </Group>
    </Stack>
  );
}
