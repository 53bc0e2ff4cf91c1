import { IsString, MaxLength, MinLength, ValidateIf } from 'class-validator';
import { KnownEmail } from '#libs/accounts';
import { Command, Optional } from '#libs/kernel';

/** A holder who has authenticated: what their session starts with. */
export interface Authenticated {
  /** A user's id, or that of the operator's access token. */
  readonly holder: string;
  readonly kind: 'user' | 'access-token';
  /** The revision of the holder's stream. */
  readonly revision: number;
  readonly authenticatedBy: 'password' | 'link' | 'token';
  /** The position in the log of the event that recorded the login, if one did. */
  readonly position?: number;
}

/** What a browser may send as a password; the rules for new ones come later. */
const longestTyped = 1_000;

/** Needed where no token is given. */
const WithoutToken = () => ValidateIf(({ token }: LogIn, value) => value !== undefined || token === undefined);

/** Begins a session: with an address and its password, or with an access token (which is how operators come in). */
export class LogIn extends Command<LogIn, Authenticated> {
  @WithoutToken() @KnownEmail() @MaxLength(254) email?: string;
  @WithoutToken() @IsString() @MaxLength(longestTyped) password?: string;
  @Optional() @IsString() @MaxLength(100) token?: string;
}

/** Shows once more who the session's holder is: a user with the password, an operator with the access token that the session began with. */
export class Reauthenticate extends Command<Reauthenticate, void> {
  @Optional() @IsString() @MaxLength(longestTyped) password?: string;
  @Optional() @IsString() @MaxLength(100) token?: string;
}

/** Asks for a link that sets a password; the answer never tells whether the address exists. */
export class RequestPasswordLink extends Command<RequestPasswordLink, void> {
  @KnownEmail() @MaxLength(254) email!: string;
}

/** Sets the password of whoever got the link by mail, and logs them in. */
export class FollowPasswordLink extends Command<FollowPasswordLink, Authenticated> {
  /** What follows the `#` in the mailed address. */
  @IsString() @MaxLength(200) link!: string;
  /** 12 to 128 characters, hard to guess. */
  @IsString() @MinLength(1) @MaxLength(longestTyped) password!: string;
}

/** Changes one's own password; every other session ends. */
export class ChangePassword extends Command<ChangePassword, Authenticated> {
  @IsString() @MaxLength(longestTyped) currentPassword!: string;
  /** 12 to 128 characters, hard to guess. */
  @IsString() @MinLength(1) @MaxLength(longestTyped) password!: string;
}
