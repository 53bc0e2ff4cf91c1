import { Type } from 'class-transformer';
import { IsInt, IsString, Max, MaxLength, Min } from 'class-validator';
import { sql, type Kysely } from 'kysely';
import {
  Optional,
  Query,
  Refusal,
  toPage,
  type DataOf,
  type Page,
  type Recorded,
  type VersionedResult,
} from '#libs/kernel';
import { encodeCursor, decodeIdCursor, type Projection } from '#libs/read-store';
import type { AccountEvent, ContractTerms } from '../domain/account.events.js';
import type { EmailDomainEvent } from '../domain/email-domain.events.js';

interface ContractItem extends ContractTerms {
  readonly country: string;
  /** @fraction */
  readonly recurringRevenue: number;
}

export interface AccountItem {
  readonly accountId: string;
  readonly name: string;
  readonly contracts: readonly ContractItem[];
  /** Of mails to users who have none of their own; `null`: `en`. */
  readonly language: string | null;
  readonly domains: readonly string[];
  /** Ids of the users who count as its administrators. */
  readonly administrators: readonly string[];
  readonly openedAt: string;
  readonly revision: number;
}

interface AccountRow {
  account_id: string;
  name: string;
  contracts: readonly ContractTerms[];
  language: string | null;
  administrators: readonly string[];
  opened_at: string;
  closed: boolean;
  revision: number;
}

export interface AccountTables {
  account_list: AccountRow;
  account_domain: { domain: string; account_id: string };
}

type Event = AccountEvent | EmailDomainEvent;
type Handler<Type extends Event['type']> = (
  data: DataOf<Event, Type>,
  event: Recorded,
  db: Kysely<AccountTables>,
) => Promise<unknown>;

const handlers: { readonly [Type in Event['type']]: Handler<Type> } = {
  AccountOpened: ({ name, contracts, language = null }, { envelope: { subject, at }, revision }, db) =>
    db
      .insertInto('account_list')
      .values({
        account_id: subject.id,
        name,
        contracts: json(contracts),
        language,
        administrators: json([]),
        opened_at: at,
        closed: false,
        revision,
      })
      .execute(),
  AdministratorAppointed: ({ user }, event, db) => administrators(db, event, sql`administrators || ${json([user])}`),
  AdministratorStoodDown: ({ user }, event, db) => administrators(db, event, sql`administrators - ${user}::text`),
  AccountClosed: (_, { envelope: { subject }, revision }, db) =>
    db.updateTable('account_list').set({ closed: true, revision }).where('account_id', '=', subject.id).execute(),
  DomainOwned: ({ account }, { envelope: { subject } }, db) =>
    db
      .insertInto('account_domain')
      .values({ domain: subject.id, account_id: account })
      .onConflict((conflict) => conflict.column('domain').doUpdateSet({ account_id: account }))
      .execute(),
  DomainReleased: (_, { envelope: { subject } }, db) =>
    db.deleteFrom('account_domain').where('domain', '=', subject.id).execute(),
};

const json = (value: unknown) => sql<never>`${JSON.stringify(value)}::jsonb`;

const administrators = (
  db: Kysely<AccountTables>,
  { envelope: { subject }, revision }: Recorded,
  value: ReturnType<typeof sql<unknown>>,
) =>
  db
    .updateTable('account_list')
    .set({ administrators: value as never, revision })
    .where('account_id', '=', subject.id)
    .execute();

export const AccountListProjection: Projection = {
  name: 'account-list',
  version: 2,
  tables: ['account_list', 'account_domain'],
  events: Object.keys(handlers),

  async create(db) {
    await sql`
      create table account_list (
        account_id text collate "C" primary key, name text not null, contracts jsonb not null, language text, administrators jsonb not null,
        opened_at timestamptz not null, closed boolean not null, revision integer not null)`.execute(db);
    await sql`create index on account_list (opened_at, account_id)`.execute(db);
    await sql`create table account_domain (domain text collate "C" primary key, account_id text not null)`.execute(db);
    await sql`create index on account_domain (account_id)`.execute(db);
  },

  async apply(events, tx) {
    for (const event of events) {
      const handler = handlers[event.type as Event['type']] as Handler<Event['type']>;
      await handler(event.data, event, tx as unknown as Kysely<AccountTables>);
    }
  },
};

/** Lists the accounts that the caller may see, oldest first. */
export class ListAccounts extends Query<ListAccounts, Page<AccountItem>> {
  /** 1 to 200, default 50. */
  @Optional() @Type(() => Number) @IsInt() @Min(1) @Max(200) limit?: number;
  /** `next` of the page before. */
  @Optional() @IsString() @MaxLength(500) cursor?: string;
}

/** Returns an account with its domains, contracts and administrators. */
export class GetAccount extends Query<GetAccount, VersionedResult<AccountItem>> {}

/** Returns a page of the accounts that the caller may see, oldest first. Throws `cursor.invalid`. */
export async function listAccounts(db: Kysely<AccountTables>, { limit = 50, cursor, context }: ListAccounts) {
  let rows = accounts(db)
    .orderBy('opened_at')
    .orderBy('account_id')
    .limit(limit + 1);
  if (context.account) rows = rows.where('account_id', '=', context.account);
  if (cursor !== undefined) {
    const last = rows
      .clearSelect()
      .clearOrderBy()
      .clearLimit()
      .select(['opened_at', 'account_id'])
      .where('account_id', '=', decodeIdCursor(cursor));
    rows = rows.where(sql<boolean>`(opened_at, account_id) > (${last})`);
  }
  const page = toPage(await rows.execute(), limit, ({ account_id }) => encodeCursor(account_id));
  return { ...page, items: page.items.map(item) };
}

/**
 * Loads an account.
 * @throws Refusal `account.not-found`
 */
export async function getAccount(db: Kysely<AccountTables>, { context }: GetAccount): Promise<AccountItem> {
  const row = await accounts(db).where('account_id', '=', context.account!).executeTakeFirst();
  if (!row) throw new Refusal('account.not-found', 'not-found', 'There is no such account.');
  return item(row);
}

const accounts = (db: Kysely<AccountTables>) =>
  db
    .selectFrom('account_list')
    .selectAll()
    .select(
      sql<
        string[]
      >`coalesce((select jsonb_agg(domain order by domain) from account_domain d where d.account_id = account_list.account_id), '[]')`.as(
        'domains',
      ),
    )
    .where('closed', '=', false);

const item = (row: AccountRow & { domains: string[] }): AccountItem => ({
  accountId: row.account_id,
  name: row.name,
  contracts: row.contracts,
  language: row.language,
  domains: row.domains,
  administrators: row.administrators,
  openedAt: row.opened_at,
  revision: row.revision,
});
