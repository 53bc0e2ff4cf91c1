import { noObserver, type StoreObserver } from '#libs/kernel';
import { Kysely, sql } from 'kysely';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { EmbeddedDirectory } from './embedded-directory.js';
import { defaultLimits, type StatementLimits } from './limits.js';
import { pglitePool } from './pglite.js';
import { postgresqlPools } from './postgresql.js';
import { prepare, schema, type AnyTables } from './schema.js';
import { ServerWatch } from './server-watch.js';
import { NoAnswer } from './unavailable.js';

/** The log that a store was built from. */
interface LogIdentity {
  /** Fingerprint of the installation. */
  readonly installation: string;
  readonly namespace: string;
  /** Which restore of the log was the last, '' for none: after one, other events stand at positions that were read before. */
  readonly restored: string;
}

interface Parts {
  readonly kind: 'pglite' | 'postgresql';
  readonly db: Kysely<AnyTables>;
  readonly batches: Kysely<AnyTables>;
  readonly close: () => Promise<void>;
}

/** Tables built from the log, and nothing else: it may be dropped and built again at any time. */
export class ReadStore {
  readonly kind: 'pglite' | 'postgresql';
  /** For requests: each statement is limited so that whoever asked is answered in time. */
  readonly db: Kysely<AnyTables>;
  /** For projections and tools: statements may take longer. */
  readonly batchDb: Kysely<AnyTables>;

  constructor(private readonly parts: Parts) {
    this.kind = parts.kind;
    this.db = parts.db;
    this.batchDb = parts.batches;
  }

  /** Asks the database something; the observer is told what comes of it. */
  async ping(): Promise<void> {
    await sql`select 1`.execute(this.db).catch(() => {});
  }

  async close(): Promise<void> {
    await this.parts.close();
  }
}

export interface ReadStoreOptions {
  readonly directory: string;
  readonly databaseUrl?: string;
  readonly log: LogIdentity;
  /** Is told why a store is built again. */
  readonly onDiscard?: (error: unknown) => void;
  readonly limits?: Partial<StatementLimits>;
  /** Is told when the database can't be used, and when it can again. */
  readonly observer?: StoreObserver;
}

/**
 * Opens PGlite in `directory`/read-store, or PostgreSQL at `databaseUrl`.
 *
 * A store that was built from another log, or from this one before it was restored, is discarded where it is ours alone (PGlite), and refused on PostgreSQL:
 * an Error of one line. A server that can't be reached is the Refusal `read-store.unavailable`.
 */
export async function openReadStore({
  directory: parent,
  databaseUrl,
  log,
  onDiscard,
  limits,
  observer = noObserver,
}: ReadStoreOptions): Promise<ReadStore> {
  const given = { ...defaultLimits, ...limits };
  if (databaseUrl) return openPostgres(databaseUrl, log, new ServerWatch(observer), given);
  const directory = new EmbeddedDirectory(parent);
  const open = () => openEmbedded(directory, log, new ServerWatch(observer), given);
  // Files that can't be opened (torn, or of another PostgreSQL) are like those of another log: built again.
  return open().catch(async (error: unknown) => {
    if ((error as Error).cause instanceof NoAnswer) throw error;
    onDiscard?.(error);
    await directory.discard();
    return open();
  });
}

/** An empty store in a temporary directory, to replay the log into; closing it removes it. */
export async function openTemporaryReadStore(): Promise<ReadStore> {
  const directory = await mkdtemp(join(tmpdir(), 'rollbook-scratch-'));
  const store = embeddedStore(new ServerWatch(noObserver), defaultLimits, join(directory, 'pglite'), () =>
    rm(directory, { recursive: true, force: true }),
  );
  await prepare(store.batchDb);
  return store;
}

/** PGlite on a directory; `closed` runs once its thread has ended in good order. */
function embeddedStore(
  watch: ServerWatch,
  limits: StatementLimits,
  directory: string,
  closed: () => Promise<void>,
): ReadStore {
  const pool = pglitePool(watch, limits, directory);
  return new ReadStore({
    kind: 'pglite',
    db: new Kysely({ dialect: pool.dialect(limits.queryMs) }),
    batches: new Kysely({ dialect: pool.dialect(limits.batchMs) }),
    close: async () => {
      await pool.end();
      if (pool.endedCleanly) await closed();
    },
  });
}

async function openEmbedded(
  directory: EmbeddedDirectory,
  log: LogIdentity,
  watch: ServerWatch,
  limits: StatementLimits,
): Promise<ReadStore> {
  await directory.prepare();
  const store = embeddedStore(watch, limits, directory.database, () => directory.closedCleanly());
  const { batchDb: db } = store;
  try {
    await prepare(db);
    if ((await builtFrom(db, log)) !== 'this log') {
      await db.schema.dropSchema(schema).cascade().execute();
      await prepare(db);
      await builtFrom(db, log);
    }
  } catch (error) {
    await store.batchDb.destroy();
    throw error;
  }
  return store;
}

async function openPostgres(
  url: string,
  log: LogIdentity,
  watch: ServerWatch,
  limits: StatementLimits,
): Promise<ReadStore> {
  const { queries, batches } = postgresqlPools(url, watch, limits);
  const store = new ReadStore({
    kind: 'postgresql',
    db: new Kysely({ dialect: queries.dialect(limits.queryMs) }),
    batches: new Kysely({ dialect: batches.dialect(limits.batchMs, limits.queryMs) }),
    close: async () => void (await Promise.all([queries.end(), batches.end()])),
  });
  try {
    await prepare(store.batchDb);
    const origin = await builtFrom(store.batchDb, log);
    if (origin === 'this log') return store;
    throw new Error(
      `Schema ${schema} was built from ${origin}: use another database, or drop the schema (it is built again).`,
    );
  } catch (error) {
    await store.close();
    throw error;
  }
}

/** What the store was built from; an empty store is built from this log from now on. */
async function builtFrom(
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
