import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { EventStoreDBClient, ANY, jsonEvent } from '@eventstore/db-client';
import { proposeAcceptance } from '../../apps/server/src/accept-stream.js';
import { openStoppedLog, type Log } from '../../apps/server/src/open-stores.js';
import { startServer } from '../../apps/server/src/server.js';
import { Api } from '../support/api.js';
import { alterTime, attackedCopy, changeLog, eventsIn, rowsOf } from '../support/attacked-copy.js';
import { configFor, newPath, runWithLog } from '../support/backup.js';
import type { LogFile, StoredRow } from '../support/log-file.js';
import { runProgram } from '../support/server-process.js';
import { expectStatus, openTestAccount, startTestServer } from '../support/server.js';
import { startRefusal } from '../support/start-refusal.js';

const embedded = { EVENTSTORE_URL: '', DATABASE_URL: '' };

/** An installation whose log its witness has seen to the end. */
const home = newPath();
let account: string;
/** A user who was added, locked, unlocked and locked: revisions 0 to 3. */
let user: string;

beforeAll(async () => {
  const test = await startTestServer({ ...embedded, DATA_DIR: home });
  const opened = await openTestAccount(test);
  account = opened.path();
  user = await opened.addUser();
  for (const action of ['lock', 'unlock', 'lock'])
    expectStatus(200, await test.operator.post(`${account}/users/${user}/${action}`, { reason: 'odd' }));
  await opened.addUser();
  expectStatus(200, await test.operator.get('/accounts'));
  await test.server.close();
}, 60_000);

const stream = () => `user-${user}`;
const run = (dataDir: string, tool: string, ...args: string[]) =>
  runProgram(`dist/apps/server/src/${tool}.js`, { DATA_DIR: dataDir, LOG_LEVEL: 'fatal' }, ...args);
const accept = (dataDir: string, target: string, ...args: string[]) =>
  run(dataDir, 'log-accept', target, '--reason', 'Looked at it', ...args);

/** Alters the event of a revision of the user. */
const alter = (revision: number) => (log: LogFile, rows: StoredRow[]) =>
  alterTime(log, eventsIn(rows, stream())[revision]!);

/** Appends foreign events to a stream of a stopped installation, which no witness sees. */
async function flood(dataDir: string, name: string, count: number): Promise<void> {
  await runWithLog(configFor(dataDir, embedded), async ({ node }) => {
    const client = EventStoreDBClient.connectionString(node!.url);
    const events = Array.from({ length: count }, () => jsonEvent({ type: 'Forged', data: {} }));
    await client.appendToStream(`rollbook.${name}`, events, { expectedRevision: ANY });
    await client.dispose();
  });
}

/** Starts a server, locks and unlocks the user, and returns the user, their history and the health. */
async function useServer(dataDir: string) {
  const server = await startServer(configFor(dataDir, embedded));
  try {
    const operator = new Api(server.url, readFileSync(join(dataDir, 'operator-token'), 'utf8').trim());
    const path = `${account}/users/${user}`;
    const found = expectStatus(200, await operator.get(path)).body;
    for (const action of ['unlock', 'lock'])
      expectStatus(200, await operator.post(`${path}/${action}`, { reason: 'odd' }));
    const history = expectStatus(200, await operator.get(`${path}/history`)).body.items;
    const health = expectStatus(200, await operator.get('/health/ready')).body;
    return { found, history: history.map(({ revision }: { revision: number }) => revision), health };
  } finally {
    await server.close();
  }
}

const well = { status: 'ok', foreignData: expect.objectContaining({ status: 'ok' }) };

/** Expects that a start, log:verify and projections:verify find nothing. */
function expectWell(dataDir: string): void {
  expect(run(dataDir, 'verify')).toEqual({ status: 0, output: 'The read models equal a replay of the log.\n' });
  expect(run(dataDir, 'log-verify')).toEqual({
    status: 0,
    output: expect.stringMatching(/^Authentic events: .*tampered streams: 0; digest up to position \d+: agrees;/),
  });
}

