import { copyFileSync, cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { LogWitness } from '#libs/event-store';
import { acceptRestore } from '../../apps/server/src/accept-restore.js';
import { openLog, type Log } from '../../apps/server/src/open-stores.js';
import { rotateLogKey } from '../../apps/server/src/rotate-log-key.js';
import { verifyLog } from '../../apps/server/src/verify-log.js';
import { configFor, newPath, runWithLog } from '../support/backup.js';
import { collectCrashStates } from '../support/crash-states.js';
import { LogFile } from '../support/log-file.js';
import { expectStatus, openTestAccount, startTestServer } from '../support/server.js';

// Kills what begins a generation of keys, or takes over a log, between every two of its steps, and starts from what is left
// of the vault and the log.
const embedded = { EVENTSTORE_URL: '', DATABASE_URL: '' };
const files = ['vault.db', 'vault.key', 'events/events.db'];

/** An installation with some users. */
const home = newPath();
beforeAll(async () => {
  const test = await startTestServer({ ...embedded, DATA_DIR: home });
  const account = await openTestAccount(test);
  for (let n = 0; n < 5; n++) await account.addUser();
  // Read models do not go past the witness.
  expectStatus(200, await test.operator.get('/accounts'));
  await test.server.close();
}, 60_000);

function copyOfHome(): string {
  const dataDir = newPath();
  for (const file of files) cpSync(join(home, file), join(dataDir, file));
  return dataDir;
}

const openTool =
  (dataDir: string, work: (log: Log) => Promise<unknown>, acceptsOlderLog = false) =>
  async () => {
    await using closing = new AsyncDisposableStack();
    await work(await openLog(configFor(dataDir, embedded), closing, { acceptsOlderLog }));
  };

/** Starts on a directory: opens the log and lets the witness read all of it. Returns what it and `log:verify` have found. */
async function start(dataDir: string) {
  const config = configFor(dataDir, embedded);
  return runWithLog(config, async ({ store, vault }) => {
    const problems: unknown[] = [];
    const witness = new LogWitness(store, vault.witness, (error) => problems.push(error));
    witness.start();
    await vault.witness.waitForPosition(await store.lastPosition(), AbortSignal.timeout(10_000));
    await witness.stop();
    expect(problems).toEqual([]);
    const { isWell, lines } = await verifyLog({ store, vault }, config.eventStoreNamespace);
    const installation = await Array.fromAsync(store.read('installation'));
    return {
      findings: isWell ? [] : lines,
      incidents: vault.witness.listIncidents(10),
      authentic: vault.witness.state.events,
      installation: installation.map(({ type }) => type.replace('Installation', '')),
      generation: vault.authentication.current.number,
    };
  });
}

const well = { findings: [], incidents: [] };

it('a rotation that was killed between any two steps has happened or not, and can be repeated', async () => {
  const { authentic } = await start(copyOfHome());
  const dataDir = copyOfHome();
  const rotate = (directory: string) => openTool(directory, ({ store, vault }) => rotateLogKey(store, vault));
  const states = await collectCrashStates(dataDir, files, rotate(dataDir));
  const outcomes = new Set<string>();
  for (const left of states) {
    const { generation, ...found } = await start(left);
    outcomes.add(found.installation.join());
    const rotations = generation - 1;
    expect(found).toEqual({
      ...well,
      authentic: authentic + rotations,
      installation: ['Founded', ...Array.from({ length: rotations }, () => 'KeyRotated')],
    });
    await rotate(left)();
    expect(await start(left)).toMatchObject({ ...well, generation: generation + 1 });
  }
  expect([...outcomes]).toEqual(['Founded', 'Founded,KeyRotated']);
}, 60_000);

it('an accepted restore that was killed between any two steps has happened, or is refused and can be repeated', async () => {
  const dataDir = copyOfHome();
  {
    using log = new LogFile(dataDir);
    for (const row of log.rows().slice(-5)) log.remove(row);
  }
  const accept = (directory: string) => openTool(directory, acceptRestore, true);
  const states = await collectCrashStates(dataDir, files, accept(dataDir));
  let refused = 0;
  for (const left of states) {
    await start(left).catch(async (error: Error) => {
      expect(error.message).toMatch(/^The log does not hold the event at position/);
      refused++;
      await accept(left)();
    });
    const found = await start(left);
    expect(found).toMatchObject(well);
    expect(new Set(found.installation)).toEqual(new Set(['Founded', 'Restored']));
  }
  expect(refused).toBeGreaterThan(0);
  expect(refused).toBeLessThan(states.length);
}, 60_000);

it('a take-over that was killed between any two steps is finished by the next start', async () => {
  const recorded = join(import.meta.dirname, '../recorded/a28c88c');
  const dataDir = newPath();
  mkdirSync(join(dataDir, 'events'), { recursive: true });
  for (const file of ['vault.db', 'events/events.db'])
    writeFileSync(join(dataDir, file), gunzipSync(readFileSync(join(recorded, `${file.replace('events/', '')}.gz`))));
  copyFileSync(join(recorded, 'vault.key'), join(dataDir, 'vault.key'));
  const states = await collectCrashStates(
    dataDir,
    files,
    openTool(dataDir, async () => {}),
  );
  const whole = await start(dataDir);
  expect(whole).toMatchObject({ ...well, installation: ['Founded', 'Restored', 'TakenOver'] });
  expect(states.length).toBeGreaterThan(3);
  for (const left of states) expect(await start(left)).toEqual(whole);
}, 60_000);
