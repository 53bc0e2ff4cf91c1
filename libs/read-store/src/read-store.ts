import { Kysely, sql } from 'kysely';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { EmbeddedDirectory } from './embedded-directory.js';
import { pgliteDialect } from './pglite.js';
import { postgresqlDialect } from './postgresql.js';
import { prepare, schema, type AnyTables } from './schema.js';

/** The log that a store was built from. */
export interface LogIdentity {
  /** Fingerprint of the installation. */
  readonly installation: string;
  readonly namespace: string;
  /** Which restore of the log was the last, '' for none: after one, other events stand at positions that were read before. */
  readonly restored: string;
}

/** Tables built from the log, and nothing else: it may be dropped and built again at any time. */
export class ReadStore {
  constructor(
    readonly db: Kysely<AnyTables>,
    readonly kind: 'pglite' | 'postgresql',
    private readonly closed: () => Promise<void> = async () => {},
  ) {}

  /** Throws while the database can't be asked. */
  async ping(): Promise<void> {
    await sql`select 1`.execute(this.db);
  }

  async close(): Promise<void> {
    await this.db.destroy();
    await this.closed();
  }
}

/**
 * Opens PGlite in `directory`/read-store, or PostgreSQL at `databaseUrl`.
 *
 * A store that was built from another log, or from this one before it was restored, is discarded where it is ours alone (PGlite), and refused on PostgreSQL:
 * an Error of one line. A server that can't be reached is the Refusal `read-store.unavailable`.
 */
export async function openReadStore(options: {
  directory: string;
  databaseUrl?: string;
  log: LogIdentity;
  /** Is told why a store is built again. */
  discarding?: (error: unknown) => void;
}): Promise<ReadStore> {
  if (options.databaseUrl) return openPostgres(options.databaseUrl, options.log);
  const directory = new EmbeddedDirectory(options.directory);
  // Files that can't be opened (torn, or of another PostgreSQL) are like those of another log: built again.
  return openEmbedded(directory, options.log).catch(async (error: unknown) => {
    options.discarding?.(error);
    await directory.discard();
    return openEmbedded(directory, options.log);
  });
}

/** An empty store in a temporary directory, to replay the log into; closing it removes it. */
export async function openScratchStore(): Promise<ReadStore> {
  const directory = await mkdtemp(join(tmpdir(), 'rollbook-scratch-'));
  const remove = () => rm(directory, { recursive: true, force: true });
  const store = new ReadStore(new Kysely({ dialect: pgliteDialect(join(directory, 'pglite')) }), 'pglite', remove);
  await prepare(store.db);
  return store;
}

async function openEmbedded(directory: EmbeddedDirectory, log: LogIdentity): Promise<ReadStore> {
  await directory.prepare();
  const db = new Kysely<AnyTables>({ dialect: pgliteDialect(directory.database) });
  try {
    await prepare(db);
    if ((await builtFrom(db, log)) !== 'this log') {
      await db.schema.dropSchema(schema).cascade().execute();
      await prepare(db);
      await builtFrom(db, log);
    }
  } catch (error) {
    await db.destroy();
    throw error;
  }
  return new ReadStore(db, 'pglite', () => directory.closedCleanly());
}

async function openPostgres(url: string, log: LogIdentity): Promise<ReadStore> {
  const store = new ReadStore(new Kysely({ dialect: postgresqlDialect(url) }), 'postgresql');
  try {
    await prepare(store.db);
    const origin = await builtFrom(store.db, log);
    if (origin === 'this log') return store;
    throw new Error(`Schema ${schema} was built from ${origin}: use another database, or drop the schema (it is built again).`);
  } catch (error) {
    await store.close();
    throw error;
  }
}

/** What the store was built from; an empty store is built from this log from now on. */
async function builtFrom(db: Kysely<AnyTables>, log: LogIdentity): Promise<'this log' | 'another log' | 'this log before it was restored'> {
  const { installation, namespace, restored } = log;
  const first = db.insertInto('read_store').values({ one: true, installation, namespace, restored });
  await first.onConflict((conflict) => conflict.column('one').doNothing()).execute();
  const origin = await db.selectFrom('read_store').selectAll().executeTakeFirstOrThrow();
  if (origin.installation !== installation || origin.namespace !== namespace) return 'another log';
  return origin.restored === restored ? 'this log' : 'this log before it was restored';
}
