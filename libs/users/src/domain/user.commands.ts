import { IsBoolean, IsIn, IsOptional, MaxLength } from 'class-validator';
import { Email, MailLanguage } from '#libs/accounts';
import { Command, Country, Flag, Line, Optional, Reason } from '#libs/kernel';
import { roles, type Role } from './user.events.js';

/** Adds a user with an address that nobody has to the account. */
export class AddUser extends Command<AddUser> {
  /** Kept as typed; compared without case, after NFKC and IDNA. */
  @Email() @MaxLength(254) email!: string;
  @Line(100) firstName!: string;
  @Line(100) lastName!: string;
  @Country() country!: string;
  @Optional() @MailLanguage() language?: string;
  /** Absent: derived from the account's contracts. */
  @Optional() @Country() entitlementCountry?: string;
}

/** A stranger registers; the caller has verified the address. */
export class RegisterUser extends Command<RegisterUser> {
  @Email() @MaxLength(254) email!: string;
  @Line(100) firstName!: string;
  @Line(100) lastName!: string;
  @Country() country!: string;
  @Optional() @MailLanguage() language?: string;
}

export class ApproveUser extends Command<ApproveUser> {
  /** Why; shown to auditors. */
  @Reason() reason?: string;
}

export class RejectUser extends Command<RejectUser> {
  /** Why; shown to auditors. */
  @Reason() reason?: string;
}

/** Brings an unaffiliated user whose address lies on a domain of the account into it. */
export class AddUserToAccount extends Command<AddUserToAccount> {
  /** Why; shown to auditors. */
  @Reason() reason?: string;
}

export class LockUser extends Command<LockUser> {
  /** Why; shown to auditors. */
  @Reason() reason?: string;
  /** Answer what would happen and write nothing. */
  @Optional() @IsBoolean() dryRun?: boolean;
  /** Also end the tokens that the user issued, as far as the caller may manage them. */
  @Optional() @IsBoolean() endIssuedTokens?: boolean;
}

/** Removes every lock. */
export class UnlockUser extends Command<UnlockUser> {
  /** Why; shown to auditors. */
  @Reason() reason?: string;
}

/** Removes the user from the account; identity and history stay. */
export class DeleteUser extends Command<DeleteUser> {
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
export class RestoreUser extends Command<RestoreUser> {
  /** Why; shown to auditors. */
  @Reason() reason?: string;
}

export class ChangeUser extends Command<ChangeUser> {
  @Optional() @Line(100) firstName?: string;
  @Optional() @Line(100) lastName?: string;
  @Optional() @Country() country?: string;
  @Optional() @MailLanguage() language?: string;
  /** `null` clears it. */
  @IsOptional() @Country() entitlementCountry?: string | null;
  /** Why; shown to auditors. */
  @Reason() reason?: string;
}

/** Mails the user a link that sets a password; for one who has none yet it is the welcome again. */
export class RequestPasswordReset extends Command<RequestPasswordReset> {
  /** Why; shown to auditors. */
  @Reason() reason?: string;
}

/** Somebody who knows the address asks for that link; no route takes it. */
export class RequestPasswordResetByAddress extends Command<RequestPasswordResetByAddress> {}

/** Sets a password, whose hash the vault has under this command's id; no route takes it. */
export class SetPassword extends Command<SetPassword> {
  /** The request whose link is used; absent: the user has shown the password that they have. */
  link?: string;
  /** The command that set the password which the user has shown: it must still be theirs. */
  replaces?: string;
}

/** Stops logins with a password for a while after too many that failed; no route takes it. */
export class LockAfterFailedLogins extends Command<LockAfterFailedLogins> {}

export class GrantRole extends Command<GrantRole> {
  @IsIn(roles) role!: Role;
  /** Why; shown to auditors. */
  @Reason() reason?: string;
}

export class RevokeRole extends Command<RevokeRole> {
  @IsIn(roles) role!: Role;
  /** Why; shown to auditors. */
  @Reason() reason?: string;
  /** Answer what would happen and write nothing. */
  @Optional() @Flag() dryRun?: boolean;
  /** Also end the tokens that the user issued, as far as the caller may manage them. */
  @Optional() @Flag() endIssuedTokens?: boolean;
}
