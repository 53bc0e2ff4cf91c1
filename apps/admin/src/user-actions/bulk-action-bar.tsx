import { Button, CloseButton, Group, Paper, Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { useMe } from '../api/me';
import { toButtonColor, useStartAction, userActions, type BulkActionName, type TargetUser } from './user-actions';

/** Shows how many users are selected, and a button for each of `actions` that the caller has the permission for. */
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
  return (
    <Paper withBorder px="sm" py={6} role="region" aria-label={t('users.selected', { count: users.length })}>
      <Group gap="xs">
        <CloseButton aria-label={t('users.unselect')} onClick={onClear} />
        <Text size="sm" fw={600} aria-live="polite">
          {t('users.selected', { count: users.length })}
        </Text>
        {allowed.map((action) => (
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
      </Group>
    </Paper>
  );
}
