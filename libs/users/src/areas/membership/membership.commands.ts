import { IsBoolean, MaxLength } from 'class-validator';
import { Email } from '#libs/accounts';
import { MailLanguage } from '#libs/accounts';
import { Command, Country, Line, Optional, Reason, type VersionedResult } from '#libs/kernel';
import type { AddedUser, RegisteredUser, UserStanding } from '../../domain/results.js';
import { irreversible, type Act, type Change, type UndoObstacle } from '../../domain/act.js';
import { accountOf, findDeparture, type User } from '../../domain/user.state.js';

/** Adds a user to the account with an address that no user has. */
export class AddUser extends Command<AddUser, VersionedResult<AddedUser>> {
  /** Kept as typed; compared without case, after NFKC and IDNA. */
  @Email() @MaxLength(254) email!: string;
  @Line(100) firstName!: string;
  @Line(100) lastName!: string;
  @Country() country!: string;
  @Optional() @MailLanguage() language?: string;
  /** Absent: derived from the account's contracts. */
  @Optional() @Country() entitlementCountry?: string;
}

/** Registers a stranger, whose address the caller has verified. */
export class RegisterUser extends Command<RegisterUser, VersionedResult<RegisteredUser>> {
  @Email() @MaxLength(254) email!: string;
  @Line(100) firstName!: string;
  @Line(100) lastName!: string;
  @Country() country!: string;
  @Optional() @MailLanguage() language?: string;
}

/** Makes a pending user an active member. */
export class ApproveUser extends Command<ApproveUser, VersionedResult<UserStanding>> {
  /** Why; shown to auditors. */
  @Reason() reason?: string;
}

/** Refuses a pending user, who is then in no account. */
export class RejectUser extends Command<RejectUser, VersionedResult<UserStanding>> {
  /** Why; shown to auditors. */
  @Reason() reason?: string;
}

/** Adds a user who is in no account, and whose address is on a domain of this account, to this account. */
export class AddUserToAccount extends Command<AddUserToAccount, VersionedResult<UserStanding>> {
  /** Why; shown to auditors. */
  @Reason() reason?: string;
}

/** Removes the user from the account; identity and history stay. */
export class DeleteUser extends Command<DeleteUser, VersionedResult<UserStanding>> {
  /** Why; shown to auditors. */
  @Reason() reason?: string;
  /** Give the roles back when the user comes back to this account. */
  @Optional() @IsBoolean() keepRoles?: boolean;
  /** Answer what would happen and write nothing. */
  @Optional() @IsBoolean() dryRun?: boolean;
  /** Also end the tokens that the user issued, as far as the caller may manage them. */
  @Optional() @IsBoolean() endIssuedTokens?: boolean;
}

/** Undoes a deletion by this account, for 30 days. */
export class RestoreUser extends Command<RestoreUser, VersionedResult<UserStanding>> {
  /** Why; shown to auditors. */
  @Reason() reason?: string;
}

/** What the program knows about the commands of this area. */
export const membershipActs = {
  AddUser: { permission: 'users:add', response: 'own', undo: removeMember },
  // The person asked for it themselves: the account can only approve or reject.
  RegisterUser: { permission: 'registrations:create', response: 'own', undo: irreversible },
  ApproveUser: {
    permission: 'users:approve',
    bulkName: 'approve',
    examples: () => [new ApproveUser({})],
    undo: removeMember,
  },
  // No command makes a rejected user pending again.
  RejectUser: {
    permission: 'users:approve',
    bulkName: 'reject',
    examples: () => [new RejectUser({})],
    undo: irreversible,
  },
  AddUserToAccount: {
    permission: 'users:add',
    examples: () => [new AddUserToAccount({})],
    facts: ['domainOwner'],
    response: 'statusAndKeptRoles',
    undo: removeMember,
  },
  DeleteUser: {
    permission: 'users:delete',
    bulkName: 'delete',
    examples: () => [new DeleteUser({})],
    removesAdministrator: 'deleted',
    response: 'statusAndKeptRoles',
    undo: restoreMember,
  },
  RestoreUser: {
    permission: 'users:delete',
    bulkName: 'restore',
    examples: () => [new RestoreUser({})],
    facts: ['uncounted'],
    response: 'statusAndKeptRoles',
    undo: removeMember,
  },
} as const satisfies Record<string, Act>;

/** Deletes a user who became an active member. Roles that had been kept for them are kept again. */
function removeMember({ before, after, now }: Change): Command<never> | UndoObstacle {
  const account = accountOf(after);
  if (after.status !== 'active' || before.status === 'active') return 'irreversible';
  if (now.status !== 'active' || now.account !== account) return 'changedSince';
  const hadKeptRoles = before.status !== 'absent' && findDeparture(before, account)?.keptRoles.length;
  return new DeleteUser(hadKeptRoles ? { keepRoles: true } : {});
}

/** Restores a user who was deleted and has not come back since. */
function restoreMember({ before, after, now }: Change): Command<never> | UndoObstacle {
  const account = accountOf(before);
  if (account === undefined || accountOf(after) === account) return 'irreversible';
  return revisionOfDeparture(now, account) === revisionOfDeparture(after, account)
    ? new RestoreUser({})
    : 'changedSince';
}

const revisionOfDeparture = (user: User, account: string): number | undefined =>
  user.status === 'absent' ? undefined : findDeparture(user, account)?.revision;
