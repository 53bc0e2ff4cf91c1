import { Refusal, checkRecentlyAuthenticated, type Context, type Decider, type RefusalCodeOf } from '#libs/kernel';
import { domainOf } from './email-address.js';
import * as commands from './user.commands.js';
import { userEvent, type Role, type UserEvent } from './user.events.js';
import {
  accountOf,
  departureFrom,
  evolve,
  linkToRepeat,
  lockEnd,
  locksAt,
  mayLogIn,
  openLink,
  passwordLock,
  welcomeDays,
  type Active,
  type Departure,
  type ExistingUser,
  type User,
} from './user.state.js';

/** Facts that a workflow looked up before the rule is asked. */
export interface UserContext extends Context {
  /** The account that owns the address's domain. */
  readonly domainOwner?: string;
  /** Who has the address already. */
  readonly holder?: { readonly id: string; readonly user: ExistingUser };
  /** An administrator whom the account does not count (yet, or because a removal is under way). */
  readonly uncounted?: boolean;
  /** The roles that a new user starts with. */
  readonly startingRoles?: readonly Role[];
}

/** ◇ How long entitlements outlive a lock, for one who had logged in before it. */
const disableModeDays = 7;
/** ◇ How long a deletion can be undone. */
const restorableDays = 30;

const refuse = (code: RefusalCodeOf<'conflict'>, detail: string, context: Context, ...actions: string[]) =>
  new Refusal(
    code,
    'conflict',
    detail,
    actions.map((action) => ({ action, params: { accountId: context.account!, userId: context.targetId } })),
  );

/** The user, if this account has or had anything to do with them; else as if there were none. */
function checkKnown(user: User, { account }: Context): ExistingUser {
  if (user.status === 'absent' || !(accountOf(user) === account || departureFrom(user, account!))) throw notFound();
  return user;
}

const notFound = () => new Refusal('user.not-found', 'not-found', 'There is no such user in this account.');

/** The user as an active member; `act` is what the caller wants, for the sentence. */
function checkActive(user: User, context: Context): Active {
  const known = checkKnown(user, context);
  checkRank(known, context);
  if (known.status === 'active' && known.account === context.account) return known;
  throw refuse(
    'user.not-active',
    'The user is not an active member of this account.',
    context,
    ...stepsBack(known, context),
  );
}

/** What would work instead on a user of whom this account knows. */
const stepsBack = (user: ExistingUser, context: Context): string[] => {
  if (user.status === 'active' && user.account === context.account)
    return isSelf(context) || outranks(user, context) ? [] : ['DeleteUser'];
  if (user.status === 'pending' && user.account === context.account) return ['ApproveUser', 'RejectUser'];
  return restorable(user, context) ? ['RestoreUser'] : [];
};

const outranks = (user: ExistingUser, { account, mayActOnAdministrators }: Context): boolean =>
  accountOf(user) === account && user.roles.includes('administrator') && !mayActOnAdministrators;

/** Co-administrators act on everybody but account administrators. */
function checkRank(user: ExistingUser, context: Context): void {
  if (outranks(user, context)) {
    throw new Refusal(
      'user.outranks-caller',
      'forbidden',
      'Only an account administrator may do this to an account administrator.',
    );
  }
}

const isSelf = ({ actor, targetId }: Context): boolean => actor.kind === 'user' && actor.id === targetId;

function checkNotSelf(context: Context): void {
  if (isSelf(context)) throw new Refusal('user.self', 'conflict', 'Nobody locks, deletes or demotes themselves.');
}

const restorable = (user: ExistingUser, { account, at }: Context): boolean => {
  const departure = departureFrom(user, account!);
  return (
    user.status === 'unaffiliated' &&
    user.lastAccount === account &&
    departure?.act === 'deleted' &&
    Date.parse(at) <= Date.parse(departure.restorableUntil!)
  );
};

/** The last departure from this account was this act, and the user has not come back. */
const alreadyLeft = (user: ExistingUser, act: Departure['act'], { account }: Context): boolean =>
  accountOf(user) !== account && departureFrom(user, account!)?.act === act;

/** Kept roles come back only as far as whoever brings the user back may grant them. To bring back an administrator is to grant the role. */
function revokeUngrantable(user: ExistingUser, context: Context): UserEvent[] {
  const { account, grantable } = context;
  const kept = departureFrom(user, account!)?.keptRoles ?? [];
  if (kept.includes('administrator') && grantable.includes('administrator')) checkRecentlyAuthenticated(context);
  return kept.filter((role) => !grantable.includes(role)).map((role) => userEvent('UserRoleRevoked', { role }));
}

