import { Type } from 'class-transformer';
import { IsIn, IsInt, IsString, Max, MaxLength, Min } from 'class-validator';
import { sql, type ExpressionBuilder, type Kysely, type RawBuilder } from 'kysely';
import type { Permission } from '#libs/authorization';
import { Line, Optional, Query, Refusal, toPage, type Actor, type QueryContext, type Page } from '#libs/kernel';
import { hasEveryWord, sealCursor, unsealCursor, type Sealer } from '#libs/read-store';
import { matchesSearch } from '#libs/users';
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
  /** When a request with it was last accepted, also a login; `null`: not known. After a crash, the last minute may be missing. */
  readonly lastUsedAt: string | null;
}

/** How many of the tokens that match a search can be used, have expired or were ended. */
interface TokenCounts {
  readonly live: number;
  readonly expired: number;
  readonly ended: number;
}

/** A page of the list. */
export interface AccessTokenPage extends Page<AccessTokenItem> {
  /** Of all pages, and of all states. */
  readonly counts: TokenCounts;
}

/** The SQL conditions of the states of a token at a time. */
const stateConditions: Readonly<Record<keyof TokenCounts, (at: string) => RawBuilder<boolean>>> = {
  live: (at) => sql`(ended_at is null and expires_at > ${at})`,
  expired: (at) => sql`(ended_at is null and expires_at <= ${at})`,
  ended: () => sql`(ended_at is not null)`,
};
const states = Object.keys(stateConditions) as (keyof TokenCounts)[];

/** The columns that the list can be sorted by; tokens are issued in the order of the log. */
const sortColumns = { issuedAt: 'position', name: 'name_key', expiresAt: 'expires_at' } as const;
const sorts = Object.keys(sortColumns).flatMap((key) => [key, `-${key}`]);

/** Lists the access tokens that the caller may manage. */
export class ListAccessTokens extends Query<ListAccessTokens, AccessTokenPage> {
  /**
   * Words of the token's name, or of the name and e-mail of the user who holds it; upper and lower case, and letters with and
   * without accents, are equal. Only callers who may see users find tokens by their holders.
   */
  @Optional() @Line(100) search?: string;
  /** `live`, `expired` or `ended`. */
  @Optional() @IsIn(states) state?: keyof TokenCounts;
  /** `issuedAt`, `name`, `expiresAt`; `-` sorts descending; default `-issuedAt`. */
  @Optional() @IsIn(sorts) sort?: string;
  /** How many tokens a page holds at most; default 50. */
  @Optional() @Type(() => Number) @IsInt() @Min(1) @Max(200) limit?: number;
  /** `next` of the page before. */
  @Optional() @IsString() @MaxLength(2000) cursor?: string;
}

/** Knows when tokens were last used (ISO 8601, UTC), by their ids. */
interface LastUses {
  findLastUses(tokenIds: readonly string[]): Promise<ReadonlyMap<string, string>>;
}

interface TokenReads {
  readonly db: Kysely<AccessTokenTables>;
  readonly sealer: Sealer;
  readonly uses: LastUses;
}

/** Returns a page of the access tokens that the caller may manage. Throws `cursor.invalid`. */
export async function listAccessTokens(
  { db, sealer, uses }: TokenReads,
  { search, state, sort = '-issuedAt', limit = 50, cursor, context }: ListAccessTokens,
): Promise<AccessTokenPage> {
  const key = sortColumns[sort.replace('-', '') as keyof typeof sortColumns];
  const [order, beyond] = sort.startsWith('-') ? (['desc', '<'] as const) : (['asc', '>'] as const);
  const name = `access tokens ${sort}`;
  const after = cursor === undefined ? undefined : (unsealCursor(cursor, sealer, name) as readonly unknown[]);
  const matching = db
    .selectFrom('access_tokens')
    .where((row) => isManageable(row, context))
    .$if(search !== undefined, (query) => query.where(matchesTokenSearch(search!, context)));
  const rows = (await matching
    .selectAll()
    .$if(state !== undefined, (query) => query.where(stateConditions[state!](context.at)))
    .$if(after !== undefined, (query) =>
      query.where(sql<boolean>`(${sql.ref(key)}, position) ${sql.raw(beyond)} (${after![0]}, ${after![1]})`),
    )
    .orderBy(key, order)
    .orderBy('position', order)
    .limit(limit + 1)
    .execute()) as unknown as AccessTokenRow[];
  const counts = await matching
    .select(
      states.map((each) => sql<number>`(count(*) filter (where ${stateConditions[each](context.at)}))::int`.as(each)),
    )
    .executeTakeFirstOrThrow();
  const page = toPage(rows, limit, (last) => sealCursor([last[key], last.position], sealer, name));
  const lastUses = await uses.findLastUses(page.items.map(({ token_id }) => token_id));
  return { ...page, items: page.items.map((row) => toItem(row, lastUses)), counts };
}

/** Returns the condition that a token has each word of a search in its name, or that its holder is found by the search. */
function matchesTokenSearch(search: string, { permissions }: QueryContext): RawBuilder<boolean> {
  const isFound = hasEveryWord(search, sql`name_key`);
  const held = sql`exists (select from user_list
    where user_id = access_tokens.holder and account_id = access_tokens.account and ${matchesSearch(search)})`;
  return permissions.includes('users:read') ? sql<boolean>`(${isFound} or ${held})` : isFound;
}

/** Returns one access token that the caller may manage. */
export class GetAccessToken extends Query<GetAccessToken, AccessTokenItem> {}

/** Returns one access token. Throws `token.not-found`, also if the caller may not manage it. */
export async function getAccessToken(
  { db, uses }: Omit<TokenReads, 'sealer'>,
  { context }: GetAccessToken,
): Promise<AccessTokenItem> {
  const found = await db
    .selectFrom('access_tokens')
    .selectAll()
    .where((row) => row.and([isManageable(row, context), row('token_id', '=', context.targetId)]))
    .executeTakeFirst();
  if (!found)
    throw new Refusal('token.not-found', 'not-found', 'There is no such token among those that you may manage.');
  return toItem(found as unknown as AccessTokenRow, await uses.findLastUses([context.targetId]));
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

const toItem = (row: AccessTokenRow, lastUses: ReadonlyMap<string, string>): AccessTokenItem => ({
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
  lastUsedAt: lastUses.get(row.token_id) ?? null,
});
