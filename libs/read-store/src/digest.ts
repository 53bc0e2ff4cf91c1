import { sql, type Kysely } from 'kysely';
import type { AnyTables } from './schema.js';

/**
 * Row count and hash of each table, whatever the order of its rows, the same on both engines: live tables can be
 * compared with those of a replay. Reads the tables whole; a consistent answer of several takes a transaction.
 */
export async function digestTables(db: Kysely<AnyTables>, tables: readonly string[]): Promise<Record<string, string>> {
  const digests: Record<string, string> = {};
  for (const table of tables) digests[table] = await digestTable(db, table);
  return digests;
}

/** Hashes are added up, so that nothing need be sorted or gathered: two halves of 60 bits of each row's MD5. */
async function digestTable(db: Kysely<AnyTables>, table: string): Promise<string> {
  const half = (from: number) =>
    sql`coalesce(sum(('x' || substr(md5(to_jsonb(t)::text), ${sql.lit(from)}, 15))::bit(60)::bigint), 0)`;
  const { rows } = await sql<{ rows: number; one: string; other: string }>`
    select count(*) as rows, ${half(1)} as one, ${half(17)} as other from ${sql.table(table)} as t`.execute(db);
  const [{ rows: count, one, other }] = rows as [(typeof rows)[number]];
  return `${count}:${BigInt(one).toString(16)}:${BigInt(other).toString(16)}`;
}
