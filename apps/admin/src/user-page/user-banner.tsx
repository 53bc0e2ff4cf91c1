import { useTranslation } from 'react-i18next';
import type { AuditAction, AuditItem } from '../api/audit';
import type { UserDetail } from '../api/users';
import { useActorName } from '../audit-items/names';
import { useDateFormats } from '../components/date-time';
import { ClockIcon, LockIcon, PersonIcon } from '../components/icons';
import { useLocksInForce, type Lock } from '../components/locks';
import { ActionBanner, type ActionBannerProps } from './action-banner';
import { isFormer, type UserActionsState } from './use-user-actions';

/** The action with which a user became a former one, by status. */
const departureActions: Partial<Record<UserDetail['status'], AuditAction>> = {
  deleted: 'user.deleted',
  rejected: 'user.rejected',
};

interface Props {
  readonly user: UserDetail;
  /** The changes of the user, newest first. */
  readonly changes: readonly AuditItem[];
  readonly actions: UserActionsState;
}

/** Shows the user's state if it is not the usual one: locked, pending or former, with time, actor and reason, and the buttons that change it. */
export function UserBanner({ user, changes, actions }: Props) {
  const { t } = useTranslation();
  const { time } = useDateFormats();
  const locks = useLocksInForce(user.locks);
  if (isFormer(user)) {
    const departure = changes.find(({ action }) => action === departureActions[user.status]);
    return <FormerBanner user={user} departure={departure} actions={actions} />;
  }
  return (
    <>
      {user.status === 'pending' && (
        <ActionBanner
          color="yellow"
          icon={<ClockIcon />}
          title={user.addedAt ? t('userPage.pendingSince', { date: time(user.addedAt) }) : t('status.pending')}
          lines={[user.domain && t('userPage.pendingDomain', { domain: user.domain })]}
          names={['ApproveUser', 'RejectUser']}
          actions={actions}
        />
      )}
      {locks.map((lock, index) => (
        <LockBanner
          key={lock.cause}
          lock={lock}
          changes={changes}
          actions={actions}
          // An unlock removes all locks, so one button is enough.
          names={index === 0 ? ['UnlockUser'] : []}
        />
      ))}
    </>
  );
}

function LockBanner({
  lock,
  changes,
  ...rest
}: Pick<ActionBannerProps, 'names' | 'actions'> & { lock: Lock; changes: readonly AuditItem[] }) {
  const { t } = useTranslation();
  const { time } = useDateFormats();
  const actorName = useActorName();
  const entitlementText = useEntitlementText();
  const { cause, at, until, by, reason } = lock;
  const locking = changes.find((item) => item.action === 'user.locked' && item.at === at);
  const isByAdministrator = cause === 'administrator' && locking && by.kind !== 'another-account';
  const title = isByAdministrator
    ? t('userPage.lockedBy', { date: time(at), name: actorName(locking.actor) })
    : `${t(`lock.${cause}`)}, ${t('lock.since', { date: time(at) })}`;
  return (
    <ActionBanner
      color="red"
      icon={<LockIcon />}
      title={until ? `${title}, ${t('lock.until', { date: time(until) })}` : title}
      lines={[
        by.kind === 'another-account' && t('lock.elsewhere'),
        reason && t('lock.reason', { reason }),
        cause === 'failedLogins' && t('lock.passwordOnly'),
        entitlementText(lock),
      ]}
      {...rest}
    />
  );
}

function FormerBanner({
  user: { status, restorableUntil, locks },
  departure,
  actions,
}: {
  user: UserDetail;
  departure: AuditItem | undefined;
  actions: UserActionsState;
}) {
  const { t } = useTranslation();
  const { time } = useDateFormats();
  const actorName = useActorName();
  const entitlementText = useEntitlementText();
  const label = t(`status.${status}`);
  return (
    <ActionBanner
      color="gray"
      icon={<PersonIcon />}
      title={
        departure
          ? t('userPage.formerSince', { status: label, date: time(departure.at), name: actorName(departure.actor) })
          : label
      }
      lines={[
        departure?.reason && t('lock.reason', { reason: departure.reason }),
        restorableUntil && t('user.restorableUntil', { date: time(restorableUntil) }),
        ...locks.map(entitlementText),
      ]}
      names={['RestoreUser']}
      actions={actions}
    />
  );
}

/** Returns a function that says until when a locked or deleted user keeps their entitlements; nothing if they keep none. */
function useEntitlementText(): (lock: Lock) => string | undefined {
  const { t } = useTranslation();
  const { date } = useDateFormats();
  return ({ disableModeUntil }) => {
    if (!disableModeUntil) return undefined;
    return Date.parse(disableModeUntil) > Date.now()
      ? t('lock.disableMode', { date: date(disableModeUntil) })
      : t('userPage.entitlementsEnded', { date: date(disableModeUntil) });
  };
}
