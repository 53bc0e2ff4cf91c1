import { sql } from 'kysely';
import type { DataOf, Recorded } from '#libs/kernel';
import { FoldedTable, normalizeForSearch, type FoldedRows, type Projection } from '#libs/read-store';
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
/** The rows that a transaction changes. */
interface Rows {
  readonly accounts: FoldedRows<AccountRow, 'account_id'>;
  readonly domains: FoldedRows<AccountTables['account_domain'], 'domain'>;
}

type Handler<Type extends Event['type']> = (data: DataOf<Event, Type>, event: Recorded, rows: Rows) => void;

const handlers: { readonly [Type in Event['type']]: Handler<Type> } = {
  AccountOpened: ({ name, contracts, language = null }, { envelope: { subject, at }, revision }, { accounts }) =>
    accounts.set({
      account_id: subject.id,
      name,
      name_key: normalizeForSearch(name),
      contracts,
      language,
      administrators: [],
      opened_at: at,
      closed: false,
      revision,
    }),
  AdministratorAppointed: ({ user }, { envelope: { subject }, revision }, { accounts }) =>
    accounts.update([subject.id], ({ administrators }) => ({ administrators: [...administrators, user], revision })),
  AdministratorStoodDown: ({ user }, { envelope: { subject }, revision }, { accounts }) =>
    accounts.update([subject.id], ({ administrators }) => ({
      administrators: administrators.filter((other) => other !== user),
      revision,
    })),
  AccountClosed: (_, { envelope: { subject }, revision }, { accounts }) =>
    accounts.update([subject.id], () => ({ closed: true, revision })),
  DomainOwned: ({ account }, { envelope: { subject } }, { domains }) =>
    domains.set({ domain: subject.id, account_id: account }),
  DomainReleased: (_, { envelope: { subject } }, { domains }) => domains.delete(subject.id),
};

const accountList = new FoldedTable<AccountRow, 'account_id'>({
  name: 'account_list',
  key: ['account_id'],
  columns: {
    name: 'replace',
    name_key: 'replace',
    contracts: 'replace',
    language: 'replace',
    administrators: 'replace',
    opened_at: 'replace',
    closed: 'replace',
    revision: 'replace',
  },
});

const accountDomain = new FoldedTable<AccountTables['account_domain'], 'domain'>({
  name: 'account_domain',
  key: ['domain'],
  columns: { account_id: 'replace' },
});

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

  begin: () => {
    const rows: Rows = { accounts: accountList.rows(), domains: accountDomain.rows() };
    const { accounts, domains } = rows;
    return {
      get size() {
        return accounts.size + domains.size;
      },
      load: async (events, tx) => {
        const subjects = events.map(({ envelope }) => envelope.subject);
        const ids = subjects.filter(({ kind }) => kind === 'account').map(({ id }) => [id]);
        await accounts.load(tx, ids);
        // No rows of domains are loaded: an event replaces or deletes one without its former values.
        await domains.load(tx, []);
      },
      fold: (events) => {
        for (const event of events) {
          const handler = handlers[event.type as Event['type']] as Handler<Event['type']>;
          handler(event.data, event, rows);
        }
        return [];
      },
      changes: () => [...accounts.changes(), ...domains.changes()],
    };
  },
};
