import type { Recorded } from '#libs/kernel';
import {
  digestTables,
  insertInto,
  openTemporaryReadStore,
  ProjectionRunner,
  type Projection,
  type ProjectionProblem,
  type ReadStore,
  type SubscribeToLog,
} from '#libs/read-store';
import { sql } from 'kysely';
import { setImmediate } from 'node:timers/promises';
import {
  describeEachReadStore,
  eventOrder,
  MemoryLog,
  resetProjections,
  users,
  waitUntil,
} from './read-store-fixture.js';
import { writeAtOnce } from '../support/write-at-once.js';

/** Stores of each transaction how many batches it had. */
const countedTransactions: Projection = {
  name: 'transactions',
  version: 1,
  tables: ['transactions'],
  createTables: async (db) => void (await sql`create table transactions (batches integer not null)`.execute(db)),
  events: ['UserAdded'],
  begin: () => {
    let batches = 0;
    return {
      load: async () => {},
      fold: () => (batches++, []),
      changes: () => [insertInto('transactions', [{ batches }])],
      size: 0,
    };
  },
};

let scratch: Promise<ReadStore>;
beforeAll(() => {
  scratch = openTemporaryReadStore([eventOrder(), users]);
});
afterAll(async () => (await scratch).close());

describeEachReadStore('runner', (open) => {
  let store: ReadStore;
  let source: MemoryLog;
  const runners: ProjectionRunner[] = [];
  const problems: ProjectionProblem[] = [];

  beforeAll(async () => {
    store = await open([eventOrder(2), eventOrder(), users, countedTransactions]);
  });
  afterAll(() => store.close());
  beforeEach(async () => {
    source = new MemoryLog();
    problems.length = 0;
    await resetProjections(store);
  });
  afterEach(async () => {
    for (const runner of runners.splice(0)) await runner.stop();
  });

  async function run(projections: Projection[], subscribe = source.subscribe, maxBatchSize = 500) {
    const onProblem = (problem: ProjectionProblem) => void problems.push(problem);
    const runner = new ProjectionRunner({ store, projections, subscribe, onProblem, maxBatchSize });
    runners.push(runner);
    await runner.start();
    return runner;
  }
  async function buildTables(): Promise<void> {
    const runner = await run([eventOrder()]);
    await waitUntil(() => runner.health().caughtUp);
    await runner.stop();
  }
  const rows = (table: string) =>
    store.db
      .selectFrom(table)
      .selectAll()
      .orderBy(sql`1`)
      .execute();
  const checkpoint = async (name: string) =>
    (await store.db.selectFrom('projection_version').select('position').where('name', '=', name).executeTakeFirst())
      ?.position;

  it('applies every event once, in order, with any batch size', async () => {
    const ids = Array.from({ length: 300 }, (_, index) => String(index));
    source.append('UserAdded', ...ids);
    const runner = await run([eventOrder(), users], source.subscribe, 7);
    for (let more = 0; more < 20; more++) source.append('UserDeleted', String(more));
    await waitUntil(() => runner.health().caughtUp && runner.position === 3_200);
    expect(await rows('event_order')).toEqual(
      source.events.map(({ position }, index) => ({ position, after: index === 0 ? null : position - 10, version: 1 })),
    );
    expect(await rows('users')).toHaveLength(300);
  });

  it('continues exactly where it stopped', async () => {
    source.append('UserAdded', 'ann', 'bob');
    const first = await run([eventOrder(), users]);
    await first.waitForPosition(20, 2_000);
    await first.stop();
    source.append('UserAdded', 'cyd');
    const second = await run([eventOrder(), users]);
    await second.waitForPosition(30, 2_000);
    expect(source.starts).toEqual([undefined, 20]);
    expect((await rows('event_order')).map(({ position }) => position)).toEqual([10, 20, 30]);
    expect(await checkpoint('users')).toBe(30);
  });

  it('OPS-5: builds the tables of a changed version beside the old ones, and only those', async () => {
    source.append('UserAdded', 'ann', 'bob');
    const old = await run([eventOrder(), users]);
    await old.waitForPosition(20, 2_000);
    await old.stop();
    const changed = await run([eventOrder(2), users]);
    await changed.waitForPosition(20, 2_000);
    expect(await rows('rollbook_event_order_2.event_order')).toMatchObject([{ version: 2 }, { version: 2 }]);
    expect(await rows('rollbook_event_order_1.event_order')).toMatchObject([{ version: 1 }, { version: 1 }]);
    expect(problems).toEqual([]);
  });

  it('stops at an event that cannot be applied, reports which and why, and continues once it can', async () => {
    const runner = await run([eventOrder(), users]);
    source.append('UserAdded', 'ann', 'bob', 'ann', 'cyd');
    await waitUntil(() => runner.health().failing?.position);
    await expect(runner.waitForPosition(30, 10)).rejects.toMatchObject({
      code: 'projections.behind',
      kind: 'unavailable',
    });
    expect(runner.health()).toEqual({
      position: 20,
      caughtUp: false,
      failing: {
        reason: 'DatabaseError 23505 users_id_key',
        since: expect.any(String),
        projection: 'users',
        position: 30,
        eventType: 'UserAdded',
      },
    });
    expect((await rows('event_order')).map(({ position }) => position)).toEqual([10, 20]);
    expect([await checkpoint('event-order'), await checkpoint('users')]).toEqual([20, 20]);

    await sql`alter table users drop constraint users_id_key`.execute(store.db);
    await waitUntil(() => runner.health().caughtUp);
    expect(runner.health()).toEqual({ position: 40, caughtUp: true });
    expect((await rows('event_order')).map(({ position }) => position)).toEqual([10, 20, 30, 40]);
  });

  it('subscribes again after the log was unavailable', async () => {
    source.append('UserAdded', 'ann');
    const runner = await run([eventOrder()]);
    await runner.waitForPosition(10, 2_000);
    source.away = true;
    source.append('UserAdded', 'bob');
    await waitUntil(() => runner.health().failing);
    expect(runner.health().failing).toEqual({ reason: 'Error', since: expect.any(String) });
    source.away = false;
    await runner.waitForPosition(20, 5_000);
    expect((await rows('event_order')).map(({ position }) => position)).toEqual([10, 20]);
  });

  it('advances with the log while no projection has events to apply', async () => {
    source.append('UserAdded', 'ann');
    source.append('LoginReported', 'ann', 'ann');
    const runner = await run([eventOrder()]);
    await runner.waitForPosition(30, 2_000);
    expect(runner.position).toBe(30);
  });

  it('reports another process that projects into the same store', async () => {
    source.append('UserAdded', 'ann');
    const runner = await run([eventOrder()]);
    await runner.waitForPosition(10, 2_000);
    await store.db.updateTable('projection_version').set({ position: 20 }).execute();
    source.append('UserAdded', 'bob', 'cyd');
    await runner.waitForPosition(30, 2_000);
    expect(problems).toMatchObject([{ reason: 'ProjectedElsewhere' }]);
    expect((await rows('event_order')).map(({ position }) => position)).toEqual([10, 30]);
  });

  describe.each([
    ['built tables', true],
    ['a build', false],
  ])('of %s', (_, isBuilt) => {
    it('reads at most two batches ahead of a slow projection, and stops', async () => {
      if (isBuilt) await buildTables();
      let read = 0;
      const endless: SubscribeToLog = async function* () {
        const envelope = {} as Recorded['envelope'];
        const event = { id: '', type: 'UserAdded', data: {}, envelope, stream: '', revision: 0 };
        for (;;) yield { kind: 'event', event: { ...event, position: ++read } } as const;
      };
      const applying = Promise.withResolvers<void>();
      const free = Promise.withResolvers<void>();
      const slow = { ...eventOrder(), begin: writeAtOnce(() => (applying.resolve(), free.promise)) };
      const runner = await run([slow], endless, 50);
      await applying.promise;
      await setImmediate();
      expect(read).toBeLessThanOrEqual(101);
      const stopped = runner.stop();
      free.resolve();
      await stopped;
      // A build that is stopped goes back to its last transaction.
      expect(runner.position > 0).toBe(isBuilt);
      expect(await checkpoint('event-order')).toBe(runner.position);
    });
  });

  it('builds tables in one transaction, with any batch size', async () => {
    source.append('UserAdded', ...Array.from({ length: 300 }, (_, index) => String(index)));
    const runner = await run([eventOrder(), countedTransactions], source.subscribe, 7);
    await waitUntil(() => runner.health().caughtUp);
    expect(await rows('event_order')).toHaveLength(300);
    expect(await rows('transactions')).toEqual([{ batches: Math.ceil(301 / 7) }]);
  });

  it('digests tables equally to a replay of the log', async () => {
    source.append('UserAdded', 'ann', 'bob', 'cyd');
    await (await run([eventOrder(), users], source.subscribe, 1)).waitForPosition(30, 2_000);
    const replayed = await scratch;
    const { subscribe } = source;
    const replay = new ProjectionRunner({
      store: replayed,
      projections: [eventOrder(), users],
      subscribe,
      onProblem: () => {},
    });
    await replay.start();
    await replay.waitForPosition(30, 2_000);
    const live = await digestTables(store.db, ['event_order', 'users']);
    expect(live).toEqual(await digestTables(replayed.db, ['event_order', 'users']));
    await replay.stop();
    await sql`update users set id = 'eve' where id = 'cyd'`.execute(store.db);
    const changed = await digestTables(store.db, ['event_order', 'users']);
    expect(changed['event_order']).toBe(live['event_order']);
    expect(changed['users']).not.toBe(live['users']);
  });
});
