import { Button, CloseButton, Group, Paper, Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { useMe } from '../api/me';
import { acts, useStartAction, type Act, type TargetUser } from './user-actions';

/** What can be done to those who are chosen, as far as this caller may. */
export function BulkActionBar({
  acts: offered,
  people,
  onClear,
}: {
  acts: readonly Act[];
  people: readonly TargetUser[];
  onClear: () => void;
}) {
  const { t } = useTranslation();
  const { permissions } = useMe();
  const start = useStartAction();
  const allowed = offered.filter((act) => permissions.includes(acts[act]));
  return (
    <Paper withBorder px="sm" py={6} role="region" aria-label={t('users.selected', { count: people.length })}>
      <Group gap="xs">
        <CloseButton aria-label={t('users.unselect')} onClick={onClear} />
        <Text size="sm" fw={600} aria-live="polite">
          {t('users.selected', { count: people.length })}
        </Text>
        {allowed.map((act) => (
          <Button
            key={act}
            size="xs"
            variant="light"
            color={act === 'delete' || act === 'reject' ? 'red' : 'blue'}
            onClick={() => start(act, people)}
          >
            {t(`act.${act}`)}
          </Button>
        ))}
      </Group>
    </Paper>
  );
}
