import type { ReactNode } from 'react';
import { Alert, Button, Group, Stack, Text, type MantineColor } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { UserActionName } from '../api/users';
import { useProblemText } from '../components/problems';
import { toButtonColor } from '../user-actions/user-actions';
import type { UserActionsState } from './use-user-actions';

export interface ActionBannerProps {
  readonly color: MantineColor;
  readonly icon: ReactNode;
  readonly title: string;
  readonly lines: readonly (string | false | null | undefined)[];
  readonly names: readonly UserActionName[];
  readonly actions: UserActionsState;
}

/** Shows a notice about a user with buttons for the actions `names`. If one of them is refused, it says why. */
export function ActionBanner({ color, icon, title, lines, names, actions }: ActionBannerProps) {
  const { t } = useTranslation();
  const problemText = useProblemText();
  const possible = names.flatMap((name) => actions.find(name) ?? []);
  const refused = possible.find(({ allowed }) => !allowed);
  return (
    <Alert
      color={color}
      variant="light"
      icon={icon}
      title={title}
      role="status"
      // Mantine would show both in the alert's colour, and yellow is too pale.
      styles={{ title: { color: 'inherit' }, icon: { color: 'inherit' } }}
      style={{ overflowWrap: 'anywhere', color: 'var(--mantine-color-text)' }}
    >
      <Group justify="space-between" align="flex-end" gap="sm">
        <Stack gap={2} flex="1 1 16rem">
          {lines.map(
            (line) =>
              line && (
                <Text key={line} size="sm">
                  {line}
                </Text>
              ),
          )}
          {refused && (
            <Text size="sm" c="dimmed">
              {t(`userAction.${refused.action}`)}: {problemText(refused)}
            </Text>
          )}
        </Stack>
        <Group gap="xs">
          {possible
            .filter(({ allowed }) => allowed)
            .map(({ action }) => (
              <Button
                key={action}
                size="xs"
                variant={toButtonColor(action) === 'red' ? 'default' : 'filled'}
                onClick={() => actions.start(action)}
              >
                {t(`userAction.${action}`)}
              </Button>
            ))}
        </Group>
      </Group>
    </Alert>
  );
}