it.each<[string, (log: LogFile, rows: StoredRow[]) => void, RegExp, number[]]>([
  ['altered in the middle', alter(1), /revision 1 was altered\.\n.*: 3 \(revisions 0, 2 to 3\)/, [0, 2, 3]],
  ['altered at the end', alter(3), /revision 3 was altered\.\n.*: 3 \(revisions 0 to 2\)/, [0, 1, 2]],
  [
    'removed',
    (log, rows) => log.moveToStream(eventsIn(rows, stream())[1]!, 'elsewhere'),
    /revision 1 is missing\.\n.*: 3 \(revisions 0, 2 to 3\)\.\nEvents that are missing: 1 \(revision 1\)/,
    [0, 2, 3],
  ],
])(
  'a stream with an event that was %s is accepted without it, and checked again from then on',
  async (_, change, shown, left) => {
    const dataDir = attackedCopy(home, change);
    const before = rowsOf(dataDir);
    const preview = accept(dataDir, `${stream()}@3`);
    expect(preview).toEqual({ status: 1, output: expect.stringMatching(shown) });
    expect(preview.output).toMatch(/^The state without them: status active, .*\n.*\nNothing was changed\./m);
    expect(rowsOf(dataDir)).toEqual(before);
    expect(accept(dataDir, `${stream()}@3`, '--yes')).toEqual({
      status: 0,
      output: expect.stringMatching(
        /@3 is accepted\. The next start builds the read models again\. Make a backup now\.$/m,
      ),
    });
    expect(accept(dataDir, `${stream()}@3`, '--yes')).toMatchObject({
      status: 0,
      output: `${stream()}@3 is already accepted: nothing was changed.\n`,
    });
    expectWell(dataDir);
    const { history, health } = await useServer(dataDir);
    expect(history).toEqual([...(left.at(-1) === 3 ? [5, 4] : [4]), ...left.toReversed()]);
    expect(health).toMatchObject(well);
    expectWell(dataDir);
    // An accepted event and a later one are checked as before.
    for (const revision of [0, 4]) {
      const again = attackedCopy(dataDir, (log, rows) =>
        alterTime(
          log,
          eventsIn(rows, stream()).find((row) => row.revision === revision)!,
        ),
      );
      expect(run(again, 'log-verify')).toEqual({
        status: 1,
        output: expect.stringContaining(`${stream()} is tampered: revision ${revision} was altered.`),
      });
    }
  },
  120_000,
);

it('of an accepted stream whose event was the last of the log, the server starts', async () => {
  const dataDir = attackedCopy(home, (log, rows) => alterTime(log, rows.at(-1)!));
  const { stream: last, revision } = rowsOf(dataDir).at(-1)!;
  expect(startRefusal({ DATA_DIR: dataDir })).toMatch(/does not hold the event at position/);
  expect(accept(dataDir, `${last}@${revision}`, '--yes')).toMatchObject({ status: 0 });
  expect((await useServer(dataDir)).health).toMatchObject(well);
  expectWell(dataDir);
}, 60_000);

describe('a stream with more than 1,000 foreign events', () => {
  it('is accepted without a change of the read models', async () => {
    const dataDir = attackedCopy(home, () => {});
    await flood(dataDir, stream(), 1_001);
    const before = await useServer(attackedCopy(home, () => {}));
    expect(accept(dataDir, `${stream()}@1004`, '--yes')).toEqual({
      status: 0,
      output: expect.stringMatching(
        /: more than 1000 foreign events\.[^]*: 1001 \(revisions 4 to 1004\)[^]*stay as they are/,
      ),
    });
    expectWell(dataDir);
    const { found, history, health } = await useServer(dataDir);
    expect({ ...found, warnings: [] }).toEqual({ ...before.found, warnings: [] });
    expect(history).toEqual([1006, 1005, 3, 2, 1, 0]);
    expect(health).toMatchObject({ ...well, foreignData: { status: 'ok', eventRanges: 1 } });
    expectWell(dataDir);
  }, 60_000);

  it('can be one that has no authentic event', async () => {
    const dataDir = attackedCopy(home, () => {});
    await flood(dataDir, 'domain-free.example', 1_001);
    expect(accept(dataDir, 'domain-free.example@1000', '--yes')).toEqual({
      status: 0,
      output: expect.stringMatching(/it is accepted as a stream without events\.[^]*The state without them: none\./),
    });
    const server = await startServer(configFor(dataDir, embedded));
    const operator = new Api(server.url, readFileSync(join(dataDir, 'operator-token'), 'utf8').trim());
    const owned = await operator.put(`${account}/domains/free.example`);
    await server.close();
    expect(owned).toMatchObject({ status: 200, body: { owned: true } });
  });

  it('can be that of the installation, which refuses the start before', async () => {
    const dataDir = attackedCopy(home, () => {});
    await flood(dataDir, 'installation', 1_001);
    expect(startRefusal({ DATA_DIR: dataDir })).toMatch(/more than 1000 foreign events|changed from outside/);
    expect(run(dataDir, 'log-verify')).toMatchObject({
      status: 1,
      output: expect.stringContaining('installation is tampered: more than 1000 foreign events.'),
    });
    expect(accept(dataDir, 'installation@1000')).toMatchObject({ status: 1 });
    expect(accept(dataDir, 'installation@1001', '--yes')).toMatchObject({ status: 0 });
    expect(accept(dataDir, 'installation@1001', '--yes')).toMatchObject({
      status: 0,
      output: expect.stringContaining('already accepted'),
    });
    expectWell(dataDir);
    expect((await useServer(dataDir)).health).toMatchObject(well);
    expect(run(dataDir, 'log-rotate')).toMatchObject({ status: 0 });
    expectWell(dataDir);
  }, 60_000);
});

