import { parseArgs } from 'node:util';
import { measureAppends, measureReads, type Candidate } from './eventstore.measures.js';
import { close, open, reopen } from './eventstore.candidates.js';
import { printEventStores } from './eventstore.report.js';
import { machine, save } from './report.js';

const help = `Measures the embedded event store: with TLS and without, beside a bare loop of SQLite inserts in groups of the same
size, and beside the EventStoreDB of EVENTSTORE_URL where that is set, turn by turn, so that ratios mean something on a
busy machine. Writes bench-results/<time>.json. Judges nothing.

npm run bench:eventstore -- [options]
  --events N    how many events there are when reads are measured (default 1000000)
  --appends N   how many appends each candidate answers in a turn, per 64 appenders (default 10000)
  --rounds N    how often each candidate is measured (default 3)
  --quick       20000 events, 1000 appends, one round: half a minute
  --help`;

const { values } = parseArgs({
  options: {
    events: { type: 'string' },
    appends: { type: 'string' },
    rounds: { type: 'string' },
    quick: { type: 'boolean', default: false },
    help: { type: 'boolean', short: 'h', default: false },
  },
});
const usual = values.quick
  ? { events: 20_000, appends: 1_000, rounds: 1 }
  : { events: 1_000_000, appends: 10_000, rounds: 3 };
const scale = {
  events: Number(values.events ?? usual.events),
  appends: Number(values.appends ?? usual.appends),
  rounds: Number(values.rounds ?? usual.rounds),
};

if (values.help) console.log(help);
else await bench();

async function bench(): Promise<void> {
  const at = new Date().toISOString();
  const candidates: Candidate[] = await open(process.env['EVENTSTORE_URL']);
  try {
    const appends = await measureAppends(candidates, scale);
    const reads = await measureReads(candidates, scale);
    const reopened = await reopen(candidates);
    const report = { at, options: scale, appends, reads, reopened, machine: machine() };
    printEventStores(report);
    console.log(`\nWritten to ${save(report)}`);
  } finally {
    await close(candidates);
  }
}
