import { Button, CloseButton, Group, Paper, Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { useMe } from '../api/me';
import {
  findUserAction,
  toButtonColor,
  useStartAction,
  userActions,
  type BulkActionName,
  type TargetUser,
} from './user-actions';

/** Shows how many users are selected, and a button for each of `actions` that the caller may take and that can do something for one of them. If there is none, says so. */
export function BulkActionBar({
  actions,
  users,
  onClear,
}: {
  actions: readonly BulkActionName[];
  users: readonly TargetUser[];
  onClear: () => void;
}) {
  const { t } = useTranslation();
  const { permissions } = useMe();
  const startAction = useStartAction();
  const allowed = actions.filter((action) => permissions.includes(userActions[action].permission));
  const useful = allowed.filter((action) => users.some(findUserAction(action).appliesTo ?? (() => true)));
  return (
    <Paper withBorder px="sm" py={6} role="region" aria-label={t('users.selected', { count: users.length })}>
      <Group gap="xs">
        <CloseButton aria-label={t('users.unselect')} onClick={onClear} />
        <Text size="sm" fw={600} aria-live="polite">
          {t('users.selected', { count: users.length })}
        </Text>
        {useful.map((action) => (
          <Button
            key={action}
            size="xs"
            variant="light"
            color={toButtonColor(action)}
            onClick={() => startAction(action, users)}
          >
            {t(`userAction.${action}`)}
          </Button>
        ))}
        {!useful.length && (
          <Text size="sm" c="dimmed" role="status">
            {allowed.length ? t('users.nothingToDo') : t('users.noActions')}
          </Text>
        )}
      </Group>
    </Paper>
  );
}
