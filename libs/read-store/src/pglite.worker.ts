// oxlint-disable unicorn/require-post-message-target-origin -- threads have no origin
import { PGlite } from '@electric-sql/pglite';
import { btree_gin } from '@electric-sql/pglite/contrib/btree_gin';
import { pg_trgm } from '@electric-sql/pglite/contrib/pg_trgm';
import { unaccent } from '@electric-sql/pglite/contrib/unaccent';
import { dataDir } from '@electric-sql/pglite-prepopulatedfs';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { parentPort, workerData } from 'node:worker_threads';

/** Starts the thread: a directory, or none for a database in memory; and where `parsers` are to be imported from. */
export interface Start {
  readonly directory?: string;
  readonly parsers: string;
}

export type Request = { readonly id: number; readonly sql: string; readonly parameters: readonly unknown[] } | 'close';

export type Reply =
  | { readonly id: number; readonly command: string; readonly rowCount: number; readonly rows: unknown[] }
  | { readonly id: number; readonly error: { readonly message: string } & Readonly<Record<string, unknown>> };

// Tests run this file as the TypeScript that it is: relative imports are not resolved then, nor syntax compiled.
const start = workerData as Start;
const { parsers } = (await import(start.parsers)) as typeof import('./parsers.js');
const settings = ['search_path=rollbook,public', 'timezone=UTC', 'shared_buffers=16MB', 'max_wal_size=64MB', 'min_wal_size=32MB'];
// V8's optimizing compiler, let loose on PGlite's 10 MB, takes some 400 MB and seconds of CPU for a fifth more speed.
// Of the flags that the first implies, a running process must be told by itself.
for (const flag of ['--liftoff-only', '--no-wasm-tier-up', '--no-wasm-dynamic-tiering']) setFlagsFromString(flag);
// A fresh database starts from a prepared directory: making one takes 12 s of CPU.
const fresh = !start.directory || !existsSync(join(start.directory, 'PG_VERSION'));
const database = await PGlite.create({
  ...(start.directory && { dataDir: start.directory }),
  ...(fresh && { loadDataDir: await dataDir() }),
  parsers: { ...parsers },
  extensions: { btree_gin, pg_trgm, unaccent },
  startParams: [...PGlite.defaultStartParams, ...settings.flatMap((setting) => ['-c', setting])],
});

async function answer(request: Exclude<Request, 'close'>): Promise<Reply> {
  try {
    const { rows, affectedRows, ...result } = await database.query(request.sql, [...request.parameters]);
    const { command } = result as { command?: string };
    return { id: request.id, rows, rowCount: affectedRows ?? 0, command: command ?? '' };
  } catch (error) {
    const { message, code, severity, constraint, table, column } = error as Error & Record<string, unknown>;
    return { id: request.id, error: { message, code, severity, constraint, table, column } };
  }
}

const port = parentPort!;
port.on('message', (request: Request) => {
  if (request === 'close') void database.close().then(() => port.close());
  else void answer(request).then((reply) => port.postMessage(reply));
});
