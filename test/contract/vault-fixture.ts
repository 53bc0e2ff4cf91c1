import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { Client, types } from 'pg';
import { noObserver } from '#libs/kernel';
import { vaultInDirectory, vaultInPostgresql, type Vault, type VaultPlace } from '#libs/vault';
import { useDatabase } from './read-store-fixture.js';

/** One vault in a database, as specs open it, and as somebody changes it who has SQL access, but not the vault key. */
export interface VaultUnderTest {
  readonly engine: 'SQLite' | 'PostgreSQL';
  readonly place: VaultPlace;
  /** Of the PostgreSQL database; undefined for SQLite. */
  readonly url: string | undefined;
  /** The vault, opened before each test. */
  readonly vault: Vault;
  /** Closes the vault and opens it again. */
  reopen(): Promise<void>;
  /** Opens the vault once more, as another server does. */
  open(): Promise<Vault>;
  /** Runs SQL. `zeroblob(n)` and `x''` are translated. */
  attack(sql: string): Promise<void>;
  /** Reads one row. */
  readRow(sql: string): Promise<Record<string, unknown> | undefined>;
}

export const key = Buffer.alloc(32, 7);

/** Runs a suite on SQLite and, with DATABASE_URL, on PostgreSQL. Each test begins with a new vault. */
export function describeEachVault(suffix: string, suite: (database: VaultUnderTest) => void): void {
  describe('on SQLite', () => {
    let directory: string;
    beforeEach(() => {
      directory = mkdtempSync(join(tmpdir(), 'vault-'));
    });
    const use = <T>(work: (db: DatabaseSync) => T): T => {
      const db = new DatabaseSync(join(directory, 'vault.db'));
      try {
        return work(db);
      } finally {
        db.close();
      }
    };
    const database = useVault('SQLite', () => vaultInDirectory(directory), {
      url: undefined,
      attack: async (sql) => use((db) => db.exec(sql)),
      readRow: async (sql) => use((db) => db.prepare(sql).get()),
    });
    afterEach(() => rmSync(directory, { recursive: true }));
    suite(database);
  });
  describe('on PostgreSQL', () => {
    const url = useDatabase(suffix);
    if (url === undefined) return it.skip('needs DATABASE_URL', () => {});
    const place = vaultInPostgresql({ url, limitMs: 4_000, observer: noObserver });
    const query = async (sql: string) => {
      const client = new Client({
        connectionString: url,
        options: '-c search_path=rollbook_state',
        types: {
          getTypeParser: (oid, format) => (oid === types.builtins.INT8 ? Number : types.getTypeParser(oid, format)),
        },
      });
      await client.connect();
      try {
        return await client.query(sql);
      } finally {
        await client.end();
      }
    };
    const database = useVault('PostgreSQL', () => place, {
      url,
      attack: async (sql) => void (await query(translate(sql))),
      readRow: async (sql) => (await query(sql)).rows[0] as Record<string, unknown> | undefined,
    });
    afterEach(() => query('drop schema if exists rollbook_state cascade'));
    suite(database);
  });
}

/** Opens a vault before each test and closes it afterwards. */
function useVault(
  engine: VaultUnderTest['engine'],
  place: () => VaultPlace,
  access: Pick<VaultUnderTest, 'url' | 'attack' | 'readRow'>,
): VaultUnderTest {
  const open = async (): Promise<Vault> => place().open({ key, create: !(await place().exists()) });
  let vault: Vault;
  beforeEach(async () => {
    vault = await open();
  });
  afterEach(() => vault.close());
  return {
    engine,
    ...access,
    get place() {
      return place();
    },
    get vault() {
      return vault;
    },
    open,
    async reopen() {
      await vault.close();
      vault = await open();
    },
  };
}

const translate = (sql: string): string =>
  sql
    .replaceAll(/zeroblob\((\d+)\)/g, "decode(repeat('00', $1), 'hex')")
    .replaceAll(/\bx'([0-9a-f]*)'/g, "'\\x$1'::bytea")
    .replaceAll('random() & 1', 'floor(random() * 2)::int');
