import { DatabaseSync } from 'node:sqlite';
import type { PooledConnection } from '#libs/postgresql';
import { connectPostgresql, type PostgresqlOptions } from './engine/open-postgresql.js';
import { readRows } from './engine/postgresql-rows.js';
import { toPostgresql } from './engine/postgresql-statement.js';
import { migrate, readVersion } from './engine/postgresql-version.js';
import { TableDigest, insertRows, stateTables, type StateTable } from './engine/state-tables.js';
import { openVault } from './open-vault.js';
import { readStateFile } from './state-file.js';
import { markMoved, vaultFileIn } from './vault-file.js';

interface Move {
  /** The directory of the file; no server may use it. */
  readonly directory: string;
  readonly key: Buffer;
  readonly to: PostgresqlOptions;
  /** Is called with the number of rows that have been written. */
  readonly onProgress: (rows: number) => void;
}

/**
 * Moves the vault from its file into PostgreSQL, all of it or nothing, compares counts and digests of all tables, and marks
 * the file, so that no server starts on it again. If an earlier call ended before it had marked the file, it is only marked.
 * @returns the digest of each table
 * @throws Error of one line: no vault, another key, or the database holds another durable state
 */
export async function moveState({ directory, key, to, onProgress }: Move): Promise<ReadonlyMap<StateTable, string>> {
  // Checks the key and brings the file to this build's version.
  await (await openVault({ directory, key, create: false })).close();
  const db = new DatabaseSync(vaultFileIn(directory));
  const { pool, engine } = await connectPostgresql(to).catch((error: unknown) => {
    db.close();
    throw error;
  });
  try {
    const digests = await pool.withConnection(to.limitMs, async (connection) => {
      await connection.query('begin', []);
      try {
        const moved = await copyInto(connection, db, onProgress);
        await connection.query('commit', []);
        return moved;
      } catch (error) {
        await connection.query('rollback', []).catch(() => {});
        throw error;
      }
    });
    markMoved(db);
    return digests;
  } finally {
    db.close();
    await engine.close();
  }
}

async function copyInto(
  connection: PooledConnection,
  db: DatabaseSync,
  onProgress: (rows: number) => void,
): Promise<ReadonlyMap<StateTable, string>> {
  const isEmpty = (await readVersion(connection)) === undefined;
  if (isEmpty) await migrate(connection, () => []);
  const read = emptyDigests();
  let count = 0;
  for (const { table, rows } of readStateFile(db)) {
    read.get(table)!.add(rows);
    if (!isEmpty) continue;
    const { text, values } = insertRows(table, rows);
    await connection.query(toPostgresql(text), [...values]);
    onProgress((count += rows.length));
  }
  const written = emptyDigests();
  for await (const { table, rows } of readRows(connection)) written.get(table)!.add(rows);
  for (const [table, digest] of read)
    if (written.get(table)!.toString() !== digest.toString())
      throw new Error(
        isEmpty
          ? `the rows of ${table} are not the same after the move: nothing was moved`
          : 'the database of STATE_URL holds another durable state: give an empty database',
      );
  return new Map([...read].map(([table, digest]) => [table, digest.toString()]));
}

const emptyDigests = (): Map<StateTable, TableDigest> =>
  new Map((Object.keys(stateTables) as StateTable[]).map((table) => [table, new TableDigest()]));
