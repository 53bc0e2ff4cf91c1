import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { createDatabase } from '../support/database.js';
import type { CatchUp, Target } from './catch-up.process.js';
import { startPeer } from './peer.js';
import { machine, save, table } from './report.js';

const help = `Measures how fast all read models are built from a log, on PGlite, and on the PostgreSQL of DATABASE_URL where that is
set. Writes bench-results/<time>.json. Judges nothing.

npm run bench:catch-up -- [options]
  --events N    how many events the log has (default 100000)
  --rounds N    how often each engine is measured (default 1)
  --data DIR    where the log is kept, for the next call as well; default: a directory that is removed
  --help`;

const { values } = parseArgs({
  options: {
    events: { type: 'string', default: '100000' },
    rounds: { type: 'string', default: '1' },
    data: { type: 'string' },
    help: { type: 'boolean', default: false },
  },
});

interface Row extends CatchUp {
  readonly engine: string;
}

if (values.help) console.log(help);
else await bench(Number(values.events), Number(values.rounds), values.data);

async function bench(events: number, rounds: number, kept: string | undefined): Promise<void> {
  const at = new Date().toISOString();
  const dataDir = kept ?? mkdtempSync(join(tmpdir(), 'rollbook-catch-up-'));
  try {
    if (!existsSync(join(dataDir, 'events'))) await inPeer((ask) => ask('seed', { dataDir, events }));
    const server = process.env['DATABASE_URL'];
    const rows: Row[] = [];
    for (let round = 0; round < rounds; round++) {
      rows.push({ engine: 'PGlite', ...(await measure({ dataDir, databaseUrl: '' })) });
      if (server) rows.push({ engine: 'PostgreSQL', ...(await measureOn(server, dataDir)) });
    }
    print(events, rows);
    console.log(`\nWritten to ${save(Object.assign({ at, events, rows, machine: machine() }))}`);
  } finally {
    if (!kept) rmSync(dataDir, { recursive: true, force: true });
  }
}

async function measureOn(server: string, dataDir: string): Promise<CatchUp> {
  const database = await createDatabase(server);
  try {
    return await measure({ dataDir, databaseUrl: database.url });
  } finally {
    await database.drop();
  }
}

function measure(target: Target): Promise<CatchUp> {
  rmSync(join(target.dataDir, 'read-store'), { recursive: true, force: true });
  return inPeer((ask) => ask<CatchUp>('catchUp', target));
}

/** Runs work with a process of its own, so that memory is measured from the same start each time. */
async function inPeer<T>(work: (ask: <A>(question: string, about: unknown) => Promise<A>) => Promise<T>): Promise<T> {
  const peer = startPeer('catch-up', { NODE_OPTIONS: '--max-semi-space-size=8 --max-old-space-size=1024' });
  try {
    return await work((question, about) => peer.ask(question, about));
  } finally {
    await peer.end();
  }
}

function print(events: number, rows: readonly Row[]): void {
  table(
    `Read models from ${events} events`,
    ['', 'events/s', 'seconds', 'CPU main', 'CPU others', 'memory +MB'],
    rows.map(({ engine, seconds, mainCpu, otherCpu, memoryGrowth }) => [
      engine,
      events / seconds,
      seconds,
      mainCpu,
      otherCpu,
      memoryGrowth,
    ]),
  );
}
