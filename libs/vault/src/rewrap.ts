import { createSecretKey, type KeyObject } from 'node:crypto';
import { DatabaseSync } from 'node:sqlite';
import type { PooledConnection } from '#libs/postgresql';
import { acceptedBoxName } from './accepted-streams.js';
import { connectPostgresql, type PostgresqlOptions } from './engine/open-postgresql.js';
import { sql, type Statement, type Value } from './engine/engine.js';
import { readRows, type TableRows } from './engine/postgresql-rows.js';
import { toPostgresql } from './engine/postgresql-statement.js';
import { checkIsNotNewer } from './engine/postgresql-version.js';
import { stateTables, type StateRow, type StateTable } from './engine/state-tables.js';
import { changedBoxName, rangeBoxName } from './foreign-events.js';
import { logBoxName } from './log-row.js';
import { hashKeyNames } from './open-vault.js';
import { passwordBoxName } from './password-hashes.js';
import { readStateFile } from './state-file.js';
import { inTransaction } from './transaction.js';
import { openVaultFileForReading, vaultFileIn } from './vault-file.js';
import { unwrap, wrap } from './wrapping.js';

/** The former and the new vault key, 32 bytes each. */
export interface RewrapKeys {
  readonly from: Buffer;
  readonly to: Buffer;
}

/** The tables with boxes under the vault key: their primary keys, and the name that a row's box is bound to. */
const boxNames: {
  readonly [Table in StateTable]?: { readonly key: readonly string[]; readonly nameOf: (row: never) => string };
} = {
  secret: {
    key: ['name'],
    nameOf: ({ name }: { name: string }) => (name === 'log' ? logBoxName : hashKeyNames.withRowMacs),
  },
  owner_key: { key: ['owner'], nameOf: ({ owner }: { owner: string }) => owner },
  password: {
    key: ['user', 'command'],
    nameOf: ({ user, command }: { user: string; command: string }) => passwordBoxName(user, command),
  },
  accepted_stream: { key: ['stream'], nameOf: ({ stream }: { stream: string }) => acceptedBoxName(stream) },
  foreign_range: {
    key: ['stream', 'first'],
    nameOf: ({ stream, first }: { stream: string; first: number }) => rangeBoxName(stream, first),
  },
  changed_stream: { key: ['stream'], nameOf: ({ stream }: { stream: string }) => changedBoxName(stream) },
};

/**
 * Wraps every secret of the vault in a directory under another vault key, in one transaction. No server may use it.
 * @returns how many boxes were wrapped anew; boxes that do not open, which others have written, stay as they are
 * @throws Error of one line: no vault, or another key than `from`
 */
export function rewrapFile(directory: string, keys: RewrapKeys): number {
  // What is read stays that of before the transaction.
  const reader = openVaultFileForReading(directory);
  const db = new DatabaseSync(vaultFileIn(directory), { timeout: 5_000 });
  try {
    db.exec('PRAGMA synchronous = FULL; PRAGMA secure_delete = ON');
    reader.exec('BEGIN');
    const count = inTransaction(db, () => {
      let rewrapped = 0;
      for (const page of readStateFile(reader))
        for (const { text, values } of rewrapRows(page, keys))
          rewrapped += Number(db.prepare(text).run(...values).changes);
      return rewrapped;
    });
    reader.exec('COMMIT');
    // What was wrapped under the old key must not stay in the write-ahead log.
    db.exec('PRAGMA wal_checkpoint(TRUNCATE)');
    return count;
  } finally {
    reader.close();
    db.close();
  }
}

/** Wraps every secret of the vault in PostgreSQL under another vault key; otherwise as {@link rewrapFile}. Throws an Error of one line if a server runs. */
export async function rewrapPostgresql(options: PostgresqlOptions, keys: RewrapKeys): Promise<number> {
  const { pool, engine } = await connectPostgresql(options);
  try {
    return await pool.withConnection(options.limitMs, async (connection) => {
      await connection.query('begin isolation level repeatable read', []);
      try {
        const count = await rewrapInTransaction(connection, keys);
        await connection.query('commit', []);
        return count;
      } catch (error) {
        await connection.query('rollback', []).catch(() => {});
        throw error;
      }
    });
  } finally {
    await engine.close();
  }
}

async function rewrapInTransaction(connection: PooledConnection, keys: RewrapKeys): Promise<number> {
  await checkIsNotNewer(connection);
  let count = 0;
  for await (const page of readRows(connection))
    for (const { text, values } of rewrapRows(page, keys))
      count += (await connection.query(toPostgresql(text), [...values])).rowCount ?? 0;
  return count;
}

/** Returns the statements that wrap the boxes of some rows anew. Throws an Error of one line for the vault of another key. */
function rewrapRows({ table, rows }: TableRows, { from, to }: RewrapKeys): Statement[] {
  const boxes = boxNames[table];
  if (!boxes) return [];
  const [fromKey, toKey] = [createSecretKey(from), createSecretKey(to)];
  const where = boxes.key.map((column) => `"${column}" = ?`).join(' AND ');
  return rows.flatMap((values) => {
    const row = toObject(table, values);
    const rewrapped = rewrapBox(row['box'] as Uint8Array | null, boxes.nameOf(row as never), fromKey, toKey);
    if (!rewrapped && table === 'secret') throw new Error('VAULT_KEY is not the key that this vault was made with');
    if (!rewrapped) return [];
    return [sql(`UPDATE ${table} SET box = ? WHERE ${where}`, rewrapped, ...boxes.key.map((column) => row[column]!))];
  });
}

function rewrapBox(box: Uint8Array | null, name: string, from: KeyObject, to: KeyObject): Buffer | undefined {
  if (!box) return undefined;
  try {
    return wrap(unwrap(box, from, name), to, name);
  } catch {
    return undefined; // A foreign row: it opens with no key.
  }
}

const toObject = (table: StateTable, values: StateRow): Record<string, Value> =>
  Object.fromEntries(stateTables[table].map((column, index) => [column, values[index]!]));
