import { Type } from 'class-transformer';
import { IsInt, IsString, Max, MaxLength, Min } from 'class-validator';
import type { ExpressionBuilder, Kysely } from 'kysely';
import type { Permission } from '#libs/authorization';
import { Optional, Query, Refusal, toPage, type Actor, type QueryContext, type Page } from '#libs/kernel';
import { encodeCursor, decodePositionCursor } from '#libs/read-store';
import type { TokenKind } from '../domain/access-token.events.js';
import type { AccessTokenRow, AccessTokenTables } from './access-tokens.projection.js';

interface Issuer {
  readonly id: string;
  readonly kind: Actor['kind'];
}

/** An access token in a response, for callers who may manage it. */
export interface AccessTokenItem {
  readonly tokenId: string;
  readonly kind: TokenKind;
  /** The id of the user who holds the token; `null` for a service or an operator. */
  readonly userId: string | null;
  /** @deprecated The user's id; of a service or an operator, the id of its token. */
  readonly holder: string;
  /** The id of the account that it is confined to; `null`: valid in the whole installation. */
  readonly accountId: string | null;
  /** @deprecated The same as `accountId`. */
  readonly account: string | null;
  /** `null`: the holder was erased. */
  readonly name: string | null;
  readonly scopes: readonly Permission[];
  readonly issuedBy: Issuer;
  readonly issuedAt: string;
  readonly expiresAt: string;
  readonly endedAt: string | null;
}

/** Lists the access tokens that the caller may manage, newest first. */
export class ListAccessTokens extends Query<ListAccessTokens, Page<AccessTokenItem>> {
  /** How many tokens a page holds at most; default 50. */
  @Optional() @Type(() => Number) @IsInt() @Min(1) @Max(200) limit?: number;
  /** `next` of the page before. */
  @Optional() @IsString() @MaxLength(200) cursor?: string;
}

/** Returns a page of the access tokens that the caller may manage, newest first. Throws `cursor.invalid`. */
export async function listAccessTokens(
  db: Kysely<AccessTokenTables>,
  { limit = 50, cursor, context }: ListAccessTokens,
) {
  const rows = (await db
    .selectFrom('access_tokens')
    .selectAll()
    .where((row) => isManageable(row, context))
    .$if(cursor !== undefined, (query) => query.where('position', '<', decodePositionCursor(cursor!)))
    .orderBy('position', 'desc')
    .limit(limit + 1)
    .execute()) as unknown as AccessTokenRow[];
  const page = toPage(rows, limit, ({ position }) => encodeCursor(position));
  return { ...page, items: page.items.map(toItem) };
}

/** Returns one access token that the caller may manage. */
export class GetAccessToken extends Query<GetAccessToken, AccessTokenItem> {}

/** Returns one access token. Throws `token.not-found`, also if the caller may not manage it. */
export async function getAccessToken(
  db: Kysely<AccessTokenTables>,
  { context }: GetAccessToken,
): Promise<AccessTokenItem> {
  const found = await db
    .selectFrom('access_tokens')
    .selectAll()
    .where((row) => row.and([isManageable(row, context), row('token_id', '=', context.targetId)]))
    .executeTakeFirst();
  if (!found)
    throw new Refusal('token.not-found', 'not-found', 'There is no such token among those that you may manage.');
  return toItem(found as unknown as AccessTokenRow);
}

/**
 * Returns the SQL condition for the tokens that the caller may list and end; the same rule as `mayManage` of the decider:
 * their own tokens, as an administrator also those of users and services of the account, as an operator all.
 */
export function isManageable(
  row: ExpressionBuilder<AccessTokenTables, 'access_tokens'>,
  { actor, account, mayActOnAdministrators }: Pick<QueryContext, 'actor' | 'account' | 'mayActOnAdministrators'>,
) {
  if (actor.kind === 'operator') return row.lit(true);
  const own = row.and({ kind: actor.kind as TokenKind, holder: actor.id });
  if (!mayActOnAdministrators) return own;
  return row.or([own, row.and([row('kind', '<>', 'operator'), ...(account ? [row('account', '=', account)] : [])])]);
}

const toItem = (row: AccessTokenRow): AccessTokenItem => ({
  tokenId: row.token_id,
  kind: row.kind,
  userId: row.kind === 'user' ? row.holder : null,
  holder: row.holder,
  accountId: row.account,
  account: row.account,
  name: row.name,
  scopes: row.scopes,
  issuedBy: { id: row.issued_by_id, kind: row.issued_by_kind },
  issuedAt: row.issued_at,
  expiresAt: row.expires_at,
  endedAt: row.ended_at,
});
