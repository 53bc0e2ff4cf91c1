import { Badge, type MantineColor } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { User } from '../api/users';

const colours: Record<User['status'], MantineColor> = {
  active: 'teal',
  pending: 'yellow',
  invited: 'blue',
  rejected: 'gray',
  left: 'gray',
  deleted: 'red',
};

/** Shows a user's status in the account. */
export function StatusBadge({ status }: { status: User['status'] }) {
  const { t } = useTranslation();
  return (
    <Badge variant="dot" color={colours[status]}>
      {t(`status.${status}`)}
    </Badge>
  );
}

/** Shows a user's roles. */
export function RoleBadges({ roles }: { roles: User['roles'] }) {
  const { t } = useTranslation();
  return roles.map((role) => (
    <Badge key={role} variant="outline" color="gray" mr={4}>
      {t(`role.${role}`)}
    </Badge>
  ));
}
