import { sql, type Kysely, type Transaction } from 'kysely';
import { findUnbuilt, readVersions } from './checkpoints.js';
import { BUILD_STATEMENT_MS } from './limits.js';
import type { Projection } from './projection.js';
import type { ReadStore } from './read-store.js';
import type { AnyTables } from './schema.js';
import { schemaOf } from './version-schema.js';

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

/** The digests of the tables of this build, and the position in the log that the tables of each projection show. */
export interface StoredDigests {
  readonly digests: Readonly<Record<string, string>>;
  /** By the projection's name. */
  readonly positions: Readonly<Record<string, number>>;
}

/**
 * Digests the tables of projections as of one moment, while servers write to them; on PGlite, queries wait meanwhile.
 * Throws an Error of one line if some have not been built yet.
 */
export function digestStored(store: ReadStore, projections: readonly Projection[]): Promise<StoredDigests> {
  return store.runLong(() => digestUnlessExchanged(store.buildDb, projections));
}

async function digestUnlessExchanged(
  db: Kysely<AnyTables>,
  projections: readonly Projection[],
): Promise<StoredDigests> {
  const schemas = projections.map(schemaOf);
  for (;;) {
    const { stored, versions } = await db
      .transaction()
      .setIsolationLevel('repeatable read')
      .execute((tx) => digestInSnapshot(tx, projections));
    // If tables were exchanged for rebuilt ones meanwhile, the old snapshot sees the new tables empty.
    const now = await readVersions(db, schemas);
    const isSame = versions.every(({ schema, built_at }) =>
      now.some((version) => version.schema === schema && version.built_at === built_at),
    );
    if (isSame) return stored;
  }
}

async function digestInSnapshot(tx: Transaction<AnyTables>, projections: readonly Projection[]) {
  await sql`set local statement_timeout = ${sql.lit(BUILD_STATEMENT_MS)}`.execute(tx);
  const versions = await readVersions(tx, projections.map(schemaOf));
  const [missing] = await findUnbuilt(tx, projections);
  if (missing)
    throw new Error(
      `The tables of ${missing.name} are not built yet: start the server, or run npm run projections:prepare.`,
    );
  const tables = projections.flatMap((projection) => projection.tables);
  const digests = await digestTables(tx, tables);
  const positions = Object.fromEntries(versions.map(({ name, position }) => [name, position]));
  return { versions, stored: { digests, positions } };
}
