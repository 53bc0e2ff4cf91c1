import { ArrayNotEmpty, ArrayUnique, IsArray, IsIn, IsISO8601 } from 'class-validator';
import { permissions, type Permission } from '#libs/authorization';
import { Command, Flag, Id, Line, Optional, type VersionedResult } from '#libs/kernel';
import { tokenKinds, type TokenKind } from './access-token.events.js';

/** A new access token with its secret. */
export interface IssuedAccessToken {
  readonly tokenId: string;
  /** The secret. Rollbook stores only its hash, so no later response contains it. */
  readonly token: string;
}

/** The access token that was ended. */
export interface EndedAccessToken {
  readonly ended: boolean;
  /** With `issued=true`: the ids of the other tokens that were ended. */
  readonly issued?: readonly string[];
}

/** Issues an access token. Only the response to this request contains its secret. */
export class IssueAccessToken extends Command<IssueAccessToken, VersionedResult<IssuedAccessToken>> {
  @IsIn(tokenKinds) kind!: TokenKind;
  /** For kind `user`: the id of the user who will hold the token; default: the caller. */
  @Optional() @Id() userId?: string;
  /** For kind `service`: the id of the account that the service is confined to; absent: the whole installation. */
  @Optional() @Id() accountId?: string;
  /** The purpose of the token, in words. Lists and the audit trail show it. */
  @Line(100) name!: string;
  /** The permissions of the token. A user's token has only those that the user's roles also give. */
  @IsArray() @ArrayNotEmpty() @ArrayUnique() @IsIn(permissions, { each: true }) scopes!: Permission[];
  /** When the token expires: ISO 8601 with a zone, at most 400 days ahead, and not after the expiry of the token that issues it. */
  @IsISO8601({ strict: true, strictSeparator: true }) expiresAt!: string;
}

/** Issues the operator token that the server writes to a file. No route accepts this command. */
export class IssueOperatorToken extends Command<IssueOperatorToken> {
  holder!: string;
  days!: number;
}

/** Ends an access token immediately and permanently. */
export class EndAccessToken extends Command<EndAccessToken, VersionedResult<EndedAccessToken>> {
  /** Whether to end also all tokens that were issued with this token, directly or through other tokens. */
  @Optional() @Flag() issued?: boolean;
  /** Why; only a tool of the operator sets it. */
  reason?: string;
}
