import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { acceptRestore as acceptRestoreOf } from '../../apps/server/src/accept-restore.js';
import { openLog } from '../../apps/server/src/open-stores.js';
import { startServer } from '../../apps/server/src/server.js';
import { Api } from '../support/api.js';
import { alterTime, attackedCopy, eventsIn, rowsOf } from '../support/attacked-copy.js';
import { configFor, newPath, runWithLog } from '../support/backup.js';
import { LogFile, type StoredRow } from '../support/log-file.js';
import { runProgram } from '../support/server-process.js';
import { expectStatus, openTestAccount, startTestServer } from '../support/server.js';
import { readSettledHealth } from '../support/settled-health.js';
import { startRefusal } from '../support/start-refusal.js';

// Attacks by somebody who can write to the file of the embedded event store while the server is stopped, and has no key of
// the vault; docs/attacks.md lists them.
const embedded = { EVENTSTORE_URL: '', DATABASE_URL: '' };

/** An installation whose log its witness has seen to the end. */
const home = newPath();
let account: string;
/** Two users with the same history: added, locked, unlocked, locked. */
let victim: string;
let other: string;

beforeAll(async () => {
  const test = await startTestServer({ ...embedded, DATA_DIR: home });
  const opened = await openTestAccount(test);
  account = opened.path();
  [victim, other] = [await opened.addUser(), await opened.addUser()];
  for (const user of [victim, other])
    for (const action of ['lock', 'unlock', 'lock'])
      expectStatus(200, await test.operator.post(`${account}/users/${user}/${action}`, { reason: 'odd' }));
  for (let n = 0; n < 10; n++) await opened.addUser();
  // Read models do not go past the witness.
  expectStatus(200, await test.operator.get('/accounts'));
  await test.server.close();
}, 60_000);

/** Returns a copy of the installation whose log was changed. */
const attack = (change: (log: LogFile, rows: StoredRow[]) => void): string => attackedCopy(home, change);

const verify = (dataDir: string) => runProgram('dist/apps/server/src/log-verify.js', { DATA_DIR: dataDir });

const acceptRestore = (dataDir: string) =>
  runProgram('dist/apps/server/src/log-accept-restore.js', { DATA_DIR: dataDir });

/** Starts a server on a directory, and asks it for a change of a user; returns the responses. */
async function unlockOn(dataDir: string, user: string) {
  const server = await startServer(configFor(dataDir, embedded));
  try {
    const operator = new Api(server.url, readFileSync(join(dataDir, 'operator-token'), 'utf8').trim());
    const unlocked = await operator.post(`${account}/users/${user}/unlock`, { reason: 'odd' });
    return { status: unlocked.status, body: unlocked.body, health: await readSettledHealth(operator) };
  } finally {
    await server.close();
  }
}

const tampered = { status: 409, body: expect.objectContaining({ code: 'log.tampered' }) };
const eventsOf = (rows: readonly StoredRow[], user: string) => eventsIn(rows, `user-${user}`);

it('finds nothing in an unchanged log', () => {
  const { status, output } = verify(attack(() => {}));
  expect(output).toMatch(/^Authentic events: \d+, .*tampered streams: 0; digest up to position \d+: agrees;[^\n]*\n$/);
  expect(status).toBe(0);
});

describe.each([
  ['the actor', 'UserLocked', '"actor":{"id":"', 15],
  ['the time', 'UserUnlocked', '"at":"20', 6],
])('an event with another value of %s', (_, type, before, length) => {
  it.each(['in the middle of a stream', 'at the end of a stream'])('%s makes it tampered', async (place) => {
    const dataDir = attack((log, rows) => {
      const events = eventsOf(rows, victim);
      const row = place.startsWith('in') ? events.find((event) => event.type === type)! : events.at(-1)!;
      const text = row.frame.toString('latin1');
      const start = text.indexOf(before) + length;
      const changed = text[start] === '1' ? '2' : '1';
      log.replaceText(row, text.slice(start - length, start + 1), text.slice(start - length, start) + changed);
    });
    const { status, output } = verify(dataDir);
    expect(output).toMatch(new RegExp(`^user-${victim} is tampered: revision \\d was altered\\.$`, 'm'));
    expect(output).toMatch(/tampered streams: 1; digest up to position \d+: DOES NOT AGREE/);
    expect(status).toBe(1);
    expect(await unlockOn(dataDir, victim)).toMatchObject(tampered);
    expect(await unlockOn(dataDir, other)).toMatchObject({ status: 200 });
  });
});

describe('a log without its last 20 events', () => {
  const cut = () => attack((log, rows) => rows.slice(-20).forEach((row) => log.remove(row)));
  const refusal = /^rollbook: The log does not hold the event at position \d+, .* run npm run log:accept-restore\.$/;

  it('refuses the start until an operator accepts it', async () => {
    const dataDir = cut();
    expect(startRefusal({ DATA_DIR: dataDir })).toMatch(refusal);
    expect(verify(dataDir)).toEqual({
      status: 1,
      output: expect.stringMatching(/^The log does not hold the event at position \d+ that this installation has seen/),
    });
    expect(acceptRestore(dataDir)).toEqual({
      status: 0,
      output: expect.stringMatching(/^The log up to position \d+ is accepted as restored; .* up to position \d+\. /),
    });
    expect(verify(dataDir)).toMatchObject({ status: 0 });
    expect((await unlockOn(dataDir, victim)).health).toMatchObject({ foreignData: { status: 'ok' } });
    const types = await runWithLog(configFor(dataDir, embedded), async ({ store }) =>
      (await Array.fromAsync(store.read('installation'))).map(({ type }) => type),
    );
    expect(types).toEqual(['InstallationFounded', 'InstallationRestored']);
    expect(verify(dataDir)).toMatchObject({ status: 0 });
  });

  it('refuses the start as before if the acceptance was interrupted before its event', async () => {
    const dataDir = cut();
    {
      await using closing = new AsyncDisposableStack();
      const log = await openLog(configFor(dataDir, embedded), closing, { create: false, acceptsOlderLog: true });
      log.store.append = () => Promise.reject(new Error('interrupted'));
      await expect(acceptRestoreOf(log)).rejects.toThrow('interrupted');
    }
    expect(startRefusal({ DATA_DIR: dataDir })).toMatch(refusal);
    expect(acceptRestore(dataDir)).toMatchObject({ status: 0 });
    expect((await unlockOn(dataDir, victim)).health).toMatchObject({ foreignData: { status: 'ok' } });
  });
});

