import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { Client } from 'pg';
import { noObserver } from '#libs/kernel';
import { moveState, openVault, vaultInPostgresql, type Vault } from '#libs/vault';
import { stateTables } from '../../libs/vault/src/engine/state-tables.js';
import { fillVault } from './filled-vault.js';
import { useDatabase } from './read-store-fixture.js';

const key = Buffer.alloc(32, 7);
const url = useDatabase('move');
const to = { url: url!, limitMs: 4_000, observer: noObserver };
let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'vault-'));
});
afterEach(async () => {
  rmSync(directory, { recursive: true });
  if (url) await query('drop schema if exists rollbook_state cascade');
});

async function query(sql: string): Promise<Record<string, unknown>[]> {
  const client = new Client({ connectionString: url });
  await client.connect();
  const { rows } = await client.query(sql);
  await client.end();
  return rows as Record<string, unknown>[];
}

/** Fills every table of a new vault in the directory. */
async function fill(): Promise<Vault> {
  const vault = await openVault({ directory, key, create: true });
  await fillVault(vault, 1_200);
  return vault;
}

/** Opens the vault's file, reads its rows, and closes it. */
function readFile(path: string): Record<string, unknown[]> {
  const db = new DatabaseSync(path);
  const tables = Object.keys(stateTables);
  const rows = tables.map((table) => [table, db.prepare(`SELECT * FROM ${table} ORDER BY 1, 2`).all()] as const);
  db.close();
  return Object.fromEntries(rows);
}

test('the list of tables has every table and column of the file', async () => {
  await (await openVault({ directory, key, create: true })).close();
  const db = new DatabaseSync(join(directory, 'vault.db'));
  const names = db.prepare("SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name").all();
  const columns = names.map(({ name }) => [
    name,
    db
      .prepare(`SELECT name FROM pragma_table_info('${name as string}') ORDER BY name`)
      .all()
      .map((row) => row['name']),
  ]);
  db.close();
  const listed = Object.entries(stateTables).map(([name, all]) => [name, [...all].toSorted()]);
  expect(columns).toEqual(listed.toSorted(([one], [other]) => String(one).localeCompare(String(other), 'en')));
});

(url ? describe : describe.skip)('the state of a file (needs DATABASE_URL)', () => {
  it('is moved into PostgreSQL, and back into a file by a copy', async () => {
    const vault = await fill();
    const { fingerprint } = vault;
    await vault.close();
    const before = readFile(join(directory, 'vault.db'));
    expect(Object.entries(before).filter(([, rows]) => rows.length === 0)).toEqual([]);
    let progress = 0;
    const digests = await moveState({ directory, key, to, onProgress: (rows) => (progress = rows) });
    expect([digests.size, digests.get('owner_key')]).toEqual([
      Object.keys(stateTables).length,
      expect.stringMatching(/^1200 rows, /),
    ]);
    expect(progress).toBe(Object.values(before).flat().length);
    await expect(openVault({ directory, key, create: false })).rejects.toThrow('was moved into PostgreSQL');

    const moved = await vaultInPostgresql(to).open({ key, create: false });
    expect([moved.fingerprint, await moved.tokens.findTokenId('h1'), moved.witness.position]).toEqual([
      fingerprint,
      'token-1',
      9,
    ]);
    const copy = join(directory, 'copy.db');
    await moved.copyTo(copy);
    await moved.close();
    expect(readFile(copy)).toEqual(before);
  });

  it('is only marked if an earlier move was cut short after the commit, and never mixed with another', async () => {
    await (await fill()).close();
    await moveState({ directory, key, to, onProgress: () => {} });
    const db = new DatabaseSync(join(directory, 'vault.db'));
    const unmark = () => db.exec('PRAGMA application_id = 1383033964');
    unmark();
    await moveState({ directory, key, to, onProgress: () => {} });
    await expect(openVault({ directory, key, create: false })).rejects.toThrow('was moved into PostgreSQL');
    unmark();
    await query('update rollbook_state.mail set attempts = 9');
    await expect(moveState({ directory, key, to, onProgress: () => {} })).rejects.toThrow(
      'holds another durable state',
    );
    db.close();
    await (await openVault({ directory, key, create: false })).close();
  });

  it('is left as it is if the key is another', async () => {
    await (await fill()).close();
    const move = { directory, key: Buffer.alloc(32, 8), to, onProgress: () => {} };
    await expect(moveState(move)).rejects.toThrow('VAULT_KEY is not the key');
    expect(await query("select to_regclass('rollbook_state.version') as found")).toEqual([{ found: null }]);
  });
});
