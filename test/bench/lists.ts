import 'reflect-metadata';
import { parseArgs } from 'node:util';
import { openReadStore, openTemporaryReadStore, type ReadStore } from '#libs/read-store';
import { createDatabase } from '../support/database.js';
import { measureExport, type ExportRow } from './lists.export.js';
import { fill, type Size } from './lists.fill.js';
import { measureList, measuredAudit, measuredUsers, type ListRow } from './lists.measure.js';
import { machine, save, table } from './report.js';

const help = `Measures the user list, the export and the audit at size: every filter alone, with every sort, and in pairs, beside the
plain first page. Fills the tables by SQL, on PGlite and on the PostgreSQL of DATABASE_URL where that is set. Writes
bench-results/<time>.json. Judges nothing.

npm run bench:lists -- [options]
  --users N      how many users the account has (default 200000); another one has a fifth as many
  --audit N      how many rows the audit has (default 2000000)
  --requests N   how often each list is read (default 20)
  --engine NAME  only PGlite or PostgreSQL
  --slow N       print the plans of lists that take more than N times as long as the first page (default 5)
  --help`;

const { values } = parseArgs({
  options: {
    users: { type: 'string', default: '200000' },
    audit: { type: 'string', default: '2000000' },
    requests: { type: 'string', default: '20' },
    engine: { type: 'string' },
    slow: { type: 'string', default: '5' },
    help: { type: 'boolean', default: false },
  },
});

interface Measured {
  readonly engine: string;
  readonly lists: readonly ListRow[];
  readonly exported: ExportRow;
}

if (values.help) console.log(help);
else await bench({ users: Number(values.users), audit: Number(values.audit) });

async function bench(size: Size): Promise<void> {
  const at = new Date().toISOString();
  const server = process.env['DATABASE_URL'];
  const engines: Record<string, () => Promise<Measured>> = {
    PGlite: async () => measure('PGlite', await openTemporaryReadStore(), size),
    ...(server && { PostgreSQL: () => measureOnPostgresql(server, size) }),
  };
  const results: Measured[] = [];
  for (const [engine, run] of Object.entries(engines)) {
    if (values.engine && values.engine !== engine) continue;
    const result = await run();
    print(result);
    results.push(result);
  }
  console.log(`\nWritten to ${save(Object.assign({ at, options: values, machine: machine(), results }))}`);
}

async function measureOnPostgresql(server: string, size: Size): Promise<Measured> {
  const database = await createDatabase(server);
  try {
    const log = { installation: 'bench', namespace: 'bench', restored: '' };
    return await measure('PostgreSQL', await openReadStore({ directory: '', databaseUrl: database.url, log }), size);
  } finally {
    await database.drop();
  }
}

async function measure(engine: string, store: ReadStore, size: Size): Promise<Measured> {
  const progress = (text: string) => process.stderr.write(`\r\u001B[K${engine}: ${text}`);
  try {
    await fill(store, size, progress);
    const options = { requests: Number(values.requests), slow: Number(values.slow), progress };
    const lists: ListRow[] = [];
    for (const list of [
      await measuredUsers(store.buildDb),
      measuredAudit('administrator', size.audit * 1000),
      measuredAudit('operator', size.audit * 1000),
    ])
      lists.push(...(await measureList(store, list, options)));
    const exported = await measureExport(store);
    progress('');
    return { engine, lists, exported };
  } finally {
    await store.close();
  }
}

function print({ engine, lists, exported }: Measured): void {
  table(
    `${engine}: lists; times in ms, and as ratios to the first page of the same list`,
    ['list', '', 'found', 'p50', 'ratio', 'p99', 'ratio'],
    lists.map(({ list, what, found, p50, p99, baseP50, baseP99 }) => [
      list,
      what,
      found,
      p50,
      p50 / baseP50,
      p99,
      p99 / baseP99,
    ]),
  );
  for (const { list, what, plans } of lists) if (plans) console.log(`\n${engine}, ${list}: ${what}\n${plans}`);
  table(
    `${engine}: export of all users of the account`,
    ['', 'rows/s', 'of COPY', 'memory +MB', 'another list p95', 'without an export'],
    [['', exported.rowsPerSecond, exported.ofCopy, exported.memoryGrowth, exported.listP95, exported.quietP95]],
  );
}