it.each<[string, () => string, () => string, RegExp]>([
  ['is not tampered', () => attackedCopy(home, () => {}), () => `${stream()}@3`, /is not tampered: there is nothing/],
  ['is unknown', () => attackedCopy(home, alter(1)), () => 'user-none@3', /No event of user-none is visible/],
  ['ends earlier', () => attackedCopy(home, alter(1)), () => `${stream()}@4`, /ends at revision 3, not 4/],
  ['ends later', () => attackedCopy(home, alter(1)), () => `${stream()}@2`, /ends at revision 3, not 2/],
  [
    'lacks its founding',
    () => attackedCopy(home, (log, rows) => alterTime(log, eventsIn(rows, 'installation')[0]!)),
    () => 'installation@0',
    /its beginning was changed/,
  ],
  [
    'is tampered, but the end of the log is missing',
    () =>
      attackedCopy(home, (log, rows) => {
        alter(1)(log, rows);
        log.remove(rows.at(-1)!);
      }),
    () => `${stream()}@3`,
    /does not hold its last event that this installation has seen/,
  ],
])('a stream that %s is refused in one line, and nothing is written', (_, attack, target, reason) => {
  const dataDir = attack();
  const before = rowsOf(dataDir);
  const { status, output } = accept(dataDir, target(), '--yes');
  expect(status).toBe(1);
  expect(output.split('\n').filter((line) => line.startsWith('rollbook: '))).toEqual([expect.stringMatching(reason)]);
  expect(output).not.toMatch(/^\s+at /m);
  expect(rowsOf(dataDir)).toEqual(before);
});

it.each([
  [[]],
  [['user-1']],
  [['user-1@2']],
  [['user-1@2', '--reason', ' ']],
  [['user-1@x', '--reason', 'odd']],
  [['a@1', 'b@1', '--reason', 'odd']],
])('wrong arguments (%j) show the help', (args) => {
  const help = run(newPath(), 'log-accept', '--help');
  expect(help).toEqual({ status: 0, output: expect.stringMatching(/^npm run log:accept -- STREAM@REVISION/) });
  expect(run(newPath(), 'log-accept', ...args)).toEqual({ status: 2, output: help.output });
});

describe('an acceptance that was interrupted', () => {
  /** Accepts the user's stream, which fails at some step. */
  async function interrupt(dataDir: string, at: (log: Log) => void): Promise<void> {
    await using closing = new AsyncDisposableStack();
    const config = configFor(dataDir, embedded);
    const log = await openStoppedLog(config, closing, { acceptsOlderLog: true });
    const options = { namespace: config.eventStoreNamespace, show: () => {} };
    const proposal = await proposeAcceptance(log, { stream: stream(), revision: 3 }, options);
    at(log);
    if (proposal === 'accepted') throw new Error('it was accepted before');
    await expect(proposal.accept('Looked at it')).rejects.toThrow('interrupted');
  }
  const fail = () => {
    throw new Error('interrupted');
  };

  it('before its event, has not happened, and can be made again', async () => {
    const dataDir = attackedCopy(home, alter(1));
    await interrupt(dataDir, ({ store }) => (store.append = fail));
    expect(run(dataDir, 'log-verify')).toMatchObject({ status: 1 });
    expect(accept(dataDir, `${stream()}@3`, '--yes')).toMatchObject({ status: 0 });
    expectWell(dataDir);
  }, 60_000);

  it('after its event, is completed by the next run or start', async () => {
    const dataDir = attackedCopy(home, alter(1));
    await interrupt(dataDir, ({ vault }) => (vault.witness.saveAccepted = fail));
    expect(run(dataDir, 'log-verify')).toMatchObject({ status: 1 });
    const other = attackedCopy(dataDir, () => {});
    expect(accept(dataDir, `${stream()}@3`, '--yes')).toMatchObject({
      status: 0,
      output: expect.stringContaining('already accepted'),
    });
    expect((await useServer(other)).health).toMatchObject(well);
    for (const done of [dataDir, other]) {
      expectWell(done);
      expect(rowsOf(done).filter(({ type }) => type === 'TamperedStreamAccepted')).toHaveLength(1);
    }
  }, 60_000);
});

it('an acceptance is forgotten if the log is restored to a time before it', async () => {
  const dataDir = attackedCopy(home, alter(1));
  expect(accept(dataDir, `${stream()}@3`, '--yes')).toMatchObject({ status: 0 });
  // The event store's own restore: the event is whole again, and the acceptance is not in the log.
  const whole = rowsOf(home);
  changeLog(dataDir, (log, rows) => {
    log.remove(rows.at(-1)!);
    for (const { position, frame } of whole) log.write(position, frame);
  });
  expect(startRefusal({ DATA_DIR: dataDir })).toMatch(/does not hold the event at position/);
  expect(run(dataDir, 'log-accept-restore')).toMatchObject({ status: 0 });
  expect((await useServer(dataDir)).history).toEqual([5, 4, 3, 2, 1, 0]);
  expectWell(dataDir);
}, 60_000);
