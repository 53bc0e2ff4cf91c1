import { checkRecentlyAuthenticated } from '#libs/authorization';
import { Refusal, type CommandContext, type Fields } from '#libs/kernel';
import {
  checkActive,
  checkKnown,
  checkNotSelf,
  conflict,
  hasLeftBy,
  isRestorable,
  regrantIfUncounted,
  suggestedActions,
  userNotFound,
} from '../../domain/checks.js';
import { domainOf } from '../../domain/email-address.js';
import type { UserContext, UserRules } from '../../domain/user.context.js';
import { userEvent, type UserEvent } from '../../domain/user.events.js';
import { accountOf, findDeparture, disableModeDays, type ExistingUser } from '../../domain/user.state.js';
import type * as membership from './membership.commands.js';

/** How long a deletion can be undone, days (default). */
const restorableDays = 30;

/** The rules of joining and leaving accounts. */
export const membershipRules: UserRules<Omit<typeof membership, 'membershipActs'>> = {
  AddUser: (command, _, context) => {
    const { account, domainOwner, holder, startingRoles = [] } = context;
    if (domainOwner && domainOwner !== account) {
      throw new Refusal('domain.owned-by-another', 'conflict', 'Another account owns the domain of this address.');
    }
    if (holder) throw toHeldRefusal(holder, context);
    const { entitlementCountry } = command;
    return [
      userEvent('UserAdded', {
        account: account!,
        ...toProfile(command),
        ...(entitlementCountry && { entitlementCountry }),
        status: 'active',
      }),
      ...startingRoles.map((role) => userEvent('UserRoleGranted', { role })),
    ];
  },

  RegisterUser: (command, _, { domainOwner, holder, confinedTo }) => {
    if (confinedTo && domainOwner !== confinedTo) {
      throw new Refusal(
        'user.outside-domain',
        'conflict',
        'The account that this token names does not own the domain of the address.',
      );
    }
    if (holder) throw new Refusal('user.exists', 'conflict', 'There is a user with this address.');
    const requested =
      domainOwner && userEvent('UserApprovalRequested', { account: domainOwner, domain: domainOf(command.email) });
    return [userEvent('UserRegistered', toProfile(command)), ...(requested ? [requested] : [])];
  },

  ApproveUser: (_, user, context) => {
    const known = checkKnown(user, context);
    if (accountOf(known) === context.account) {
      return known.status === 'pending' ? [userEvent('UserApproved', { account: known.account })] : [];
    }
    throw conflict(
      'user.not-pending',
      'The user does not wait for approval.',
      context,
      ...suggestedActions(known, context),
    );
  },

  RejectUser: (_, user, context) => {
    const known = checkKnown(user, context);
    if (hasLeftBy('rejected', known, context)) return [];
    if (known.status === 'pending' && known.account === context.account) {
      return [userEvent('UserRejected', { account: known.account })];
    }
    throw conflict(
      'user.not-pending',
      'The user does not wait for approval.',
      context,
      ...suggestedActions(known, context),
    );
  },

  AddUserToAccount: (_, user, context) => {
    const { account, domainOwner } = context;
    if (user.status === 'absent') throw userNotFound();
    if (accountOf(user) === account) {
      if (user.status === 'active') return [];
      throw conflict(
        'user.not-unaffiliated',
        'The user waits for approval in this account.',
        context,
        'ApproveUser',
        'RejectUser',
      );
    }
    if (accountOf(user)) {
      // The members of another account are not disclosed; one who left this account is known here.
      if (!findDeparture(user, account!)) throw userNotFound();
      throw conflict(
        'user.in-another-account',
        'The user is in another account: ask the user to look at their profile.',
        context,
      );
    }
    if (domainOwner !== account) {
      throw conflict(
        'user.outside-domain',
        'This account does not own the domain of the address.',
        context,
        ...suggestedActions(user, context),
      );
    }
    return [
      userEvent('UserAddedToAccount', { account: account!, rule: 'administrator' }),
      ...revokeUngrantable(user, context),
    ];
  },

  DeleteUser: ({ keepRoles }, user, context) => {
    checkNotSelf(context);
    if (hasLeftBy('deleted', checkKnown(user, context), context)) return [];
    const { account, roles } = checkActive(user, context);
    const restorableUntil = new Date(Date.parse(context.at) + restorableDays * 86_400_000).toISOString();
    return [
      userEvent('UserDeleted', {
        account,
        restorableUntil,
        keptRoles: keepRoles ? roles : [],
        releasedLicences: [],
        disableModeDays,
      }),
    ];
  },

  RestoreUser: (_, user, context) => {
    const known = checkKnown(user, context);
    if (known.status === 'active' && known.account === context.account)
      return context.mayActOnAdministrators ? regrantIfUncounted(context) : [];
    if (!isRestorable(known, context)) {
      const why = 'The user was not deleted by this account in the last 30 days, or has been in another since.';
      throw conflict('user.not-restorable', why, context, ...suggestedActions(known, context));
    }
    return [userEvent('UserRestored', { account: context.account! }), ...revokeUngrantable(known, context)];
  },
};

/**
 * Returns the revocations of the kept roles that the caller may not grant. Throws `access.reauthenticate` if the user comes
 * back as an administrator, which is a grant of that role.
 */
function revokeUngrantable(user: ExistingUser, context: CommandContext): UserEvent[] {
  const { account, grantable } = context;
  const kept = findDeparture(user, account!)?.keptRoles ?? [];
  if (kept.includes('administrator') && grantable.includes('administrator')) checkRecentlyAuthenticated(context);
  return kept.filter((role) => !grantable.includes(role)).map((role) => userEvent('UserRoleRevoked', { role }));
}

const toProfile = ({ email, firstName, lastName, country, language }: Fields<membership.RegisterUser>) => ({
  email,
  firstName,
  lastName,
  country,
  ...(language && { language }),
});

/** Returns the refusal to add a user whose address another user has, by the first row of the table ADD-1 to ADD-5 that fits. */
function toHeldRefusal(holder: { id: string; user: ExistingUser }, context: UserContext): Refusal {
  const { account, domainOwner } = context;
  const offer = (...actions: string[]) =>
    actions.map((action) => ({ action, params: { accountId: account!, userId: holder.id } }));
  if (accountOf(holder.user) === account) {
    return new Refusal('user.already-in-account', 'conflict', 'The user is in this account already.', offer('GetUser'));
  }
  if (accountOf(holder.user)) {
    return new Refusal(
      'user.in-another-account',
      'conflict',
      'The user is in another account: ask the user to look at their profile.',
    );
  }
  if (domainOwner === account) {
    return new Refusal(
      'user.exists-unaffiliated',
      'conflict',
      'The user exists and is in no account.',
      offer('AddUserToAccount'),
    );
  }
  const why = 'The user exists, and this account does not own the domain of the address.';
  return new Refusal('user.outside-domain', 'conflict', why, offer(...suggestedActions(holder.user, context)));
}
