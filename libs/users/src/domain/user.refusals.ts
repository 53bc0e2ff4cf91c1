import { describeRefusals } from '#libs/kernel';

/** The refusal codes of this library. */
export const userRefusals = describeRefusals('users', {
  'user.not-found': {
    kind: 'not-found',
    meaning: 'There is no such user in this account, or the caller may not see them.',
    next: 'Check the ids of the user and the account.',
  },
  'user.exists': {
    kind: 'conflict',
    meaning: 'There is a user with this address.',
    next: 'None: the user can log in or ask for a new password.',
  },
  'user.already-in-account': {
    kind: 'conflict',
    meaning: 'The user is in this account already.',
    next: "Look at the user's page.",
    actions: ['GetUser'],
  },
  'user.in-another-account': {
    kind: 'conflict',
    meaning: 'The user is in another account; which one is not disclosed.',
    next: 'Ask the user which account they are in: it has to remove them first.',
  },
  'user.exists-unaffiliated': {
    kind: 'conflict',
    meaning: 'The user exists and is in no account.',
    next: 'Add the existing user to the account.',
    actions: ['AddUserToAccount'],
  },
  'user.outside-domain': {
    kind: 'conflict',
    meaning: 'The account does not own the domain of the address.',
    next: 'Restore the user, if this account deleted them lately; otherwise claim the domain first.',
    actions: ['RestoreUser'],
  },
  'user.not-active': {
    kind: 'conflict',
    meaning: 'The user is not an active member of this account.',
    next: 'Approve a pending user, or restore a deleted one, first.',
    actions: ['ApproveUser', 'RejectUser', 'RestoreUser'],
  },
  'user.not-pending': {
    kind: 'conflict',
    meaning: 'The user does not wait for approval.',
    next: 'Act on the user as what they are now.',
    actions: ['DeleteUser', 'RestoreUser'],
  },
  'user.not-unaffiliated': {
    kind: 'conflict',
    meaning: 'The user waits for approval in this account.',
    next: 'Approve or reject the user.',
    actions: ['ApproveUser', 'RejectUser'],
  },
  'user.not-restorable': {
    kind: 'conflict',
    meaning: 'The user was not deleted by this account in the last 30 days, or has been in another account since.',
    next: 'Approve or reject a pending user; add an unaffiliated one to the account.',
    actions: ['ApproveUser', 'RejectUser'],
  },
  'user.locked': {
    kind: 'conflict',
    meaning: 'The user is locked now, or was at the time of the login.',
    next: 'Unlock the user first.',
    actions: ['UnlockUser'],
  },
  'user.outranks-caller': {
    kind: 'forbidden',
    meaning: 'Only an account administrator, a service or an operator may act on an account administrator.',
    next: 'Ask an account administrator.',
  },
  'user.self': {
    kind: 'conflict',
    meaning: 'Callers can not lock, delete or demote themselves.',
    next: 'Ask another administrator.',
  },
  'user.email-invalid': {
    kind: 'invalid',
    meaning: 'This is not an e-mail address.',
    next: 'Correct the address.',
  },
  'role.not-grantable': {
    kind: 'forbidden',
    meaning: 'The role holds a permission that the caller lacks.',
    next: 'Ask somebody who holds these permissions.',
  },
  'login.time-invalid': {
    kind: 'invalid',
    meaning: 'The time of the login has no zone, or lies more than 5 minutes ahead.',
    next: 'Send a time with a zone, like 2026-01-31T12:00:00Z.',
  },
  'link.not-valid': {
    kind: 'conflict',
    meaning: 'The mailed link was used, replaced by a newer one, or is too old.',
    next: 'Ask for a new link (`POST /password-resets`).',
  },
  'password.wrong': {
    kind: 'forbidden',
    meaning: "This is not the caller's password.",
    next: 'Try again with the right password.',
  },
  'at.invalid': {
    kind: 'invalid',
    meaning: '`at` is not a time or a date, names a time that the log does not reach, or comes with a revision.',
    next: 'Correct `at` or `revision`.',
  },
});

type UserRefusals = typeof userRefusals;

declare module '#libs/kernel' {
  interface RefusalCodes extends UserRefusals {}
}
