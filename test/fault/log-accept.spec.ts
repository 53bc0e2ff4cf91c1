import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { EventStoreDBClient, ANY, jsonEvent } from '@eventstore/db-client';
import { startServer } from '../../apps/server/src/server.js';
import { Api } from '../support/api.js';
import { alterTime, attackedCopy, eventsIn, rowsOf } from '../support/attacked-copy.js';
import {
  AttackedInstallation,
  acceptStream,
  embedded,
  expectReadModelsAgree,
  expectWell,
  runTool,
  verify,
  well,
} from '../support/attacked-installation.js';
import { configFor, runWithLog } from '../support/backup.js';
import type { LogFile, StoredRow } from '../support/log-file.js';
import { startRefusal } from '../support/start-refusal.js';

let home: AttackedInstallation;
beforeAll(async () => {
  home = await AttackedInstallation.create();
}, 60_000);

/** Appends foreign events to a stream of a stopped installation, which no witness sees. */
async function flood(dataDir: string, name: string, count: number): Promise<void> {
  await runWithLog(configFor(dataDir, embedded), async ({ node }) => {
    const client = EventStoreDBClient.connectionString(node!.url);
    const events = Array.from({ length: count }, () => jsonEvent({ type: 'Forged', data: {} }));
    await client.appendToStream(`rollbook.${name}`, events, { expectedRevision: ANY });
    await client.dispose();
  });
}

it.each<[string, () => (log: LogFile, rows: StoredRow[]) => void, RegExp, number[]]>([
  ['altered in the middle', () => home.alter(1), /revision 1 was altered\.\n.*: 3 \(revisions 0, 2 to 3\)/, [0, 2, 3]],
  ['altered at the end', () => home.alter(3), /revision 3 was altered\.\n.*: 3 \(revisions 0 to 2\)/, [0, 1, 2]],
  [
    'removed',
    () => (log, rows) => log.remove(eventsIn(rows, home.stream)[1]!),
    /revision 1 is missing\.\n.*: 3 \(revisions 0, 2 to 3\)\.\nEvents that are missing: 1 \(revision 1\)/,
    [0, 2, 3],
  ],
  [
    'moved to another stream',
    () => (log, rows) => log.moveToStream(eventsIn(rows, home.stream)[1]!, 'elsewhere'),
    /revision 1 is missing\.\n.*: 3 \(revisions 0, 2 to 3\)\.\nEvents that are missing: 1 \(revision 1\)/,
    [0, 2, 3],
  ],
])(
  'OPS-22: a stream with an event that was %s is accepted without it, and checked again from then on',
  async (_, change, shown, left) => {
    const dataDir = home.attack(change());
    const before = rowsOf(dataDir);
    const preview = acceptStream(dataDir, `${home.stream}@3`);
    expect(preview).toEqual({ status: 1, output: expect.stringMatching(shown) });
    expect(preview.output).toMatch(/^Its state after that: status active, .*\n.*\nNothing was changed\./m);
    expect(rowsOf(dataDir)).toEqual(before);
    expect(acceptStream(dataDir, `${home.stream}@3`, '--yes')).toEqual({
      status: 0,
      output: expect.stringMatching(
        /@3 is accepted\. The next start builds the read models again\. Make a backup now\.$/m,
      ),
    });
    expectReadModelsAgree(dataDir);
    const { history, health } = await home.useServer(dataDir);
    expect(history).toEqual([...(left.at(-1) === 3 ? [5, 4] : [4]), ...left.toReversed()]);
    expect(health).toMatchObject(well);
    await expectWell(dataDir);
    // An accepted event and a later one are checked as before.
    for (const revision of [0, 4]) {
      const again = attackedCopy(dataDir, (log, rows) =>
        alterTime(
          log,
          eventsIn(rows, home.stream).find((row) => row.revision === revision)!,
        ),
      );
      const { lines } = await verify(again);
      expect(lines).toContain(`${home.stream} is tampered: revision ${revision} was altered.`);
    }
  },
  120_000,
);