it('a complete log needs no acceptance, and is not changed by one', () => {
  const dataDir = attack(() => {});
  const before = rowsOf(dataDir);
  const { status, output } = acceptRestore(dataDir);
  expect([status, output]).toEqual([0, expect.stringContaining('nothing to accept')]);
  expect(rowsOf(dataDir)).toEqual(before);
});

it('a stream without its last event is found by log:verify only', async () => {
  const dataDir = attack((log, rows) => log.moveToStream(eventsOf(rows, victim).at(-1)!, 'elsewhere'));
  const found = expect.stringMatching(
    /^The log has (\d+) authentic events up to position \d+, this installation has seen (\d+)\.\n/,
  );
  expect(verify(dataDir)).toEqual({ status: 1, output: found });
  // The user looks unlocked: no event after it says that there was one.
  expect(await unlockOn(dataDir, victim)).toMatchObject({ status: 200, body: { changed: false } });
  expect(verify(dataDir)).toEqual({ status: 1, output: found });
});

it('a stream whose last event was removed, which leaves a gap between positions, is found by log:verify only, too', async () => {
  const dataDir = attack((log, rows) => log.remove(eventsOf(rows, victim).at(-1)!));
  expect(verify(dataDir)).toMatchObject({ status: 1 });
  expect(await unlockOn(dataDir, victim)).toMatchObject({ status: 200, body: { changed: false } });
});

it('of a file with a wrong checksum, log:verify can not tell', () => {
  const dataDir = attack((log, rows) => log.damage(eventsOf(rows, victim)[1]!));
  expect(verify(dataDir)).toEqual({ status: 2, output: expect.stringMatching(/^rollbook: .* is corrupted: .*\n$/) });
});

it('two events of other streams in another order are found by log:verify only', async () => {
  const dataDir = attack((log, rows) => {
    const [one, another] = [eventsOf(rows, victim).at(-1)!, eventsOf(rows, other).at(-1)!];
    log.exchange(one, another);
  });
  expect(verify(dataDir)).toEqual({
    status: 1,
    output: expect.stringMatching(/^The authentic events .* are not those .* or are in another order\./),
  });
  expect(await unlockOn(dataDir, victim)).toMatchObject({ status: 200 });
});

it('the frames of two events in each other’s places make both streams tampered', async () => {
  const dataDir = attack((log, rows) => {
    // Both have the same revision, and name the same one before.
    const [one, another] = [eventsOf(rows, victim)[2]!, eventsOf(rows, other)[2]!];
    log.write(one.position, another.frame);
    log.write(another.position, one.frame);
  });
  const { status, output } = verify(dataDir);
  expect(output).toMatch(/^The event at position \d+ comes after the one at position \d+/m);
  for (const user of [victim, other]) expect(output).toMatch(new RegExp(`^user-${user} is tampered`, 'm'));
  expect(status).toBe(1);
  for (const user of [victim, other]) expect(await unlockOn(dataDir, user)).toMatchObject(tampered);
});

it('an event that the store files under another stream is found by log:verify', async () => {
  const dataDir = attack((log, rows) => log.moveToStream(eventsOf(rows, victim).at(-1)!, 'rollbook.user-nobody'));
  expect(verify(dataDir)).toEqual({
    status: 1,
    output: expect.stringMatching(
      new RegExp(`^user-${victim} is tampered: a read of it ends at revision 2, in the log it ends at revision 3\\.`),
    ),
  });
});

it('an altered newest event that the witness had not seen is foreign, which health and log:verify say', async () => {
  const dataDir = attack(() => {});
  await runWithLog(configFor(dataDir, embedded), async ({ store }) => {
    // No witness runs here.
    const [last] = await Array.fromAsync(store.read(`user-${victim}`, { backwards: true, maxCount: 1 }));
    const { type, data, envelope, revision } = last!;
    await store.append(`user-${victim}`, revision, [{ id: crypto.randomUUID(), type, data, envelope }]);
  });
  {
    using log = new LogFile(dataDir);
    alterTime(log, eventsOf(log.rows(), victim).at(-1)!);
  }
  const found = expect.stringMatching(new RegExp(`^user-${victim} has foreign events: 1, at revisions 4 to 4\\.`));
  expect(verify(dataDir)).toEqual({ status: 1, output: found });
  const { status, health } = await unlockOn(dataDir, victim);
  expect(status).toBe(200);
  expect(health).toMatchObject({ status: 'degraded', foreignData: { eventRanges: 1 } });
  expect(verify(dataDir)).toEqual({ status: 1, output: found });
});
