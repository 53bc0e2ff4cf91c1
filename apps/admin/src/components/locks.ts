import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { listMembers } from '../api/complete-list';
import { memberStatuses, type EffectiveStatus, type User } from '../api/users';
import { useDateFormats } from './date-time';

export type Lock = User['locks'][number];
const causes = listMembers<Lock['cause']>({
  administrator: true,
  failedLogins: true,
  unaffiliated: true,
  dormant: true,
});

/** Returns a user's effective status: `locked` for a member with a lock, otherwise the status. */
export const toEffectiveStatus = (status: User['status'], locks: readonly Lock[]): EffectiveStatus =>
  locks.length > 0 && memberStatuses.includes(status) ? 'locked' : status;

/** Returns a function that gives the short text for a user's locks: the reason of the first lock that has one, otherwise the cause. */
export function useLockCause(): (locks: readonly Lock[]) => string | undefined {
  const { t } = useTranslation();
  return (locks) => {
    const reason = locks.find((lock) => lock.reason)?.reason;
    const cause = causes.find((one) => one === locks[0]?.cause);
    return reason ?? (cause ? t(`lockCause.${cause}`) : locks[0]?.cause);
  };
}

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
export function useLocksInForce(locks: readonly Lock[]): readonly Lock[] {
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
