import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as pause } from 'node:timers/promises';
import { digestReplay, digestStored, findUnbuilt, openReadStore, type ReadStore } from '#libs/read-store';
import { sql } from 'kysely';
import { createDatabase, type TestDatabase } from '../support/database.js';
import { embeddedEnvironment } from '../support/server-process.js';
import { sums, timedLog, writers } from '../support/timed-log.js';

const { DATABASE_URL } = process.env;
if (!DATABASE_URL) console.warn('DATABASE_URL is not set: leases of several processes are not tested.');

(DATABASE_URL ? describe : describe.skip)('two processes on one PostgreSQL', () => {
  let database: TestDatabase;
  let store: ReadStore;
  let startedAt: number;
  const children: ChildProcess[] = [];
  const projections = [sums, writers('')];

  beforeEach(async () => {
    database = await createDatabase(DATABASE_URL!);
    startedAt = Date.now();
    const log = { installation: 'one', namespace: 'timed', restored: '' };
    store = await openReadStore({ directory: '', databaseUrl: database.url, log, projections });
  });
  afterEach(async () => {
    for (const child of children.splice(0)) child.kill('SIGKILL');
    await store.close();
    await database.drop();
  });

  function run(program: string, ...args: string[]): ChildProcess {
    const child = spawn(process.execPath, [`dist/test/support/${program}.process.js`, database.url, ...args], {
      env: embeddedEnvironment,
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    });
    children.push(child);
    return child;
  }
  async function start(name: string): Promise<ChildProcess> {
    const child = run('read-models', name, String(startedAt));
    await once(child, 'message');
    return child;
  }
  async function positionOf(child: ChildProcess): Promise<number> {
    child.send('position');
    return (await once(child, 'message'))[0] as number;
  }
  async function stop(child: ChildProcess): Promise<void> {
    child.send('stop');
    await once(child, 'exit');
  }
  /** The names of the writers, in the order of the log, without repetitions. */
  const writersInOrder = async () =>
    (
      await sql<{ writer: string }>`
        select writer from (select position, writer, lag(writer) over (order by position) as before from writers) as each
        where before is distinct from writer order by position`.execute(store.db)
    ).rows.map(({ writer }) => writer);
  async function untilWrittenBy(writer: string): Promise<void> {
    while ((await writersInOrder()).at(-1) !== writer) await pause(50);
  }
  /** The rows must be those of a replay. Writers differ from a replay by their names. */
  async function expectReplayedRows(): Promise<void> {
    const { digests, positions } = await digestStored(store, projections);
    const replayed = await digestReplay({
      projections: [sums],
      subscribe: timedLog(startedAt),
      positions,
      onProgress: () => {},
    });
    expect(digests['sums']).toBe(replayed['sums']);
    const missing = sql<{ count: number }>`
      select count(*) as count from generate_series(10, ${positions['writers']!}::bigint, 10) as position
      where not exists (select 1 from writers where writers.position = position.position)`;
    expect((await missing.execute(store.db)).rows).toEqual([{ count: 0 }]);
  }

  it('one that is stopped beyond its lease in a batch writes nothing when it wakes up', async () => {
    const one = await start('one');
    await untilWrittenBy('one');
    const two = await start('two');
    // The second follows the checkpoint of the first.
    const seen = await positionOf(one);
    for (const until = Date.now() + 1_000; (await positionOf(two)) < seen;) expect(Date.now()).toBeLessThan(until);
    expect(await writersInOrder()).toEqual(['one']);

    one.kill('SIGSTOP');
    await untilWrittenBy('two');
    one.kill('SIGCONT');
    await pause(3_000);
    expect(await writersInOrder()).toEqual(['one', 'two']);
    // The woken one follows.
    expect(await positionOf(one)).toBeGreaterThan(seen);
    await expectReplayedRows();

    two.kill('SIGSTOP');
    await untilWrittenBy('one');
    two.kill('SIGCONT');
    await pause(3_000);
    expect(await writersInOrder()).toEqual(['one', 'two', 'one']);
    // A lease that was given back is taken at the next attempt.
    await stop(one);
    const stoppedAt = Date.now();
    await untilWrittenBy('two');
    expect(Date.now() - stoppedAt).toBeLessThan(6_000);
    await stop(two);
    await expectReplayedRows();
  }, 90_000);

  it('a rebuild that is killed is continued by the next, while another process writes', async () => {
    startedAt -= 20_000;
    const one = await start('one');
    while ((await findUnbuilt(store.batchDb, projections)).length > 0) await pause(50);
    await sql`update sums set total = 0`.execute(store.batchDb);
    const killed = run('rebuild', String(startedAt));
    for (let events = 0; events < 2_000;) [events] = (await once(killed, 'message')) as [number];
    killed.kill('SIGKILL');
    await once(killed, 'exit');
    const next = run('rebuild', String(startedAt));
    expect(((await once(next, 'message')) as [number])[0]).toBeGreaterThan(2_000);
    expect((await once(next, 'exit'))[0]).toBe(0);
    await expectReplayedRows();
    const reached = await positionOf(one);
    while ((await positionOf(one)) <= reached) await pause(20);
    await stop(one);
    await expectReplayedRows();
  }, 60_000);

  it('one that is killed is replaced by the same one at once, by another after 6 s', async () => {
    const one = await start('one');
    await untilWrittenBy('one');
    one.kill('SIGKILL');
    await once(one, 'exit');
    const killedAt = Date.now();
    const two = await start('two');
    await untilWrittenBy('two');
    expect(Date.now() - killedAt).toBeGreaterThan(3_000);
    two.kill('SIGKILL');
    await once(two, 'exit');
    const lowest = sql<{ position: number }>`select min(position) as position from projection_version`;
    const [{ position }] = (await lowest.execute(store.db)).rows as [{ position: number }];
    const again = await start('two');
    for (const until = Date.now() + 3_000; (await positionOf(again)) <= position;)
      expect(Date.now()).toBeLessThan(until);
    while ((await findUnbuilt(store.batchDb, projections)).length > 0) await pause(50);
    await stop(again);
    await expectReplayedRows();
  }, 60_000);
});
