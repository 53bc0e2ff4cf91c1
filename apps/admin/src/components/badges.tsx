import { Badge, Stack, Text, Tooltip, type MantineColor } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { EffectiveStatus, User } from '../api/users';
import { LockIcon } from './icons';
import { toEffectiveStatus, useDescribeLock, useLockCause, useLocksInForce } from './locks';

/** One meaning per colour: green may log in, yellow waits for us, blue waits for them, red is locked, grey is a former user. */
export const statusColors: Record<EffectiveStatus, MantineColor> = {
  active: 'teal',
  pending: 'yellow',
  invited: 'blue',
  locked: 'red',
  rejected: 'gray',
  left: 'gray',
  deleted: 'gray',
};

/** Returns the label of an effective status in the reader's language. */
export function useStatusLabel(): (status: EffectiveStatus) => string {
  const { t } = useTranslation();
  return (status) => (status === 'locked' ? t('lock.locked') : t(`status.${status}`));
}

interface StatusBadgeProps {
  readonly user: Pick<User, 'status' | 'locks'>;
  /** Also shows why the user is locked, as a second line. */
  readonly withCause?: boolean;
}

/** Shows a user's effective status. The tooltip and the label for screen readers describe the locks. */
export function StatusBadge({ user, withCause = false }: StatusBadgeProps) {
  const label = useStatusLabel();
  const describeLock = useDescribeLock();
  const lockCause = useLockCause();
  const locks = useLocksInForce(user.locks);
  const status = toEffectiveStatus(user.status, locks);
  const isLocked = status === 'locked';
  const lines = locks.flatMap(describeLock);
  const badge = (
    <Badge
      variant={isLocked ? 'light' : 'dot'}
      color={statusColors[status]}
      leftSection={isLocked && <LockIcon />}
      {...(lines.length > 0 && { tabIndex: 0, role: 'img', 'aria-label': `${label(status)}. ${lines.join('. ')}` })}
    >
      {label(status)}
    </Badge>
  );
  if (!lines.length) return badge;
  return (
    <>
      <Tooltip
        multiline
        maw={320}
        events={{ hover: true, focus: true, touch: true }}
        label={
          <Stack gap={4} style={{ overflowWrap: 'anywhere' }}>
            {lines.map((line) => (
              <Text key={line} size="xs">
                {line}
              </Text>
            ))}
          </Stack>
        }
      >
        {badge}
      </Tooltip>
      {withCause && isLocked && (
        <Text size="xs" c="dimmed" lh={1.2} mt={2} truncate>
          {lockCause(locks)}
        </Text>
      )}
    </>
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
