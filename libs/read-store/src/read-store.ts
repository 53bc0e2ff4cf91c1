import { Kysely, sql } from 'kysely';
import { EmbeddedDirectory } from './embedded-directory.js';
import { PGliteDialect } from './pglite.js';
import { postgresDialect, schema } from './postgresql.js';

// oxlint-disable-next-line typescript/no-explicit-any -- each read model names the tables that it knows
export type AnyTables = any;

/** The log that a store was built from. */
export interface LogIdentity {
  /** Fingerprint of the installation. */
  readonly installation: string;
  readonly namespace: string;
}

/** Tables built from the log, and nothing else: it may be dropped and built again at any time. */
export class ReadStore {
  constructor(
    readonly db: Kysely<AnyTables>,
    readonly kind: 'pglite' | 'postgresql',
    private readonly closed: () => Promise<void> = async () => {},
  ) {}

  async close(): Promise<void> {
    await this.db.destroy();
    await this.closed();
  }
}

/**
 * Opens PGlite in `directory`/read-store, or PostgreSQL at `databaseUrl`.
 *
 * A store that was built from another log is discarded where it is ours alone (PGlite), and refused on PostgreSQL:
 * an Error of one line. A server that can't be reached is the Refusal `read-store.unavailable`.
 */
export async function openReadStore(options: {
  directory: string;
  databaseUrl?: string;
  log: LogIdentity;
}): Promise<ReadStore> {
  if (options.databaseUrl) return openPostgres(options.databaseUrl, options.log);
  const directory = new EmbeddedDirectory(options.directory);
  // One that can't be opened (torn, or of another PostgreSQL) is like one of another log: it is built again.
  const store = await openEmbedded(directory, options.log).catch(() => undefined);
  if (store) return store;
  await directory.discard();
  return (await openEmbedded(directory, options.log))!;
}

/** An empty store in memory, to replay the log into and throw away. */
export async function openScratchStore(): Promise<ReadStore> {
  const store = new ReadStore(new Kysely({ dialect: new PGliteDialect() }), 'pglite');
  await prepare(store.db);
  return store;
}

async function openEmbedded(directory: EmbeddedDirectory, log: LogIdentity): Promise<ReadStore | undefined> {
  await directory.prepare();
  const db = new Kysely<AnyTables>({ dialect: new PGliteDialect(directory.database) });
  const store = new ReadStore(db, 'pglite', () => directory.closedCleanly());
  try {
    await prepare(db);
    if (sameLog(await builtFrom(db, log), log)) return store;
  } catch (error) {
    await db.destroy();
    throw error;
  }
  await store.close();
  return undefined;
}

async function openPostgres(url: string, log: LogIdentity): Promise<ReadStore> {
  const store = new ReadStore(new Kysely({ dialect: postgresDialect(url) }), 'postgresql');
  try {
    await prepare(store.db);
    const owner = await builtFrom(store.db, log);
    if (sameLog(owner, log)) return store;
    throw new Error(
      `The database's schema ${schema} was built from another log (installation ${owner.installation}, namespace ${owner.namespace}): use another database, or drop the schema.`,
    );
  } catch (error) {
    await store.close();
    throw error;
  }
}

const sameLog = (one: LogIdentity, other: LogIdentity) =>
  one.installation === other.installation && one.namespace === other.namespace;

/** The log that the store belongs to; an empty store belongs to `log` from now on. */
async function builtFrom(db: Kysely<AnyTables>, log: LogIdentity): Promise<LogIdentity> {
  await db
    .insertInto('read_store')
    .values({ one: true, installation: log.installation, namespace: log.namespace })
    .onConflict((conflict) => conflict.column('one').doNothing())
    .execute();
  return db.selectFrom('read_store').select(['installation', 'namespace']).executeTakeFirstOrThrow();
}

/** What every read model finds: the extensions, `rollbook_fold` for searching, and where projections stand. */
async function prepare(db: Kysely<AnyTables>): Promise<void> {
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
  await db.schema
    .createTable('projection')
    .ifNotExists()
    .addColumn('name', 'text', (column) => column.primaryKey())
    .addColumn('version', 'integer', (column) => column.notNull())
    .addColumn('tables', 'jsonb', (column) => column.notNull())
    .addColumn('position', 'bigint', (column) => column.notNull())
    .execute();
}