/** ◇ How long a link that resets a password works; one that sets the first works as long as the welcome. */
const linkExpiry = (password: string | undefined, { at }: Context): string =>
  new Date(Date.parse(at) + (password ? 3_600_000 : welcomeDays * 86_400_000)).toISOString();

const profile = ({ email, firstName, lastName, country, language }: commands.RegisterUser) => ({
  email,
  firstName,
  lastName,
  country,
  ...(language && { language }),
});

/** Why an address that somebody has can't be added here: the first row of the table that fits. */
function heldBy(holder: { id: string; user: ExistingUser }, context: UserContext): Refusal {
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
  return new Refusal('user.outside-domain', 'conflict', why, offer(...stepsBack(holder.user, context)));
}

export const UserDecider: Decider<User, UserEvent, typeof commands, UserContext> = {
  category: 'user',
  subject: (id) => ({ kind: 'user', id }),
  initial: { status: 'absent', abandonedClaims: [] },
  account: accountOf,
  commands,

  decide: {
    AddUser: (command, _, context) => {
      const { account, domainOwner, holder, startingRoles = [] } = context;
      if (domainOwner && domainOwner !== account) {
        throw new Refusal('domain.owned-by-another', 'conflict', 'Another account owns the domain of this address.');
      }
      if (holder) throw heldBy(holder, context);
      const { entitlementCountry } = command;
      return [
        userEvent('UserAdded', {
          account: account!,
          ...profile(command),
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
      return [userEvent('UserRegistered', profile(command)), ...(requested ? [requested] : [])];
    },

    ApproveUser: (_, user, context) => {
      const known = checkKnown(user, context);
      if (accountOf(known) === context.account) {
        return known.status === 'pending' ? [userEvent('UserApproved', { account: known.account })] : [];
      }
      throw refuse('user.not-pending', 'The user does not wait for approval.', context, ...stepsBack(known, context));
    },

    RejectUser: (_, user, context) => {
      const known = checkKnown(user, context);
      if (alreadyLeft(known, 'rejected', context)) return [];
      if (known.status === 'pending' && known.account === context.account) {
        return [userEvent('UserRejected', { account: known.account })];
      }
      throw refuse('user.not-pending', 'The user does not wait for approval.', context, ...stepsBack(known, context));
    },

    AddUserToAccount: (_, user, context) => {
      const { account, domainOwner } = context;
      if (user.status === 'absent') throw notFound();
      if (accountOf(user) === account) {
        if (user.status === 'active') return [];
        throw refuse(
          'user.not-unaffiliated',
          'The user waits for approval in this account.',
          context,
          'ApproveUser',
          'RejectUser',
        );
      }
      if (accountOf(user)) {
        // The members of another account are not disclosed; one who left this account is known here.
        if (!departureFrom(user, account!)) throw notFound();
        throw refuse(
          'user.in-another-account',
          'The user is in another account: ask the user to look at their profile.',
          context,
        );
      }
      if (domainOwner !== account) {
        throw refuse(
          'user.outside-domain',
          'This account does not own the domain of the address.',
          context,
          ...stepsBack(user, context),
        );
      }
      return [
        userEvent('UserAddedToAccount', { account: account!, rule: 'administrator' }),
        ...revokeUngrantable(user, context),
      ];
    },

    LockUser: ({ reason }, user, context) => {
      checkNotSelf(context);
      const { locks } = checkActive(user, context);
      if (locks.some((lock) => lock.cause === 'administrator' && lock.reason === reason && !lock.until)) return [];
      return [userEvent('UserLocked', { cause: 'administrator', disableModeDays })];
    },

    UnlockUser: (_, user, context) => {
      const locks = locksAt(checkActive(user, context).locks, context.at);
      return locks.length
        ? [userEvent('UserUnlocked', { causes: locks.map(({ cause }) => cause) })]
        : regrantIfUncounted(context);
    },

    DeleteUser: ({ keepRoles }, user, context) => {
      checkNotSelf(context);
      if (alreadyLeft(checkKnown(user, context), 'deleted', context)) return [];
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
      if (!restorable(known, context)) {
        const why = 'The user was not deleted by this account in the last 30 days, or has been in another since.';
        throw refuse('user.not-restorable', why, context, ...stepsBack(known, context));
      }
      return [userEvent('UserRestored', { account: context.account! }), ...revokeUngrantable(known, context)];
    },

    RequestPasswordReset: (_, user, context) => {
      const { password } = checkActive(user, context);
      if (!mayLogIn(user, context.at))
        throw refuse('user.locked', 'The user is locked: unlock them first.', context, 'UnlockUser');
      return [userEvent('UserPasswordResetRequested', { expiresAt: linkExpiry(password, context) })];
    },

    RequestPasswordResetByAddress: (_, user, context) => {
      if (!mayLogIn(user, context.at) || linkToRepeat(user, context.at)) return [];
      const { passwordLink, password } = user;
      const isOpen = passwordLink && openLink(user, passwordLink.request, context.at);
      return [
        userEvent('UserPasswordResetRequested', {
          expiresAt: linkExpiry(password, context),
          ...(isOpen && { olderLinksStay: true }),
        }),
      ];
    },

    SetPassword: ({ link, replaces }, user, { at }) => {
      if (replaces !== undefined && !(mayLogIn(user, at) && user.password === replaces)) throw passwordWrong();
      const works = mayLogIn(user, at) && (link === undefined || openLink(user, link, at));
      if (works) {
        const isUnlocked = link !== undefined && passwordLock(user, at);
        return [
          userEvent('UserPasswordChanged', {}),
          ...(isUnlocked ? [userEvent('UserUnlocked', { causes: ['failedLogins'] })] : []),
        ];
      }
      throw new Refusal(
        'link.not-valid',
        'conflict',
        'This link was used, replaced by a newer one, or is too old: ask for a new one.',
      );
    },

    LockAfterFailedLogins: (_, user, { at }) => {
      if (!mayLogIn(user, at) || passwordLock(user, at)) return [];
      const cause = 'failedLogins';
      return [userEvent('UserLocked', { cause, until: lockEnd({ cause }, at)!, disableModeDays: 0 })];
    },

    ChangeUser: (changes, user, context) => {
      const known = checkKnown(user, context);
      checkRank(known, context);
      if (accountOf(known) !== context.account)
        throw refuse('user.not-active', 'The user is no member of this account.', context);
      const { firstName = known.firstName, lastName = known.lastName, country, language, entitlementCountry } = changes;
      const events: UserEvent[] = [];
      if (firstName !== known.firstName || lastName !== known.lastName)
        events.push(userEvent('UserRenamed', { firstName, lastName }));
      if (country && country !== known.country) events.push(userEvent('UserCountryChanged', { country }));
      if (language && language !== known.language) events.push(userEvent('UserLanguageChanged', { language }));
      if (entitlementCountry !== undefined && (entitlementCountry ?? undefined) !== known.entitlementCountry) {
        events.push(
          userEvent('UserEntitlementCountryChanged', entitlementCountry ? { country: entitlementCountry } : {}),
        );
      }
      return events;
    },

    GrantRole: ({ role }, user, context) => {
      const { roles } = checkActive(user, context);
      if (!context.grantable.includes(role)) throw notGrantable();
      if (roles.includes(role)) return role === 'administrator' ? regrantIfUncounted(context) : [];
      if (role === 'administrator') checkRecentlyAuthenticated(context);
      return [userEvent('UserRoleGranted', { role })];
    },

    RevokeRole: ({ role }, user, context) => {
      checkNotSelf(context);
      const { roles } = checkActive(user, context);
      if (!context.grantable.includes(role)) throw notGrantable();
      return roles.includes(role) ? [userEvent('UserRoleRevoked', { role })] : [];
    },
  },

  evolve,
};

/** Nothing to say, but an administrator to count: the role once more, so that a removal under way meets a wrong revision. */
const regrantIfUncounted = ({ uncounted }: UserContext): UserEvent[] =>
  uncounted ? [userEvent('UserRoleGranted', { role: 'administrator' })] : [];

/** One answer whether the password was wrong from the start or is not the user's any more. */
export const passwordWrong = () => new Refusal('password.wrong', 'forbidden', 'This is not your password.');

const notGrantable = () =>
  new Refusal('role.not-grantable', 'forbidden', 'Nobody gives or takes a role that holds more than they have.');
