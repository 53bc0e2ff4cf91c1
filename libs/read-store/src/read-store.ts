import { noObserver, type StoreObserver } from '#libs/kernel';
import { ResponseTimeout, ServerMonitor, type DatabaseStore } from '#libs/postgresql';
import { Kysely, sql } from 'kysely';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { EmbeddedDirectory } from './embedded-directory.js';
import { defaultLimits, type StatementLimits } from './limits.js';
import { createPglitePool } from './pglite.js';
import { createPostgresqlPools } from './postgresql.js';
import { prepareSchema, schema, type AnyTables } from './schema.js';

/** Identifies the log that a store was built from. */
interface LogIdentity {
  /** Fingerprint of the installation. */
  readonly installation: string;
  readonly namespace: string;
  /** Id of the last restore of the log, '' if it was never restored. After a restore, known positions hold other events. */
  readonly restored: string;
}

const readStore: DatabaseStore = { code: 'read-store.unavailable', name: 'The read store' };

interface ReadStoreParts {
  readonly kind: 'pglite' | 'postgresql';
  readonly db: Kysely<AnyTables>;
  readonly batchDb: Kysely<AnyTables>;
  readonly close: () => Promise<void>;
}

/** The database of the read models. It is built from the log alone: it may be dropped and built again at any time. */
export class ReadStore {
  readonly kind: 'pglite' | 'postgresql';
  /** For requests: statements have a short time limit. */
  readonly db: Kysely<AnyTables>;
  /** For projections and tools: statements have a long time limit. */
  readonly batchDb: Kysely<AnyTables>;

  constructor(private readonly parts: ReadStoreParts) {
    this.kind = parts.kind;
    this.db = parts.db;
    this.batchDb = parts.batchDb;
  }

  /** Runs an empty query, so that the observer learns whether the database responds. */
  async ping(): Promise<void> {
    await sql`select 1`.execute(this.db).catch(() => {});
  }

  /** Closes all connections to the database, and stops PGlite if it is the embedded one. */
  async close(): Promise<void> {
    await this.parts.close();
  }
}

export interface ReadStoreOptions {
  readonly directory: string;
  readonly databaseUrl?: string;
  readonly log: LogIdentity;
  /** Is called with the reason before the store is deleted and built again. */
  readonly onDiscard?: (error: unknown) => void;
  readonly limits?: Partial<StatementLimits>;
  /** Is called when the database can't be used, and when it can be used again. */
  readonly observer?: StoreObserver;
}

/**
 * Opens PGlite in `directory`/read-store, or PostgreSQL at `databaseUrl`, and creates the schema if it is missing.
 *
 * A store that was built from another log, or before the log was restored, is built again on PGlite. On PostgreSQL it throws an
 * Error of one line, because the database may not be ours alone. Throws `read-store.unavailable` if the server can't be reached.
 */
export async function openReadStore({
  directory: parent,
  databaseUrl,
  log,
  onDiscard,
  limits,
  observer = noObserver,
}: ReadStoreOptions): Promise<ReadStore> {
  const allLimits = { ...defaultLimits, ...limits };
  if (databaseUrl) return openPostgresql(databaseUrl, log, new ServerMonitor(observer, readStore), allLimits);
  const directory = new EmbeddedDirectory(parent);
  const open = () => openEmbedded(directory, log, new ServerMonitor(observer, readStore), allLimits);
  // Files that can't be opened (torn, or of another version of PostgreSQL) are built again, too.
  return open().catch(async (error: unknown) => {
    if ((error as Error).cause instanceof ResponseTimeout) throw error;
    onDiscard?.(error);
    await directory.discard();
    return open();
  });
}

/** Opens an empty store in a temporary directory, to replay the log into. Closing it deletes the directory. */
export async function openTemporaryReadStore(): Promise<ReadStore> {
  const directory = await mkdtemp(join(tmpdir(), 'rollbook-scratch-'));
  const store = createEmbeddedStore(
    new ServerMonitor(noObserver, readStore),
    defaultLimits,
    join(directory, 'pglite'),
    () => rm(directory, { recursive: true, force: true }),
  );
  await prepareSchema(store.batchDb);
  return store;
}

/** Creates a store on PGlite. `onClosed` runs after its thread has ended cleanly. */
function createEmbeddedStore(
  monitor: ServerMonitor,
  limits: StatementLimits,
  directory: string,
  onClosed: () => Promise<void>,
): ReadStore {
  const pool = createPglitePool(monitor, limits, directory);
  return new ReadStore({
    kind: 'pglite',
    db: new Kysely({ dialect: pool.dialect(limits.queryMs) }),
    batchDb: new Kysely({ dialect: pool.dialect(limits.batchMs) }),
    close: async () => {
      await pool.end();
      if (pool.endedCleanly) await onClosed();
    },
  });
}

async function openEmbedded(
  directory: EmbeddedDirectory,
  log: LogIdentity,
  monitor: ServerMonitor,
  limits: StatementLimits,
): Promise<ReadStore> {
  await directory.prepare();
  const store = createEmbeddedStore(monitor, limits, directory.database, () => directory.syncAndUnmark());
  const { batchDb: db } = store;
  try {
    await prepareSchema(db);
    if ((await findOrigin(db, log)) !== 'this log') {
      await db.schema.dropSchema(schema).cascade().execute();
      await prepareSchema(db);
      await findOrigin(db, log);
    }
  } catch (error) {
    await store.batchDb.destroy();
    throw error;
  }
  return store;
}

async function openPostgresql(
  url: string,
  log: LogIdentity,
  monitor: ServerMonitor,
  limits: StatementLimits,
): Promise<ReadStore> {
  const { queries, batches } = createPostgresqlPools(url, monitor, limits);
  const store = new ReadStore({
    kind: 'postgresql',
    db: new Kysely({ dialect: queries.dialect(limits.queryMs) }),
    batchDb: new Kysely({ dialect: batches.dialect(limits.batchMs, limits.queryMs) }),
    close: async () => void (await Promise.all([queries.end(), batches.end()])),
  });
  try {
    await prepareSchema(store.batchDb);
    const origin = await findOrigin(store.batchDb, log);
    if (origin === 'this log') return store;
    throw new Error(
      `Schema ${schema} was built from ${origin}: use another database, or drop the schema (it is built again).`,
    );
  } catch (error) {
    await store.close();
    throw error;
  }
}

/** Returns what the store was built from. Marks an empty store as built from this log. */
async function findOrigin(
  db: Kysely<AnyTables>,
  log: LogIdentity,
): Promise<'this log' | 'another log' | 'this log before it was restored'> {
  const { installation, namespace, restored } = log;
  const first = db.insertInto('read_store').values({ one: true, installation, namespace, restored });
  await first.onConflict((conflict) => conflict.column('one').doNothing()).execute();
  const origin = await db.selectFrom('read_store').selectAll().executeTakeFirstOrThrow();
  if (origin.installation !== installation || origin.namespace !== namespace) return 'another log';
  return origin.restored === restored ? 'this log' : 'this log before it was restored';
}
