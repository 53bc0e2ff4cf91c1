import { Box, Checkbox, Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { Permission } from '../api/me';
import type { PossibleAction, Role } from '../api/users';
import { toPermissionKey } from '../audit-items/names';
import { useProblemText } from '../components/problems';

interface Props {
  readonly role: Role;
  readonly permissions: readonly Permission[];
  readonly isChosen: boolean;
  /** Whether the caller may give or take the role now, and the reason if not. */
  readonly possible: PossibleAction | undefined;
  readonly onChange: (isChosen: boolean) => void;
}

/** Shows a checkbox for a role, what the role may do, and why it cannot be changed. */
export function RoleChoice({ role, permissions, isChosen, possible, onChange }: Props) {
  const { t } = useTranslation();
  const problemText = useProblemText();
  const isRefused = possible?.allowed === false;
  return (
    <Box>
      <Checkbox
        label={t(`role.${role}`)}
        description={t(`roles.${role}`)}
        checked={isChosen}
        // Can get the focus also if it is refused, so that everybody can read why.
        aria-disabled={isRefused || undefined}
        error={isRefused ? problemText(possible) : undefined}
        onChange={({ currentTarget }) => !isRefused && onChange(currentTarget.checked)}
      />
      {permissions.length > 0 && (
        <Text size="xs" c="dimmed" pl={32} mt={4}>
          {t('roles.may')} {permissions.map((permission) => t(toPermissionKey(permission))).join(' · ')}
        </Text>
      )}
    </Box>
  );
}
