import { sql, type Kysely } from 'kysely';

// oxlint-disable-next-line typescript/no-explicit-any -- each read model names the tables that it knows
export type AnyTables = any;

/** Everything of ours lies in this schema of the database. */
export const schema = 'rollbook';

/** What every read model finds: the extensions, `rollbook_fold` for searching, and where projections stand. */
export async function prepare(db: Kysely<AnyTables>): Promise<void> {
  await db.schema.createSchema(schema).ifNotExists().execute();
  for (const extension of ['pg_trgm', 'unaccent', 'btree_gin'])
    await sql`create extension if not exists ${sql.id(extension)}`.execute(db);
  // Lower case without accents. The body is parsed here, so that index builds need no search path (PostgreSQL 17).
  await sql`
    create or replace function rollbook_fold(value text) returns text language sql immutable strict parallel safe
    return lower(unaccent('unaccent'::regdictionary, value))`.execute(db);
  await db.schema
    .createTable('read_store')
    .ifNotExists()
    .addColumn('one', 'boolean', (column) => column.primaryKey().check(sql`one`))
    .addColumn('installation', 'text', (column) => column.notNull())
    .addColumn('namespace', 'text', (column) => column.notNull())
    .execute();
  // Stores of before there were restores are of logs that were never restored.
  await sql`alter table read_store add column if not exists restored text not null default ''`.execute(db);
  await db.schema
    .createTable('projection')
    .ifNotExists()
    .addColumn('name', 'text', (column) => column.primaryKey())
    .addColumn('version', 'integer', (column) => column.notNull())
    .addColumn('tables', 'jsonb', (column) => column.notNull())
    .addColumn('position', 'bigint', (column) => column.notNull())
    .execute();
}
