import { sql, type Kysely, type Transaction } from 'kysely';

// oxlint-disable-next-line typescript/no-explicit-any -- each read model declares the tables that it uses
export type AnyTables = any;

/** The schema of the database that holds what all versions of all read models share. */
export const schema = 'rollbook';

/** A number for PostgreSQL's advisory locks. The transaction that changes schemas holds this lock. */
const SCHEMA_LOCK = 7_655_421;

/** Makes other processes wait that prepare or drop schemas, until the transaction ends. */
export async function lockSchemas(tx: Transaction<AnyTables>): Promise<void> {
  await sql`select pg_advisory_xact_lock(${sql.lit(SCHEMA_LOCK)})`.execute(tx);
}

/**
 * Creates what all read models need if it is missing: extensions, the SQL function `rollbook_fold` for searching, and the tables
 * of versions, of their use, and of leases. `migrate` runs in the same transaction, at the end.
 */
export async function prepareSchema(
  db: Kysely<AnyTables>,
  migrate: (tx: Transaction<AnyTables>) => Promise<void>,
): Promise<void> {
  await db.transaction().execute(async (tx) => {
    await lockSchemas(tx);
    await tx.schema.createSchema(schema).ifNotExists().execute();
    // The connection's search path begins with the schemas of versions; these objects belong to all versions.
    await sql`set local search_path = ${sql.id(schema)}, public`.execute(tx);
    for (const extension of ['pg_trgm', 'unaccent', 'btree_gin'])
      await sql`create extension if not exists ${sql.id(extension)}`.execute(tx);
    // Returns text in lower case without accents. The body is parsed when it is created, so that index builds need no search path (PostgreSQL 17).
    await sql`
      create or replace function rollbook_fold(value text) returns text language sql immutable strict parallel safe
      return lower(unaccent('unaccent'::regdictionary, value))`.execute(tx);
    await createTables(tx);
    await migrate(tx);
  });
}

async function createTables(tx: Transaction<AnyTables>): Promise<void> {
  await sql`
    create table if not exists read_store (
      one boolean primary key check (one), installation text not null, namespace text not null)`.execute(tx);
  // A store without this column was made before logs could be restored.
  await sql`alter table read_store add column if not exists restored text not null default ''`.execute(tx);
  // A row for each schema with the tables of a version. The last position in the log that was applied to them, how many events
  // that were, and the token of the process that may write: a batch locks the row, a new holder of the lease changes the token.
  // `built_at` is null until the tables have been complete for the first time.
  await sql`
    create table if not exists projection_version (
      schema text primary key, name text not null, version integer not null, position bigint not null,
      events bigint not null default 0, token bigint not null default 0, built_at timestamptz)`.execute(tx);
  // When a process of a build that uses a schema was last alive. A table of its own, because batches lock the rows of the other.
  await sql`create table if not exists projection_use (schema text primary key, seen_at timestamptz not null)`.execute(
    tx,
  );
  await sql`
    create table if not exists lease (
      name text primary key, holder text not null, token bigint not null, renewed_at timestamptz not null)`.execute(tx);
}

/** Drops all that is ours, also the tables of other builds: for a database that is ours alone. */
export async function dropOwnSchemas(db: Kysely<AnyTables>): Promise<void> {
  const { rows } = await sql<{ schema: string }>`select schema from rollbook.projection_version`.execute(db);
  for (const name of [...rows.map((row) => row.schema), schema])
    await db.schema.dropSchema(name).ifExists().cascade().execute();
}
