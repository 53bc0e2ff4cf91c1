import { sql, type Kysely, type RawBuilder } from 'kysely';
import type { AnyTables } from './schema.js';

/** Rows to write to one table, or to delete from it. */
export interface RowWrite {
  readonly count: number;
  /** Returns the statement for the rows from one index to before another. */
  toSql(from: number, to: number): RawBuilder<unknown>;
}

/** The most rows of a table in one statement: the database parses and keeps all of them in memory. */
const MAX_ROWS = 1_000;

/** Returns an insert of new rows. */
export const insertInto = (table: string, rows: readonly object[]): RowWrite => ({
  count: rows.length,
  toSql: (from, to) => sql`insert into ${sql.table(table)} ${selectRows(table, JSON.stringify(rows.slice(from, to)))}`,
});

/** Returns a query that gives the rows of a JSON array in the columns of the table. They are one parameter, however many they are. */
export const selectRows = (table: string, rows: string): RawBuilder<unknown> =>
  sql`select * from json_populate_recordset(null::${sql.table(table)}, ${rows}::json)`;

/**
 * Runs several writes with as few statements as possible, because each costs a round trip: no two of them may concern the same
 * row. While the database runs a statement, the next one is made. Throws between two statements if `signal` aborts.
 */
export async function writeRows(
  db: Kysely<AnyTables>,
  writes: readonly RowWrite[],
  signal?: AbortSignal,
): Promise<void> {
  const longest = Math.max(0, ...writes.map(({ count }) => count));
  let running: Promise<unknown> = Promise.resolve();
  for (let from = 0; from < longest; from += MAX_ROWS) {
    signal?.throwIfAborted();
    const statement = await makeMeanwhile(running, () => toStatement(writes, from).compile(db));
    running = db.executeQuery(statement);
    running.catch(() => {}); // It is thrown below, where it is awaited.
  }
  await running;
}

/** Makes something while other work runs; returns it when that has ended. Throws the error of the other work first. */
export async function makeMeanwhile<T>(running: Promise<unknown>, make: () => T): Promise<T> {
  try {
    return make();
  } finally {
    await running;
  }
}

/** Returns one statement for a part of the rows of each write. */
function toStatement(writes: readonly RowWrite[], from: number): RawBuilder<unknown> {
  const parts = writes.filter(({ count }) => count > from).map((write) => write.toSql(from, from + MAX_ROWS));
  const [last, ...others] = parts.toReversed();
  if (others.length === 0) return last!;
  return sql`with ${sql.join(others.map((part, index) => sql`${sql.ref(`write_${index}`)} as (${part})`))} ${last!}`;
}
