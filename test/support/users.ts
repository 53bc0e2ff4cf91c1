import { fold, given, type PastEvent } from './given.js';
import { UserDecider, userEvent, type ExistingUser, type LockCause, type Role, type UserEvent } from '#libs/users';

// Events of a user's history, for specs of rules. Commands run in the account `account`, on the user `target`.

export const anna = { email: 'Anna@Example.com', firstName: 'Anna', lastName: 'Berg', country: 'DE' };
export const restorableUntil = '2026-02-14T12:00:00.000Z';

export const added = userEvent('UserAdded', { account: 'account', ...anna, status: 'active' });
export const registered = userEvent('UserRegistered', anna);
export const requestedApprovalBy = (account: string) =>
  userEvent('UserApprovalRequested', { account, domain: 'example.com' });
export const pending = [registered, requestedApprovalBy('account')];
export const approved = userEvent('UserApproved', { account: 'account' });
export const rejected = userEvent('UserRejected', { account: 'account' });
export const addedTo = (account: string) => userEvent('UserAddedToAccount', { account, rule: 'administrator' });
export const deletedBy = (account: string, ...keptRoles: Role[]) =>
  userEvent('UserDeleted', { account, restorableUntil, keptRoles, releasedLicences: [], disableModeDays: 7 });
export const deleted = deletedBy('account');
export const restored = userEvent('UserRestored', { account: 'account' });
export const granted = (role: Role) => userEvent('UserRoleGranted', { role });
export const revoked = (role: Role) => userEvent('UserRoleRevoked', { role });
export const locked = (cause: LockCause, reason?: string): PastEvent<UserEvent> => ({
  ...userEvent('UserLocked', { cause, disableModeDays: 7 }),
  ...(reason && { envelope: { reason } }),
});
export const lockedByAdministrator = userEvent('UserLocked', { cause: 'administrator', disableModeDays: 7 });
export const unlocked = (...causes: LockCause[]) => userEvent('UserUnlocked', { causes });

/** Begins a test of a rule with a user after these events. */
export const user = (...past: readonly PastEvent<UserEvent>[]) => given(UserDecider, ...past);

/** Returns the state of a user after these events. */
const stateAfter = (...past: readonly PastEvent<UserEvent>[]) => fold(UserDecider, past) as ExistingUser;

/** Returns the fact that a user with this history holds the address. */
export const heldBy = (...past: readonly PastEvent<UserEvent>[]) => ({
  holder: { id: 'holder', user: stateAfter(...past) },
});

/** Calls an undo function for an act that caused `events`, after which `later` events happened. */
export function callUndo(
  undo: (change: { before: ExistingUser; after: ExistingUser; now: ExistingUser }) => unknown,
  past: readonly PastEvent<UserEvent>[],
  events: readonly PastEvent<UserEvent>[],
  later: readonly PastEvent<UserEvent>[] = [],
) {
  return undo({
    before: stateAfter(...past),
    after: stateAfter(...past, ...events),
    now: stateAfter(...past, ...events, ...later),
  });
}

/** Returns the names of the actions that a refusal suggests. */
export const offeredActions = ({ actions }: { readonly actions: readonly { readonly action: string }[] }) =>
  actions.map(({ action }) => action);
