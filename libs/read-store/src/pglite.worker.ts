// oxlint-disable unicorn/require-post-message-target-origin -- threads have no origin
import { PGlite } from '@electric-sql/pglite';
import { btree_gin } from '@electric-sql/pglite/contrib/btree_gin';
import { pg_trgm } from '@electric-sql/pglite/contrib/pg_trgm';
import { unaccent } from '@electric-sql/pglite/contrib/unaccent';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { parentPort, workerData } from 'node:worker_threads';
import { unpackPreparedDirectory } from './prepared.js';

/** Starts the thread on a directory. It answers PostgreSQL's frontend messages, and ends at `close`. */
export interface Start {
  readonly directory: string;
}

const { directory } = workerData as Start;
const settings = [
  'search_path=rollbook,public',
  'timezone=UTC',
  'shared_buffers=16MB',
  'max_wal_size=64MB',
  'min_wal_size=32MB',
];
// V8's optimizing compiler, let loose on PGlite's 10 MB, takes some 400 MB and seconds of CPU for a fifth more speed.
// Of the flags that the first implies, a running process must be told by itself.
for (const flag of ['--liftoff-only', '--no-wasm-tier-up', '--no-wasm-dynamic-tiering']) setFlagsFromString(flag);
// A fresh database starts from a prepared directory: making one takes 12 s of CPU.
if (!existsSync(join(directory, 'PG_VERSION'))) await unpackPreparedDirectory(directory);
const database = await PGlite.create({
  dataDir: directory,
  extensions: { btree_gin, pg_trgm, unaccent },
  startParams: [...PGlite.defaultStartParams, ...settings.flatMap((setting) => ['-c', setting])],
});

const port = parentPort!;
/** One after the other: what is done between two queries must not come amid a third. */
let turn: Promise<void> = Promise.resolve();
port.on('message', (message: Uint8Array | 'close') => {
  turn = turn.then(() => (message === 'close' ? database.close().then(() => port.close()) : answer(message)));
});

/** Bytes of queries since the last checkpoint, and how many may be: they make some five times as much write-ahead log. */
let unsaved = 0;
const bound = 8 << 20;

async function answer(query: Uint8Array): Promise<void> {
  const messages = await database.execProtocolRaw(query);
  const isIdle = messages.at(-1) === readyOutsideTransaction;
  send(messages);
  unsaved += query.length;
  if (unsaved < bound || !isIdle) return;
  unsaved = 0;
  await keepHouse();
}

/** What PostgreSQL has processes for, and PGlite has none: without it the log and the tables grow for as long as the server runs. */
async function keepHouse(): Promise<void> {
  await database.exec('checkpoint');
  const [worn] = await database.exec(
    `select format('%I.%I', schemaname, relname) as "table" from pg_stat_user_tables where n_dead_tup > 1000 + n_live_tup / 5`,
  );
  for (const { table } of worn!.rows as { table: string }[]) await database.exec(`vacuum (analyze) ${table}`);
}

/** The last byte of `ReadyForQuery`, and so of an answer. */
const readyOutsideTransaction = 'I'.charCodeAt(0);

/** An answer is a view of a large buffer, all of which would be copied. */
function send(answer: Uint8Array): void {
  const bytes = answer.slice();
  port.postMessage(bytes, [bytes.buffer]);
}
