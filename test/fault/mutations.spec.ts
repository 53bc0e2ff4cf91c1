import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import * as fc from 'fast-check';
import { AppendQueue } from '../../libs/embedded-eventstore/src/append-queue.js';
import { Log } from '../../libs/embedded-eventstore/src/log.js';
import { startServer, type RunningServer } from '../../libs/embedded-eventstore/src/server.js';
import { newPath } from '../support/backup.js';
import { askEverything, type Answers } from './mutations.answers.js';
import { effectsOf, effectsOfTable, explain, type Effect } from './mutations.effects.js';
import { copyVault, recordInstallation, type RecordedInstallation } from './mutations.installation.js';
import { logChanges, readLogRows, writeLogRows, type Choices, type LogChange, type LogRow } from './mutations.log.js';
import { changeVault, vaultChangeNames, vaultTables, type VaultTable } from './mutations.vault.js';

// Changes the log's file or the vault of a stopped installation at random, and asks everything again: each answer is as
// before, is refused, or differs as docs/attacks.md says.
const runs = Number(process.env['MUTATIONS'] ?? 100);
const seed = Number(process.env['SEED'] ?? Math.floor(Math.random() * 2 ** 31));

type Mutation =
  | { readonly change: LogChange; readonly choices: Choices }
  | { readonly change: string; readonly table: VaultTable; readonly choices: Choices };

let recorded: RecordedInstallation;
let rows: LogRow[];
let streams: string[];
let before: Answers;
let server: RunningServer;
/** The log that the server reads. */
let log: Log;

beforeAll(async () => {
  recorded = await recordInstallation();
  rows = readLogRows(join(recorded.directory, 'events'));
  streams = [
    ...new Set(rows.map(({ stream }) => stream.replace('rollbook.', ''))),
    ...['user', 'accessToken', 'email'].map((category) => `${category}-00000000-0000-4000-8000-000000000000`),
  ];
  const current = new Proxy({} as Log, {
    get(_, name) {
      const value: unknown = Reflect.get(log, name, log);
      return typeof value === 'function' ? value.bind(log) : value;
    },
  });
  const readOnly = () => Promise.reject(new Error('nothing is appended'));
  const fail = (error: Error) => {
    throw error;
  };
  const queue = new AppendQueue(current, readOnly);
  server = await startServer({ log: current, queue, onFatalError: fail }, 0, undefined);
  before = (await mutate([], () => true)).answers;
  expect(before.logEndsEarly).toBe(false);
  expect(before.startRefused).toBeUndefined();
  expect(before.log.length).toBeGreaterThan(30);
}, 60_000);
afterAll(() => server.stop());

/** Changes copies of vault and log, and asks everything. */
async function mutate(mutations: readonly Mutation[], verifiesAfter: (answers: Answers) => boolean) {
  const directory = newPath();
  copyVault(recorded, directory);
  const allowed = new Set<Effect>();
  let isWitnessed = true;
  let changed: readonly LogRow[] = rows;
  for (const mutation of mutations) {
    const { change, choices } = mutation;
    if ('table' in mutation) {
      changeVault(directory, change, mutation.table, choices);
      effectsOfTable[mutation.table].forEach((effect) => allowed.add(effect));
    } else {
      const [first, second] = [choices[0], choices[1]].map((choice) => changed[choice % changed.length]!.position);
      if (Math.max(first!, second!) > recorded.witnessed || mutation.change === 'cut off the end') isWitnessed = false;
      effectsOf(mutation.change, isWitnessed).forEach((effect) => allowed.add(effect));
      changed = logChanges[mutation.change](changed, choices);
    }
  }
  log = new Log(writeLogRows(changed));
  try {
    const url = `esdb://127.0.0.1:${server.port}?tls=false`;
    const answers = await askEverything(url, directory, { recorded, streams, verifiesAfter });
    return { answers, allowed, isWitnessed };
  } finally {
    log.close();
    rmSync(directory, { recursive: true });
  }
}

const choices = fc.tuple(fc.nat(), fc.nat(), fc.nat(), fc.nat());
const mutation: fc.Arbitrary<Mutation> = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.record({ change: fc.constantFrom(...(Object.keys(logChanges) as LogChange[])), choices }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      change: fc.constantFrom(...vaultChangeNames),
      table: fc.constantFrom(...vaultTables),
      choices,
    }),
  },
);

/** The effects on the log that `log:verify` finds. */
const foundByVerify: readonly Effect[] = ['tampered', 'earlier state', 'log lacks events', 'other order'];

it(
  `${runs} random changes have only the effects that docs/attacks.md names`,
  async () => {
    const { findings: findingsBefore, ...answersBefore } = before;
    const counts: Record<string, number> = {};
    const count = (name: string) => (counts[name] = (counts[name] ?? 0) + 1);
    await fc.assert(
      fc.asyncProperty(fc.array(mutation, { minLength: 1, maxLength: 3 }), async (mutations) => {
        const { answers, allowed, isWitnessed } = await mutate(
          mutations,
          (given) => !isDeepStrictEqual(given, answersBefore),
        );
        if (answers.startRefused !== undefined) {
          count('start refused');
          return;
        }
        const effects = explain(before, answers);
        if (effects.size === 0) count('no effect');
        effects.forEach(count);
        expect([...effects].filter((effect) => !allowed.has(effect))).toEqual([]);
        if (isWitnessed && foundByVerify.some((effect) => effects.has(effect)))
          expect(answers.findings).not.toEqual(findingsBefore);
      }),
      { numRuns: runs, seed },
    );
    console.info(`Effects of ${runs} random changes, SEED=${seed}:`, counts);
    // Otherwise the changes would prove little.
    expect(counts['no effect']).toBeLessThan(runs / 2);
    expect(counts['start refused']).toBeLessThan(runs / 2);
  },
  60_000 + runs * 2_000,
);
