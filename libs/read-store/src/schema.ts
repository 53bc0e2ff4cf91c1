import { sql, type Kysely } from 'kysely';

// oxlint-disable-next-line typescript/no-explicit-any -- each read model declares the tables that it uses
export type AnyTables = any;

/** The schema of the database that holds all our tables. */
export const schema = 'rollbook';

/** Creates what all read models need if it is missing: extensions, the SQL function `rollbook_fold` for searching, and the table of checkpoints. */
export async function prepareSchema(db: Kysely<AnyTables>): Promise<void> {
  await db.schema.createSchema(schema).ifNotExists().execute();
  for (const extension of ['pg_trgm', 'unaccent', 'btree_gin'])
    await sql`create extension if not exists ${sql.id(extension)}`.execute(db);
  // Returns text in lower case without accents. The body is parsed when it is created, so that index builds need no search path (PostgreSQL 17).
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
  // A store without this column was made before logs could be restored.
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
