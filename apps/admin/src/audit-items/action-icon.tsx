import { ThemeIcon, type MantineColor } from '@mantine/core';
import type { FunctionComponent, SVGProps } from 'react';
import type { AuditAction } from '../api/audit';
import { AccountIcon, InboxIcon, LockIcon, createIcon } from '../components/icons';

export interface ActionLook {
  readonly icon: FunctionComponent<SVGProps<SVGSVGElement>>;
  readonly color: MantineColor;
}

/** Each colour has one meaning, which is that of the badges of a status, too. */
const givesAccess = 'teal';
const takesAccess = 'red';
const waits = 'yellow';
const concernsRights = 'violet';
const changesData = 'blue';
const concernsLogins = 'gray';
const isSuspicious = 'orange';

const AddIcon = createIcon('M10 11.5a3.5 3.5 0 1 0 0-7 3.5 3.5 0 0 0 0 7M3.5 20a6.5 6.5 0 0 1 13 0M19 7v6M16 10h6');
const ApproveIcon = createIcon('M12 3.5a8.5 8.5 0 1 0 0 17 8.5 8.5 0 0 0 0-17M8 12.5l3 3 5-6');
const RejectIcon = createIcon('M12 3.5a8.5 8.5 0 1 0 0 17 8.5 8.5 0 0 0 0-17M9 9l6 6M15 9l-6 6');
const UnlockIcon = createIcon('M6 11h12v9H6zM8.5 11V7a3.5 3.5 0 0 1 6.8-1.2M12 15v1.5');
const DeleteIcon = createIcon('M5 7h14M9 7V4.5h6V7M6.5 7l1 13h9l1-13M10 11v5.5M14 11v5.5');
const RestoreIcon = createIcon('M9 14l-5-5 5-5M4 9h10a5.5 5.5 0 0 1 0 11h-3');
const ChangeIcon = createIcon('M4 20h4L19.5 8.5l-4-4L4 16zM13 7l4 4');
const RoleIcon = createIcon('M12 3.5l7.5 3v5c0 4.5-3 7.5-7.5 9-4.5-1.5-7.5-4.5-7.5-9v-5z');
const PasswordIcon = createIcon('M5 12.5h14v7H5zM8 16v.01M12 16v.01M16 16v.01M8 12.5V9a4 4 0 0 1 8 0v3.5');
const LoginIcon = createIcon('M13 4h6v16h-6M4 12h10M10.5 8l4 4-4 4');
const EndSessionIcon = createIcon('M11 4H5v16h6M10 12h10M16.5 8l4 4-4 4');
const DomainIcon = createIcon('M12 8a4 4 0 1 0 0 8 4 4 0 0 0 0-8M16 8v5.5a2.3 2.3 0 0 0 4.5 0V12a8.5 8.5 0 1 0-3.5 7');
const TokenIcon = createIcon('M8 11.5a4 4 0 1 0 0 8 4 4 0 0 0 0-8M11 13l8.5-8.5M15.5 8.5l3 3');

/** The icon and the colour of each kind of act. */
const looks: Readonly<Record<AuditAction, ActionLook>> = {
  'user.added': { icon: AddIcon, color: givesAccess },
  'user.added-to-account': { icon: AddIcon, color: givesAccess },
  'user.registered': { icon: InboxIcon, color: waits },
  'user.approval-requested': { icon: InboxIcon, color: waits },
  'user.approved': { icon: ApproveIcon, color: givesAccess },
  'user.rejected': { icon: RejectIcon, color: takesAccess },
  'user.locked': { icon: LockIcon, color: takesAccess },
  'user.unlocked': { icon: UnlockIcon, color: givesAccess },
  'user.deleted': { icon: DeleteIcon, color: takesAccess },
  'user.restored': { icon: RestoreIcon, color: givesAccess },
  'user.renamed': { icon: ChangeIcon, color: changesData },
  'user.country-changed': { icon: ChangeIcon, color: changesData },
  'user.language-changed': { icon: ChangeIcon, color: changesData },
  'user.entitlement-country-changed': { icon: ChangeIcon, color: changesData },
  'user.role-granted': { icon: RoleIcon, color: concernsRights },
  'user.role-revoked': { icon: RoleIcon, color: concernsRights },
  'user.password-reset-requested': { icon: PasswordIcon, color: concernsLogins },
  'user.password-changed': { icon: PasswordIcon, color: concernsLogins },
  'user.sessions-ended': { icon: EndSessionIcon, color: concernsLogins },
  'user.logged-in': { icon: LoginIcon, color: concernsLogins },
  'login.failed': { icon: LoginIcon, color: isSuspicious },
  'account.opened': { icon: AccountIcon, color: givesAccess },
  'account.closed': { icon: AccountIcon, color: takesAccess },
  'administrator.appointed': { icon: RoleIcon, color: concernsRights },
  'administrator.stood-down': { icon: RoleIcon, color: concernsRights },
  'domain.owned': { icon: DomainIcon, color: givesAccess },
  'domain.released': { icon: DomainIcon, color: takesAccess },
  'access-token.issued': { icon: TokenIcon, color: concernsRights },
  'access-token.ended': { icon: TokenIcon, color: concernsRights },
};

/** Returns the icon and the colour of an action; those of a change for an action of a newer server. */
const actionLook = (action: AuditAction): ActionLook =>
  Object.hasOwn(looks, action) ? looks[action] : { icon: ChangeIcon, color: changesData };

/** Shows the icon of an action in its colour. Screen readers skip it: the action's name stands beside it. */
export function ActionIcon({ action, size = 28 }: { action: AuditAction; size?: number }) {
  const { icon: Icon, color } = actionLook(action);
  return (
    <ThemeIcon variant="light" color={color} radius="xl" size={size} aria-hidden>
      <Icon />
    </ThemeIcon>
  );
}
