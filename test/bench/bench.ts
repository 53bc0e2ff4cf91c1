import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { measureCommands } from './commands.js';
import { measureLogins } from './logins.js';
import { measurePages } from './pages.js';
import { startPeer, type Peer } from './peer.js';
import { profile } from './profile.js';
import { measureProtection } from './protection.js';
import { measureReads, measureVisibility } from './reads.js';
import { machine, print, save, type Report } from './report.js';
import { Rollbook } from './rollbook.js';
import { seed, templates } from './seed.js';
import { measureStarts } from './starts.js';

const help = `Measures Rollbook beside bare handlers that make the same store calls, turn by turn, so that ratios mean
something on a busy machine. Writes bench-results/<time>.json. Judges nothing.

npm run bench -- [options]
  --quick       everything, smaller: in some minutes
  --users N     how many users there are (default 100000, quick 2000)
  --rounds N    how often each candidate is measured (default 7, quick 2)
  --profile     also where the time of the server's main thread goes
  --help

The store is an embedded node in a process of its own; set EVENTSTORE_URL for another, DATABASE_URL for an empty PostgreSQL.`;

interface Scale {
  readonly users: number;
  readonly rounds: number;
  readonly commands: Readonly<Record<number, number>>;
  readonly requests: number;
  readonly rest: number;
  /** How many events are protected and checked in each round. */
  readonly protectedEvents: number;
}

/** The number of events of the user whose history is replayed. */
const history = 1_000;

const { values } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    users: { type: 'string' },
    rounds: { type: 'string' },
    profile: { type: 'boolean', default: false },
    help: { type: 'boolean', short: 'h', default: false },
  },
});
const usual: Scale = values.quick
  ? {
      users: 2_000,
      rounds: 2,
      commands: { 1: 40, 16: 160, 64: 320 },
      requests: 40,
      rest: 1_000,
      protectedEvents: 5_000,
    }
  : {
      users: 100_000,
      rounds: 7,
      commands: { 1: 300, 16: 1_000, 64: 2_000 },
      requests: 300,
      rest: 10_000,
      protectedEvents: 20_000,
    };
const scale: Scale = {
  ...usual,
  ...(values.users && { users: Number(values.users) }),
  ...(values.rounds && { rounds: Number(values.rounds) }),
};

if (values.help) {
  console.log(help);
} else {
  const report = await bench(scale, values.profile);
  print(report);
  console.log(`\nWritten to ${save(report)}`);
}

async function bench(options: Scale, isProfiled: boolean): Promise<Report> {
  const at = new Date().toISOString();
  const directory = mkdtempSync(join(tmpdir(), 'rollbook-bench-store-'));
  const ends: (() => unknown)[] = [() => rmSync(directory, { recursive: true, force: true })];
  try {
    const store = startPeer('store');
    const load = startPeer('load');
    const storeUrl = process.env['EVENTSTORE_URL'] || (await store.ask<string>('start', join(directory, 'events')));
    const namespace = `bench_${randomUUID().slice(0, 8)}`;
    const rollbook = new Rollbook({ EVENTSTORE_URL: storeUrl, EVENTSTORE_NAMESPACE: namespace });
    ends.push(
      () => store.end(),
      () => load.end(),
      () => rollbook.remove(),
    );
    return {
      at,
      options,
      ...(await measure({ options, isProfiled, storeUrl, namespace, rollbook, load })),
      machine: machine(),
    };
  } finally {
    for (const end of ends.toReversed()) await end();
  }
}

interface Bench {
  readonly options: Scale;
  readonly isProfiled: boolean;
  readonly storeUrl: string;
  readonly namespace: string;
  readonly rollbook: Rollbook;
  readonly load: Peer;
}

async function measure({
  options,
  isProfiled,
  storeUrl,
  namespace,
  rollbook,
  load,
}: Bench): Promise<Omit<Report, 'at' | 'options' | 'machine'>> {
  const { users, rounds, commands, requests, rest, protectedEvents } = options;
  progress('authenticating and sealing');
  const protection = await measureProtection(protectedEvents);
  progress('starting on the defaults, twice');
  const starts = await measureStarts(rest);
  progress('logging in');
  const logins = await measureLogins(load, rounds, Math.ceil(requests / 2));
  await rollbook.start();
  await rollbook.openAccount();
  await rollbook.stop();
  progress('seeding users');
  const { userIds, veteran } = await seed(rollbook.plot, users, history, (done) =>
    progress(`seeding users: ${done} of ${users}`),
  );
  const examples = await templates(rollbook.plot, storeUrl);
  progress('catching up');
  await rollbook.start();
  const began = performance.now();
  await rollbook.caughtUp();
  const catchUp = { events: users * 1.07 + history, seconds: (performance.now() - began) / 1_000 };
  progress('sending mails');
  await rollbook.settled();
  progress('in a browser');
  const pages = await measurePages(rollbook, Math.ceil(requests / 5));
  progress('reading');
  const reads = await measureReads({ rollbook, load, requests }, veteran, history);
  const commandRows = await measureCommands({
    storeUrl,
    namespace,
    rollbook,
    load,
    templates: examples,
    userIds,
    rounds,
    commands,
    progress,
  });
  progress('from command to list');
  const visibility = await measureVisibility(
    { rollbook, load, requests: Math.min(userIds.length, requests * 10) },
    userIds.toReversed(),
    64,
  );
  const memoryUnderLoad = (await rollbook.usage()).memory;
  if (isProfiled) progress('profiling');
  const where = isProfiled
    ? await profile({ rollbook, load }, userIds, Math.min(userIds.length - 200, commands[64]! * 4))
    : undefined;
  progress('');
  return {
    commands: commandRows,
    visibility,
    reads,
    pages,
    catchUp,
    memoryUnderLoad,
    logins,
    starts,
    protection,
    ...(where && { profile: where }),
  };
}

/** Prints the progress on stderr; on a terminal in one line. */
function progress(what: string): void {
  if (process.stderr.isTTY) process.stderr.write(`\r${what}\x1b[K`);
  else if (what && !/[1-9]000 of/.test(what))
    process.stderr.write(`${(performance.now() / 1_000).toFixed(0).padStart(4)} s  ${what}\n`);
}
