import { checkRecentlyAuthenticated } from '#libs/authorization';
import { Refusal } from '#libs/kernel';
import { checkActive, checkNotSelf, regrantIfUncounted } from '../../domain/checks.js';
import type { UserRules } from '../../domain/user.context.js';
import { userEvent } from '../../domain/user.events.js';
import type * as roles from './roles.commands.js';

/** The rules of granting and revoking roles. */
export const roleRules: UserRules<Omit<typeof roles, 'roleActs'>> = {
  GrantRole: ({ role, dryRun }, user, context) => {
    const { roles } = checkActive(user, context);
    if (!context.grantable.includes(role)) throw roleNotGrantable();
    if (roles.includes(role)) return role === 'administrator' ? regrantIfUncounted(context) : [];
    if (role === 'administrator' && !dryRun) checkRecentlyAuthenticated(context);
    return [userEvent('UserRoleGranted', { role })];
  },

  RevokeRole: ({ role }, user, context) => {
    checkNotSelf(context);
    const { roles } = checkActive(user, context);
    if (!context.grantable.includes(role)) throw roleNotGrantable();
    return roles.includes(role) ? [userEvent('UserRoleRevoked', { role })] : [];
  },
};

const roleNotGrantable = () =>
  new Refusal('role.not-grantable', 'forbidden', 'Nobody gives or takes a role that holds more than they have.');
