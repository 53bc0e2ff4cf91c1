import { IsString, MaxLength, MinLength, ValidateIf } from 'class-validator';
import { KnownEmail } from '#libs/accounts';
import { Command, Optional } from '#libs/kernel';

/** A holder who has authenticated: the data with which their session starts. */
export interface Authenticated {
  /** The id of the user, or of the operator's access token. */
  readonly holder: string;
  readonly kind: 'user' | 'access-token';
  /** The revision of the holder's stream. */
  readonly revision: number;
  readonly authenticatedBy: 'password' | 'link' | 'token';
  /** The position in the log of the event that recorded the login; absent if none was recorded. */
  readonly position?: number;
}

/** How many characters a request may hold as a password. The rules for new passwords are stricter. */
const maxPasswordInput = 1_000;

/** Makes a field required if the command has no token. */
const RequiredWithoutToken = () => ValidateIf(({ token }: LogIn, value) => value !== undefined || token === undefined);

/** Starts a session: for a user with an address and a password, for an operator with an access token. */
export class LogIn extends Command<LogIn, Authenticated> {
  @RequiredWithoutToken() @KnownEmail() @MaxLength(254) email?: string;
  @RequiredWithoutToken() @IsString() @MaxLength(maxPasswordInput) password?: string;
  @Optional() @IsString() @MaxLength(100) token?: string;
}

/** Authenticates the holder of a session again: a user by the password, an operator by the access token that started the session. */
export class Reauthenticate extends Command<Reauthenticate, void> {
  @Optional() @IsString() @MaxLength(maxPasswordInput) password?: string;
  @Optional() @IsString() @MaxLength(100) token?: string;
}

/** Requests a mail with a link to set a password. The response does not tell whether the address exists. */
export class RequestPasswordLink extends Command<RequestPasswordLink, void> {
  @KnownEmail() @MaxLength(254) email!: string;
}

/** The user whose password a mailed link sets. */
export interface PasswordLinkOwner {
  /** The address to which the link was mailed. */
  readonly email: string;
  /** Until when the link works. */
  readonly expiresAt: string;
}

/** Returns the user of a mailed link, without using the link. */
export class CheckPasswordLink extends Command<CheckPasswordLink, PasswordLinkOwner> {
  /** The part of the mailed URL after the `#`. */
  @IsString() @MaxLength(200) link!: string;
}

/** Sets the password of the user to whom the link was mailed, and starts a session. */
export class FollowPasswordLink extends Command<FollowPasswordLink, Authenticated> {
  /** The part of the mailed URL after the `#`. */
  @IsString() @MaxLength(200) link!: string;
  /** 12 to 128 characters, hard to guess. */
  @IsString() @MinLength(1) @MaxLength(maxPasswordInput) password!: string;
}

/** Changes the caller's own password and ends all their other sessions. */
export class ChangePassword extends Command<ChangePassword, Authenticated> {
  @IsString() @MaxLength(maxPasswordInput) currentPassword!: string;
  /** 12 to 128 characters, hard to guess. */
  @IsString() @MinLength(1) @MaxLength(maxPasswordInput) password!: string;
}
