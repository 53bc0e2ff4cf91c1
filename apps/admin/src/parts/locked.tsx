import { Stack, Text, ThemeIcon, Tooltip } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { User } from '../api/users';
import { LockIcon } from './icons';
import { useDates } from './when';

type Lock = User['locks'][number];
const causes = ['administrator', 'failedLogins', 'unaffiliated', 'dormant'] as const;

/** Says of each lock what set it, when and why, and until when entitlements outlive it. */
export function useLockLines(): (lock: Lock) => string[] {
  const { t } = useTranslation();
  const { date, time } = useDates();
  return ({ cause, reason, by, at, until, disableModeUntil }) => {
    const known = causes.find((one) => one === cause);
    return [
      `${known ? t(`lock.${known}`) : cause}, ${t('lock.since', { date: time(at) })}${until ? `, ${t('lock.until', { date: time(until) })}` : ''}`,
      by.kind === 'another-account' ? t('lock.elsewhere') : reason ? t('lock.reason', { reason }) : t('lock.noReason'),
      disableModeUntil ? t('lock.disableMode', { date: date(disableModeUntil) }) : t('lock.noDisableMode'),
    ];
  };
}

/** A padlock that tells its reasons to whoever points at it, comes to it by keyboard, or listens. */
export function Padlock({ locks }: { locks: readonly Lock[] }) {
  const { t } = useTranslation();
  const lines = useLockLines();
  if (!locks.length) return null;
  const all = locks.map(lines);
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
      <ThemeIcon component="span" tabIndex={0} role="img" aria-label={`${t('lock.locked')}. ${all.flat().join('. ')}`} size="sm" variant="transparent" color="red">
        <LockIcon />
      </ThemeIcon>
    </Tooltip>
  );
}