it('of an accepted stream whose event was the last of the log, the server starts', async () => {
  const dataDir = home.attack((log, rows) => alterTime(log, rows.at(-1)!));
  const { stream: last, revision } = rowsOf(dataDir).at(-1)!;
  expect(startRefusal({ DATA_DIR: dataDir })).toMatch(/does not hold the event at position/);
  expect(acceptStream(dataDir, `${last}@${revision}`, '--yes')).toMatchObject({ status: 0 });
  expect((await home.useServer(dataDir)).health).toMatchObject(well);
  await expectWell(dataDir);
}, 60_000);

describe('a stream with more than 1,000 foreign events', () => {
  it('is accepted without a change of the read models', async () => {
    const dataDir = home.attack();
    await flood(dataDir, home.stream, 1_001);
    const before = await home.useServer(home.attack());
    expect(acceptStream(dataDir, `${home.stream}@1004`, '--yes')).toEqual({
      status: 0,
      output: expect.stringMatching(
        /: more than 1000 foreign events\.[^]*: 1001 \(revisions 4 to 1004\)[^]*stay as they are/,
      ),
    });
    expectReadModelsAgree(dataDir);
    const { found, history, health } = await home.useServer(dataDir);
    expect({ ...found, warnings: [] }).toEqual({ ...before.found, warnings: [] });
    expect(history).toEqual([1006, 1005, 3, 2, 1, 0]);
    expect(health).toMatchObject({ ...well, foreignData: { status: 'ok', eventRanges: 1 } });
    await expectWell(dataDir);
  }, 60_000);

  it('can be one that has no authentic event', async () => {
    const dataDir = home.attack();
    await flood(dataDir, 'domain-free.example', 1_001);
    expect(acceptStream(dataDir, 'domain-free.example@1000', '--yes')).toEqual({
      status: 0,
      output: expect.stringMatching(/it is accepted as a stream without events\.[^]*Its state after that: none\./),
    });
    const server = await startServer(configFor(dataDir, embedded));
    const operator = new Api(server.url, readFileSync(join(dataDir, 'operator-token'), 'utf8').trim());
    const owned = await operator.put(`${home.account}/domains/free.example`);
    await server.close();
    expect(owned).toMatchObject({ status: 200, body: { owned: true } });
  });

  it('can be that of the installation, which refuses the start before', async () => {
    const dataDir = home.attack();
    await flood(dataDir, 'installation', 1_001);
    expect(startRefusal({ DATA_DIR: dataDir })).toMatch(/more than 1000 foreign events|changed from outside/);
    expect(runTool(dataDir, 'log-verify')).toMatchObject({
      status: 1,
      output: expect.stringContaining('installation is tampered: more than 1000 foreign events.'),
    });
    expect(acceptStream(dataDir, 'installation@1000')).toMatchObject({ status: 1 });
    expect(acceptStream(dataDir, 'installation@1001', '--yes')).toMatchObject({ status: 0 });
    expect(acceptStream(dataDir, 'installation@1001', '--yes')).toEqual({
      status: 0,
      output: 'installation@1001 is already accepted: nothing was changed.\n',
    });
    expect((await home.useServer(dataDir)).health).toMatchObject(well);
    expect(runTool(dataDir, 'log-rotate')).toMatchObject({ status: 0 });
    await expectWell(dataDir);
  }, 60_000);
});

it('the operator is told if events of other streams are lost, too', () => {
  const dataDir = home.attack((log, rows) => {
    home.alter(1)(log, rows);
    log.moveToStream(
      rows.find(({ stream, type }) => stream !== home.stream && type === 'UserAdded')!,
      'elsewhere',
    );
  });
  expect(acceptStream(dataDir, `${home.stream}@3`)).toEqual({
    status: 1,
    output: expect.stringContaining(' At least 1 of the lost events were in other streams. '),
  });
});
