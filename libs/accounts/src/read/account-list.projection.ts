import { sql, type Kysely } from 'kysely';
import type { DataOf, Recorded } from '#libs/kernel';
import { normalizeForSearch, type Projection } from '#libs/read-store';
import type { AccountEvent, ContractTerms } from '../domain/account.events.js';
import type { EmailDomainEvent } from '../domain/email-domain.events.js';

/** A row of the read model of accounts. */
export interface AccountRow {
  account_id: string;
  name: string;
  /** The name as it is searched and sorted. */
  name_key: string;
  contracts: readonly ContractTerms[];
  language: string | null;
  administrators: readonly string[];
  opened_at: string;
  closed: boolean;
  revision: number;
}

/** The tables of the read model of accounts. */
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
        name_key: normalizeForSearch(name),
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

/** Maintains the read model of all accounts and of the e-mail domains that they own. */
export const AccountListProjection: Projection = {
  name: 'account-list',
  version: 3,
  tables: ['account_list', 'account_domain'],
  events: Object.keys(handlers),

  async createTables(db) {
    await sql`
      create table account_list (
        account_id text collate "C" primary key, name text not null, name_key text collate "C" not null, contracts jsonb not null, language text, administrators jsonb not null,
        opened_at timestamptz not null, closed boolean not null, revision integer not null)`.execute(db);
    await sql`create table account_domain (domain text collate "C" primary key, account_id text not null)`.execute(db);
  },

  async createIndexes(db) {
    await sql`create index on account_list (opened_at, account_id)`.execute(db);
    await sql`create index on account_list (name_key, account_id)`.execute(db);
    await sql`create index on account_domain (account_id)`.execute(db);
  },

  async apply(events, tx) {
    for (const event of events) {
      const handler = handlers[event.type as Event['type']] as Handler<Event['type']>;
      await handler(event.data, event, tx as unknown as Kysely<AccountTables>);
    }
  },
};
