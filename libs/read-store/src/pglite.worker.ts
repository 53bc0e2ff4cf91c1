// oxlint-disable unicorn/require-post-message-target-origin -- threads have no origin
import { PGlite } from '@electric-sql/pglite';
import { btree_gin } from '@electric-sql/pglite/contrib/btree_gin';
import { pg_trgm } from '@electric-sql/pglite/contrib/pg_trgm';
import { unaccent } from '@electric-sql/pglite/contrib/unaccent';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { parentPort, workerData } from 'node:worker_threads';
import { unpackEmptyDatabase } from './unpack-database.js';

/** What the thread is started with. It answers PostgreSQL's frontend messages until the message `close`. */
export interface PGliteWorkerData {
  readonly directory: string;
  readonly searchPath: string;
}

const { directory, searchPath } = workerData as PGliteWorkerData;
const settings = [
  `search_path=${searchPath}`,
  'timezone=UTC',
  'shared_buffers=16MB',
  'max_wal_size=64MB',
  'min_wal_size=32MB',
];
// V8's optimizing compiler would take some 400 MB and seconds of CPU for PGlite's 10 MB, to make it a fifth faster.
// In a running process, the flags that the first one implies must be set one by one.
for (const flag of ['--liftoff-only', '--no-wasm-tier-up', '--no-wasm-dynamic-tiering']) setFlagsFromString(flag);
// Creating a database takes 12 s of CPU, so a new one is unpacked from an archive.
if (!existsSync(join(directory, 'PG_VERSION'))) await unpackEmptyDatabase(directory);
const database = await PGlite.create({
  dataDir: directory,
  extensions: { btree_gin, pg_trgm, unaccent },
  startParams: [...PGlite.defaultStartParams, ...settings.flatMap((setting) => ['-c', setting])],
});

const port = parentPort!;
/** Runs messages one after the other, so that a checkpoint never runs during a query. */
let queue: Promise<void> = Promise.resolve();
port.on('message', (message: Uint8Array | 'close') => {
  queue = queue.then(() => (message === 'close' ? database.close().then(() => port.close()) : execute(message)));
});

/** Bytes of queries since the last checkpoint, and after how many the next one is due. They make five times as much WAL. */
let bytesSinceCheckpoint = 0;
const CHECKPOINT_BYTES = 8 << 20;

async function execute(query: Uint8Array): Promise<void> {
  const messages = await database.execProtocolRaw(query);
  const isIdle = messages.at(-1) === IDLE_STATUS;
  send(messages);
  bytesSinceCheckpoint += query.length;
  if (bytesSinceCheckpoint < CHECKPOINT_BYTES || !isIdle) return;
  bytesSinceCheckpoint = 0;
  await checkpointAndVacuum();
}

/** PostgreSQL has background processes for this, PGlite has none: without it the WAL and the tables would grow without end. */
async function checkpointAndVacuum(): Promise<void> {
  await database.exec('checkpoint');
  const [tables] = await database.exec(
    `select format('%I.%I', schemaname, relname) as "table" from pg_stat_user_tables where n_dead_tup > 1000 + n_live_tup / 5`,
  );
  for (const { table } of tables!.rows as { table: string }[]) await database.exec(`vacuum (analyze) ${table}`);
}

/** The last byte of `ReadyForQuery`, and so of a response, outside a transaction. */
const IDLE_STATUS = 'I'.charCodeAt(0);

/** Sends a copy: a response is a view of a large buffer, all of which would be sent. */
function send(response: Uint8Array): void {
  const bytes = response.slice();
  port.postMessage(bytes, [bytes.buffer]);
}
