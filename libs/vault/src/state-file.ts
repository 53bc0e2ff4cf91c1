import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { TableRows } from './engine/postgresql-rows.js';
import { SqliteEngine } from './engine/sqlite-engine.js';
import { insertRows, selectAll, stateTables, type StateRow, type StateTable } from './engine/state-tables.js';
import { sql } from './engine/engine.js';
import { openVault } from './open-vault.js';
import { copyVaultFile, vaultFileIn } from './vault-file.js';

/** How many rows are written, or read, at once. */
const PAGE_ROWS = 500;

/**
 * Writes rows of a durable state into a new file of a vault (mode 600, synced).
 * @throws Error if the file exists or `signal` aborts
 */
export async function writeStateFile(
  file: string,
  source: AsyncIterable<TableRows>,
  signal?: AbortSignal,
): Promise<void> {
  const draft = mkdtempSync(join(dirname(file), '.state-'));
  try {
    // A new vault has the tables of this version; its own rows are replaced.
    await (await openVault({ directory: draft, key: randomBytes(32), create: true })).close();
    const engine = new SqliteEngine(new DatabaseSync(vaultFileIn(draft)));
    try {
      const tables = Object.keys(stateTables) as StateTable[];
      await engine.run(tables.map((table) => sql(`DELETE FROM ${table}`)));
      for await (const { table, rows } of source) {
        signal?.throwIfAborted();
        for (let first = 0; first < rows.length; first += PAGE_ROWS)
          await engine.run([insertRows(table, rows.slice(first, first + PAGE_ROWS))]);
      }
    } finally {
      await engine.close();
    }
    await copyVaultFile(vaultFileIn(draft), file, signal);
  } finally {
    rmSync(draft, { recursive: true, force: true });
  }
}

/** Reads all rows of a vault's file, as they are at the first read. */
export function* readStateFile(db: DatabaseSync): Generator<TableRows> {
  for (const table of Object.keys(stateTables) as StateTable[]) {
    let rows: StateRow[] = [];
    for (const row of db.prepare(selectAll(table)).iterate()) {
      rows.push(stateTables[table].map((column) => row[column] as never));
      if (rows.length < PAGE_ROWS) continue;
      yield { table, rows };
      rows = [];
    }
    if (rows.length > 0) yield { table, rows };
  }
}
