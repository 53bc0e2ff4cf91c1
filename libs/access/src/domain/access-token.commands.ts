import { ArrayNotEmpty, ArrayUnique, IsArray, IsIn, IsISO8601 } from 'class-validator';
import { permissions, type Permission } from '#libs/authorization';
import { Command, Flag, Id, Line, Optional, type VersionedResult } from '#libs/kernel';
import { tokenKinds, type TokenKind } from './access-token.events.js';

/** A new access token with its secret. */
export interface IssuedAccessToken {
  readonly tokenId: string;
  /** The secret; Rollbook keeps only its hash, so no later answer shows it. */
  readonly token: string;
}

/** The access token that was ended. */
export interface EndedAccessToken {
  readonly ended: boolean;
  /** With `issued=true`: the ids of the other tokens that were ended. */
  readonly issued?: readonly string[];
}

/** Issues an access token. Its secret is in the answer, once. */
export class IssueAccessToken extends Command<IssueAccessToken, VersionedResult<IssuedAccessToken>> {
  @IsIn(tokenKinds) kind!: TokenKind;
  /** With kind `user`: whose token it is; absent: the caller's own. */
  @Optional() @Id() userId?: string;
  /** With kind `service`: where the service may act; absent, for those not confined to an account: everywhere. */
  @Optional() @Id() accountId?: string;
  /** What it is for, in words; shown in lists and to auditors. */
  @Line(100) name!: string;
  /** What it may be used for; what the holder's roles do not give stays closed to it. */
  @IsArray() @ArrayNotEmpty() @ArrayUnique() @IsIn(permissions, { each: true }) scopes!: Permission[];
  /** ISO 8601 with a zone; at most 400 days ahead, and not after the end of the token that issues it. */
  @IsISO8601({ strict: true, strictSeparator: true }) expiresAt!: string;
}

/** Issues the token that whoever runs the installation finds in a file; no route takes it. */
export class IssueOperatorToken extends Command<IssueOperatorToken> {
  holder!: string;
  days!: number;
}

/** Ends an access token at once and for ever. */
export class EndAccessToken extends Command<EndAccessToken, VersionedResult<EndedAccessToken>> {
  /** Also end every token that was issued with it, and in turn those that were issued with these. */
  @Optional() @Flag() issued?: boolean;
}
