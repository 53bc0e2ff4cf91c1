import { useEffect, useState } from 'react';
import { Stack, Text, ThemeIcon, Tooltip } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { listMembers } from '../api/complete-list';
import type { User } from '../api/users';
import { LockIcon } from './icons';
import { useDateFormats } from './date-time';

type Lock = User['locks'][number];
const causes = listMembers<Lock['cause']>({
  administrator: true,
  failedLogins: true,
  unaffiliated: true,
  dormant: true,
});

/** Returns a function that describes a lock in lines: its cause, start and end, its reason, and until when the user keeps their entitlements (disable mode). */
export function useDescribeLock(): (lock: Lock) => string[] {
  const { t } = useTranslation();
  const { date, time } = useDateFormats();
  return ({ cause, reason, by, at, until, disableModeUntil }) => {
    const known = causes.find((one) => one === cause);
    const what = `${known ? t(`lock.${known}`) : cause}, ${t('lock.since', { date: time(at) })}${until ? `, ${t('lock.until', { date: time(until) })}` : ''}`;
    if (cause === 'failedLogins') return [what, t('lock.passwordOnly')];
    return [
      what,
      by.kind === 'another-account' ? t('lock.elsewhere') : reason ? t('lock.reason', { reason }) : t('lock.noReason'),
      disableModeUntil ? t('lock.disableMode', { date: date(disableModeUntil) }) : t('lock.noDisableMode'),
    ];
  };
}

/** Returns the locks that have not ended, and renders again when the next one ends. By this device's clock. */
function useLocksInForce(locks: readonly Lock[]): readonly Lock[] {
  const [now, setNow] = useState(Date.now);
  const inForce = locks.filter(({ until }) => !until || Date.parse(until) > now);
  const nextEnd = Math.min(...inForce.flatMap(({ until }) => (until ? [Date.parse(until)] : [])));
  useEffect(() => {
    // A timer's maximum is 24 days.
    const timer =
      nextEnd === Infinity
        ? undefined
        : setTimeout(() => setNow(Date.now()), Math.min(nextEnd - Date.now() + 1, 2 ** 31 - 1));
    return () => clearTimeout(timer);
  }, [nextEnd]);
  return inForce;
}

/** Shows a padlock if a lock is in force; its tooltip and its label for screen readers describe the locks. */
export function LockBadge({ locks }: { locks: readonly Lock[] }) {
  const { t } = useTranslation();
  const lines = useDescribeLock();
  const inForce = useLocksInForce(locks);
  if (!inForce.length) return null;
  const all = inForce.map(lines);
  return (
    <Tooltip
      multiline
      maw={320}
      events={{ hover: true, focus: true, touch: true }}
      label={
        <Stack gap={4} style={{ overflowWrap: 'anywhere' }}>
          {all.flat().map((line) => (
            <Text key={line} size="xs">
              {line}
            </Text>
          ))}
        </Stack>
      }
    >
      <ThemeIcon
        component="span"
        tabIndex={0}
        role="img"
        aria-label={`${t('lock.locked')}. ${all.flat().join('. ')}`}
        size="sm"
        variant="transparent"
        color="red"
      >
        <LockIcon />
      </ThemeIcon>
    </Tooltip>
  );
}
