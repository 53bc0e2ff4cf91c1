import { sql, type Kysely } from 'kysely';
import type { AnyTables } from './schema.js';

/**
 * Returns a digest of each table (row count and hash), by the table's name. It does not depend on the order of the rows or on
 * the database engine, so live tables can be compared with those of a replay. Reads every row; run it in a transaction if
 * the digests of several tables must be of the same moment.
 */
export async function digestTables(db: Kysely<AnyTables>, tables: readonly string[]): Promise<Record<string, string>> {
  const digests: Record<string, string> = {};
  for (const table of tables) digests[table] = await digestTable(db, table);
  return digests;
}

/** Adds up two halves of 60 bits of each row's MD5: a sum needs neither sorting nor memory. */
async function digestTable(db: Kysely<AnyTables>, table: string): Promise<string> {
  const sumOfHalf = (start: number) =>
    sql`coalesce(sum(('x' || substr(md5(to_jsonb(t)::text), ${sql.lit(start)}, 15))::bit(60)::bigint), 0)`;
  const { rows } = await sql<{ rows: number; first: string; second: string }>`
    select count(*) as rows, ${sumOfHalf(1)} as first, ${sumOfHalf(17)} as second from ${sql.table(table)} as t`.execute(
    db,
  );
  const [{ rows: count, first, second }] = rows as [(typeof rows)[number]];
  return `${count}:${BigInt(first).toString(16)}:${BigInt(second).toString(16)}`;
}
