import { Type } from 'class-transformer';
import { IsInt, IsString, Max, MaxLength, Min } from 'class-validator';
import { sql, type ExpressionBuilder, type Kysely, type Transaction } from 'kysely';
import { type Permission } from '#libs/authorization';
import {
  Optional,
  Query,
  Refusal,
  toPage,
  type Actor,
  type QueryContext,
  type Page,
  type Recorded,
} from '#libs/kernel';
import { encodeCursor, decodePositionCursor, type Projection } from '#libs/read-store';
import { type AccessTokenEvent, type TokenKind, type TokenTerms } from '../domain/access-token.events.js';

export interface AccessTokenRow {
  token_id: string;
  holder: string;
  kind: TokenKind;
  /** null: works in the whole installation. */
  account: string | null;
  /** null: the holder was erased. */
  name: string | null;
  scopes: readonly Permission[];
  issued_by_id: string;
  issued_by_kind: Actor['kind'];
  /** The token that it was issued with. */
  issued_via: string | null;
  issued_at: string;
  expires_at: string;
  ended_at: string | null;
  /** Of its issue, in the log. */
  position: number;
}

export interface AccessTokenTables {
  access_tokens: Omit<AccessTokenRow, 'scopes'> & { scopes: string };
}

/** Every access token that was ever issued. */
export const AccessTokensProjection: Projection = {
  name: 'access-tokens',
  version: 2,
  tables: ['access_tokens'],
  events: ['AccessTokenIssued', 'AccessTokenEnded'] satisfies AccessTokenEvent['type'][],

  async create(db) {
    await sql`
      CREATE TABLE access_tokens (
        token_id text PRIMARY KEY,
        holder text NOT NULL,
        kind text NOT NULL,
        account text,
        name text,
        scopes jsonb NOT NULL,
        issued_by_id text NOT NULL,
        issued_by_kind text NOT NULL,
        issued_via text,
        issued_at timestamptz NOT NULL,
        expires_at timestamptz NOT NULL,
        ended_at timestamptz,
        position bigint NOT NULL UNIQUE
      )`.execute(db);
    await sql`CREATE INDEX access_tokens_of_account ON access_tokens (account, kind, position)`.execute(db);
    await sql`CREATE INDEX access_tokens_issued_by ON access_tokens (issued_by_id)`.execute(db);
    await sql`CREATE INDEX access_tokens_issued_via ON access_tokens (issued_via)`.execute(db);
    await sql`CREATE INDEX access_tokens_of_holder ON access_tokens (holder, position)`.execute(db);
  },

  async apply(events, tx: Transaction<AccessTokenTables>) {
    for (const event of events) {
      if (event.type === 'AccessTokenIssued') await tx.insertInto('access_tokens').values(issued(event)).execute();
      else
        await tx
          .updateTable('access_tokens')
          .set({ ended_at: event.envelope.at })
          .where('token_id', '=', event.envelope.subject.id)
          .execute();
    }
  },
};

function issued({
  data,
  envelope: { subject, actor, via, at },
  position,
}: Recorded): AccessTokenTables['access_tokens'] {
  const { holder, kind, account, name, scopes, expiresAt } = data as TokenTerms;
  return {
    token_id: subject.id,
    holder,
    kind,
    account: account ?? null,
    name: name ?? null,
    scopes: JSON.stringify(scopes),
    issued_by_id: actor.id,
    issued_by_kind: actor.kind,
    issued_via: via ?? null,
    issued_at: at,
    expires_at: expiresAt,
    ended_at: null,
    position,
  };
}

interface Issuer {
  readonly id: string;
  readonly kind: Actor['kind'];
}

/** An access token, as those who may manage it see it. */
export interface AccessTokenItem {
  readonly tokenId: string;
  readonly kind: TokenKind;
  /** The user whose token it is; `null` for a service's or an operator's. */
  readonly userId: string | null;
  /** @deprecated The user's id; of a service or an operator, the id of its token. */
  readonly holder: string;
  /** The account that it works in; `null`: in the whole installation. */
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

/** The access tokens that one may manage, newest first. */
export class ListAccessTokens extends Query<ListAccessTokens, Page<AccessTokenItem>> {
  /** How many at most. */
  @Optional() @Type(() => Number) @IsInt() @Min(1) @Max(200) limit?: number;
  /** `next` of the page before. */
  @Optional() @IsString() @MaxLength(200) cursor?: string;
}

/** Throws `cursor.invalid`. */
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
  return { ...page, items: page.items.map(item) };
}

/** One access token that one may manage. */
export class GetAccessToken extends Query<GetAccessToken, AccessTokenItem> {}

/** Throws `token.not-found`. */
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
  return item(found as unknown as AccessTokenRow);
}

/** `mayManage`, in SQL: one's own, and the tokens of the users and services of the account that one administers; operators, any. */
export function isManageable(
  row: ExpressionBuilder<AccessTokenTables, 'access_tokens'>,
  { actor, account, mayActOnAdministrators }: Pick<QueryContext, 'actor' | 'account' | 'mayActOnAdministrators'>,
) {
  if (actor.kind === 'operator') return row.lit(true);
  const own = row.and({ kind: actor.kind as TokenKind, holder: actor.id });
  if (!mayActOnAdministrators) return own;
  return row.or([own, row.and([row('kind', '<>', 'operator'), ...(account ? [row('account', '=', account)] : [])])]);
}

const item = (row: AccessTokenRow): AccessTokenItem => ({
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
