import { cpSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { proposeAcceptance } from '../../apps/server/src/accept-stream.js';
import { openStoppedLog, type Log } from '../../apps/server/src/open-stores.js';
import { alterTime, attackedCopy, changeLog, eventsIn, rowsOf } from '../support/attacked-copy.js';
import {
  AttackedInstallation,
  acceptStream,
  embedded,
  expectWell,
  runTool,
  verify,
  well,
} from '../support/attacked-installation.js';
import { configFor, newPath } from '../support/backup.js';
import { startRefusal } from '../support/start-refusal.js';

let home: AttackedInstallation;
beforeAll(async () => {
  home = await AttackedInstallation.create();
}, 60_000);

it.each<[string, () => string, () => string, RegExp]>([
  ['is not tampered', () => home.attack(), () => `${home.stream}@3`, /is not tampered: there is nothing/],
  ['is unknown', () => home.attack(home.alter(1)), () => 'user-none@3', /No event of user-none is visible/],
  ['ends earlier', () => home.attack(home.alter(1)), () => `${home.stream}@4`, /ends at revision 3, not 4/],
  ['ends later', () => home.attack(home.alter(1)), () => `${home.stream}@2`, /ends at revision 3, not 2/],
  [
    'lacks its founding',
    () => home.attack((log, rows) => alterTime(log, eventsIn(rows, 'installation')[0]!)),
    () => 'installation@0',
    /its beginning was changed/,
  ],
  [
    'is tampered, but the end of the log is missing',
    () =>
      home.attack((log, rows) => {
        home.alter(1)(log, rows);
        log.remove(rows.at(-1)!);
      }),
    () => `${home.stream}@3`,
    /does not hold its last event that this installation has seen/,
  ],
])('a stream that %s is refused in one line, and nothing is written', (_, attack, target, reason) => {
  const dataDir = attack();
  const before = rowsOf(dataDir);
  const { status, output } = acceptStream(dataDir, target(), '--yes');
  expect(status).toBe(1);
  expect(output.split('\n').filter((line) => line.startsWith('rollbook: '))).toEqual([expect.stringMatching(reason)]);
  expect(output).not.toMatch(/^\s+at /m);
  expect(rowsOf(dataDir)).toEqual(before);
});

it('wrong arguments show the help', () => {
  const help = runTool(newPath(), 'log-accept', '--help');
  expect(help).toEqual({ status: 0, output: expect.stringMatching(/^npm run log:accept -- STREAM@REVISION/) });
  for (const args of [
    ['user-1@2'],
    ['user-1@2', '--reason', ' '],
    ['user-1@x', '--reason', 'odd'],
    ['a@1', 'b@1', '--reason', 'odd'],
  ])
    expect(runTool(newPath(), 'log-accept', ...args)).toEqual({ status: 2, output: help.output });
}, 30_000);

describe('an acceptance that was interrupted', () => {
  /** Accepts the user's stream, which fails at some step. */
  async function interrupt(dataDir: string, at: (log: Log) => void): Promise<void> {
    await using closing = new AsyncDisposableStack();
    const config = configFor(dataDir, embedded);
    const log = await openStoppedLog(config, closing, { acceptsOlderLog: true });
    const options = { namespace: config.eventStoreNamespace, show: () => {} };
    const proposal = await proposeAcceptance(log, { stream: home.stream, revision: 3 }, options);
    at(log);
    if (proposal === 'accepted') throw new Error('it was accepted before');
    await expect(proposal.accept('Looked at it')).rejects.toThrow('interrupted');
  }
  const fail = () => {
    throw new Error('interrupted');
  };

  it('before its event, has not happened, and can be made again', async () => {
    const dataDir = home.attack(home.alter(1));
    await interrupt(dataDir, ({ store }) => (store.append = fail));
    expect(await verify(dataDir)).toMatchObject({ isWell: false });
    expect(acceptStream(dataDir, `${home.stream}@3`, '--yes')).toMatchObject({ status: 0 });
    await expectWell(dataDir);
  }, 60_000);

  it('after its event, is completed by the next run or start', async () => {
    const dataDir = home.attack(home.alter(1));
    await interrupt(dataDir, ({ vault }) => (vault.witness.saveAccepted = fail));
    expect(await verify(dataDir)).toMatchObject({ isWell: false });
    const other = attackedCopy(dataDir, () => {});
    expect(acceptStream(dataDir, `${home.stream}@3`, '--yes')).toMatchObject({
      status: 0,
      output: expect.stringContaining('already accepted'),
    });
    expect((await home.useServer(other)).health).toMatchObject(well);
    for (const done of [dataDir, other]) {
      await expectWell(done);
      expect(rowsOf(done).filter(({ type }) => type === 'TamperedStreamAccepted')).toHaveLength(1);
    }
  }, 60_000);
});

it('an acceptance is forgotten if the log is restored to a time before it', async () => {
  const dataDir = home.attack(home.alter(1));
  expect(acceptStream(dataDir, `${home.stream}@3`, '--yes')).toMatchObject({ status: 0 });
  // The event store's own restore: the event is whole again, and the acceptance is not in the log.
  const whole = rowsOf(home.dataDir);
  changeLog(dataDir, (log, rows) => {
    log.remove(rows.at(-1)!);
    for (const { position, frame } of whole) log.write(position, frame);
  });
  expect(startRefusal({ DATA_DIR: dataDir })).toMatch(/does not hold the event at position/);
  expect(runTool(dataDir, 'log-accept-restore')).toMatchObject({ status: 0 });
  expect((await home.useServer(dataDir)).history).toEqual([5, 4, 3, 2, 1, 0]);
  await expectWell(dataDir);
}, 60_000);

it('a vault from before the acceptance, which lacks the key of its reason, refuses the start', async () => {
  const dataDir = home.attack(home.alter(1));
  expect(acceptStream(dataDir, `${home.stream}@3`, '--yes')).toMatchObject({ status: 0 });
  for (const suffix of ['', '-wal', '-shm']) rmSync(join(dataDir, `vault.db${suffix}`), { force: true });
  cpSync(join(home.dataDir, 'vault.db'), join(dataDir, 'vault.db'));
  expect(startRefusal({ DATA_DIR: dataDir })).toMatch(
    /^rollbook: The vault is older than the log: .* Restore the vault that belongs to this log\.$/,
  );
});

it('a vault from before a second acceptance saves it again from its event', async () => {
  const dataDir = home.attack(home.alter(1));
  expect(acceptStream(dataDir, `${home.stream}@3`, '--yes')).toMatchObject({ status: 0 });
  const older = readFileSync(join(dataDir, 'vault.db'));
  changeLog(dataDir, home.alter(2));
  expect(acceptStream(dataDir, `${home.stream}@3`, '--yes')).toMatchObject({ status: 0 });
  writeFileSync(join(dataDir, 'vault.db'), older);
  expect((await home.useServer(dataDir)).health).toMatchObject(well);
  await expectWell(dataDir);
}, 60_000);
