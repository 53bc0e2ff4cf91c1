import { noObserver, type StoreObserver } from '#libs/kernel';
import { GRACE_MS, ResponseTimeout, ServerMonitor, type DatabaseStore, type MonitoredPool } from '#libs/postgresql';
import { Kysely, sql } from 'kysely';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { EmbeddedDirectory } from './embedded-directory.js';
import { BUILD_STATEMENT_MS, defaultLimits, type StatementLimits } from './limits.js';
import { moveTablesOfOldLayout } from './old-layout.js';
import { createPglitePool } from './pglite.js';
import { createPostgresqlPools } from './postgresql.js';
import type { Projection } from './projection.js';
import { QueryGate } from './query-gate.js';
import { dropOwnSchemas, prepareSchema, schema, type AnyTables } from './schema.js';
import { searchPathOf } from './version-schema.js';

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
  readonly pools: { readonly queries: MonitoredPool; readonly batches: MonitoredPool };
  readonly limits: StatementLimits;
  /** The address of the PostgreSQL server. */
  readonly url?: string;
  readonly close: () => Promise<void>;
}

/** The database of the read models. It is built from the log alone: it may be dropped and built again at any time. */
export class ReadStore {
  readonly kind: 'pglite' | 'postgresql';
  /** For requests: statements have a short time limit, and are refused while {@link gate} is closed. */
  readonly db: Kysely<AnyTables>;
  /** For projections and tools: statements have a long time limit. */
  readonly batchDb: Kysely<AnyTables>;
  /** For statements that read or sort a whole table: no time limit here; on PostgreSQL the transaction must raise its own. */
  readonly buildDb: Kysely<AnyTables>;
  /** Refuses queries of requests while the tables of this build are not complete. */
  readonly gate = new QueryGate();
  /** The address of the PostgreSQL server; undefined on PGlite. */
  readonly url: string | undefined;
  private readonly pingDb: Kysely<AnyTables>;
  /** How many calls of {@link runLong} are under way. */
  private longWork = 0;

  constructor(private readonly parts: ReadStoreParts) {
    const { kind, url, pools, limits } = parts;
    const { queries, batches } = pools;
    const { queryMs, batchMs } = limits;
    const isShared = queries === batches;
    const connectMs = isShared ? batchMs : queryMs;
    // A build keeps the only connection of PGlite, so other statements cannot show that its thread does not hang.
    const silence = isShared ? {} : { silenceMs: batchMs + GRACE_MS };
    this.kind = kind;
    this.url = url;
    this.db = new Kysely({ dialect: queries.dialect({ limitMs: queryMs, refuse: () => this.gate.check() }) });
    this.pingDb = new Kysely({ dialect: queries.dialect({ limitMs: queryMs }) });
    this.batchDb = new Kysely({ dialect: batches.dialect({ limitMs: batchMs, connectMs }) });
    this.buildDb = new Kysely({ dialect: batches.dialect({ limitMs: BUILD_STATEMENT_MS, connectMs, ...silence }) });
  }

  /** Runs work with statements that may take long, which on PGlite keep all others waiting. */
  async runLong<T>(work: () => Promise<T>): Promise<T> {
    this.longWork++;
    try {
      return await work();
    } finally {
      this.longWork--;
    }
  }

  /** Runs an empty query, so that the observer learns whether the database responds; not while PGlite is known to be busy. */
  async ping(): Promise<void> {
    if (this.kind === 'pglite' && this.longWork > 0) return;
    await sql`select 1`.execute(this.pingDb).catch(() => {});
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
  /** The read models of this build: statements find the tables of these versions. */
  readonly projections?: readonly Projection[];
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
export async function openReadStore(options: ReadStoreOptions): Promise<ReadStore> {
  const { directory: parent, databaseUrl, log, onDiscard, observer = noObserver, projections = [] } = options;
  const limits = { ...defaultLimits, ...options.limits };
  if (databaseUrl) return openPostgresql(databaseUrl, { log, projections, limits, observer });
  const directory = new EmbeddedDirectory(parent);
  const open = () => openEmbedded(directory, { log, projections, limits, observer });
  // Files that can't be opened (torn, or of another version of PostgreSQL) are built again, too.
  return open().catch(async (error: unknown) => {
    if ((error as Error).cause instanceof ResponseTimeout) throw error;
    onDiscard?.(error);
    await directory.discard();
    return open();
  });
}

/** Opens an empty store in a temporary directory, to replay the log into. Closing it deletes the directory. */
export async function openTemporaryReadStore(projections: readonly Projection[] = []): Promise<ReadStore> {
  const directory = await mkdtemp(join(tmpdir(), 'rollbook-scratch-'));
  const options = { projections, limits: defaultLimits, observer: noObserver };
  const store = createEmbeddedStore(join(directory, 'pglite'), options, () =>
    rm(directory, { recursive: true, force: true }),
  );
  await prepareSchema(store.batchDb, async () => {});
  return store;
}

interface OpenOptions {
  readonly log: LogIdentity;
  readonly projections: readonly Projection[];
  readonly limits: StatementLimits;
  readonly observer: StoreObserver;
}

/** Creates a store on PGlite. `onClosed` runs after its thread has ended cleanly. */
function createEmbeddedStore(
  directory: string,
  { projections, limits, observer }: Omit<OpenOptions, 'log'>,
  onClosed: () => Promise<void>,
): ReadStore {
  const pool = createPglitePool(new ServerMonitor(observer, readStore), limits, directory, searchPathOf(projections));
  return new ReadStore({
    kind: 'pglite',
    pools: { queries: pool, batches: pool },
    limits,
    close: async () => {
      await pool.end();
      if (pool.endedCleanly) await onClosed();
    },
  });
}

async function openEmbedded(directory: EmbeddedDirectory, options: OpenOptions): Promise<ReadStore> {
  await directory.prepare();
  const store = createEmbeddedStore(directory.database, options, () => directory.syncAndUnmark());
  const { batchDb: db } = store;
  const prepare = () => prepareSchema(db, (tx) => moveTablesOfOldLayout(tx, options.projections));
  try {
    await prepare();
    if ((await findOrigin(db, options.log)) !== 'this log') {
      await dropOwnSchemas(db);
      await prepare();
      await findOrigin(db, options.log);
    }
  } catch (error) {
    await db.destroy();
    throw error;
  }
  return store;
}

async function openPostgresql(url: string, { log, projections, limits, observer }: OpenOptions): Promise<ReadStore> {
  const pools = createPostgresqlPools(url, new ServerMonitor(observer, readStore), limits, searchPathOf(projections));
  const store = new ReadStore({
    kind: 'postgresql',
    url,
    pools,
    limits,
    close: async () => void (await Promise.all([pools.queries.end(), pools.batches.end()])),
  });
  try {
    await prepareSchema(store.batchDb, (tx) => moveTablesOfOldLayout(tx, projections));
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
