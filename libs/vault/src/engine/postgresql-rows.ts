import type { PooledConnection } from '#libs/postgresql';
import { selectAll, stateTables, type StateRow, type StateTable } from './state-tables.js';

/** How many rows are read at once. */
const PAGE_ROWS = 1_000;

/** Rows of one table. */
export interface TableRows {
  readonly table: StateTable;
  readonly rows: readonly StateRow[];
}

/** Reads all rows of all tables, in a transaction of the caller. */
export async function* readRows(connection: PooledConnection): AsyncGenerator<TableRows> {
  for (const table of Object.keys(stateTables) as StateTable[]) {
    await connection.query(`declare page cursor for ${selectAll(table)}`, []);
    for (;;) {
      const { rows } = await connection.query(`fetch ${PAGE_ROWS} from page`, []);
      if (rows.length === 0) break;
      yield {
        table,
        rows: rows.map((row) => stateTables[table].map((column) => (row as Record<string, never>)[column]!)),
      };
    }
    await connection.query('close page', []);
  }
}
