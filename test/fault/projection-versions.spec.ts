import {
  digestReplay,
  digestStored,
  openReadStore,
  ReadModels,
  rebuildByHand,
  type Projection,
  type ReadStore,
} from '#libs/read-store';
import { sql } from 'kysely';
import {
  directory,
  lastEvents,
  log,
  MemoryLog,
  resetProjections,
  useDatabase,
  waitUntil,
} from '../contract/read-store-fixture.js';

/** One projection as two builds have it. */
const newer = lastEvents(2);
const older = lastEvents(1);

const databaseUrl = useDatabase('versions');
const engines: [string, string | undefined][] = [['PGlite', undefined]];
if (databaseUrl) engines.push(['PostgreSQL', databaseUrl]);

describe.each(engines)('versions of a projection on %s', (_, url) => {
  let source: MemoryLog;
  let opened: { store: ReadStore; models: ReadModels }[];
  const open = (projections: readonly Projection[]) =>
    openReadStore({ directory, log, projections, ...(url && { databaseUrl: url }) });

  beforeAll(async () => {
    const store = await open([]);
    await resetProjections(store);
    await store.close();
  });
  beforeEach(() => {
    source = new MemoryLog();
    opened = [];
  });
  afterEach(async () => {
    for (const { store, models } of opened.toReversed()) {
      await models.stop();
      await resetProjections(store);
      await store.close();
    }
  });

  /** Starts a server's read models of a build with these projections. */
  async function start(projections: readonly Projection[], { subscribe = source.subscribe, holder = 'one' } = {}) {
    const store = await open(projections);
    const models = new ReadModels({
      store,
      projections,
      subscribe,
      holder,
      lastPosition: async () => source.events.length * 10,
      onProblem: (problem) => console.error(problem),
    });
    opened.push({ store, models });
    await models.start();
    return { store, models };
  }
  /** Ends a server, but keeps the database. */
  async function stop({ store, models }: { store: ReadStore; models: ReadModels }) {
    await models.stop();
    await store.close();
    opened = opened.filter((each) => each.models !== models);
  }
  const rows = async ({ db }: ReadStore) =>
    (await sql<{ id: string; events: number }>`select id, events from last_event order by id`.execute(db)).rows;
  const schemas = async ({ batchDb }: ReadStore) =>
    (
      await sql<{ name: string }>`
        select nspname as name from pg_namespace where nspname like 'rollbook\\_last%' order by 1`.execute(batchDb)
    ).rows.map(({ name }) => name);
  const indexes = async ({ batchDb }: ReadStore) =>
    (
      await sql<{ schema: string }>`
        select schemaname as schema from pg_indexes where indexname = 'last_event_position' order by 1`.execute(batchDb)
    ).rows.map(({ schema }) => schema);

  /** A subscription that delivers `count` events and then waits until it is released. */
  function halting(count: number) {
    const released = Promise.withResolvers<void>();
    const subscribe: typeof source.subscribe = async function* (from, signal) {
      let delivered = 0;
      for await (const item of source.subscribe(from, signal)) {
        if (delivered++ === count) await released.promise;
        yield item;
      }
    };
    return { subscribe, release: released.resolve };
  }

  it('refuses queries with the progress until new tables are complete, and then creates their indexes', async () => {
    source.append('UserAdded', ...Array.from({ length: 1_000 }, (__, nth) => `user-${nth}`));
    const { subscribe, release } = halting(600);
    const { store, models } = await start([older], { subscribe });
    await waitUntil(async () => (await sql`select 1 from last_event`.execute(store.batchDb)).rows.length >= 500);
    const refused = expect.objectContaining({
      code: 'projections.building',
      kind: 'unavailable',
      members: { progress: expect.objectContaining({ percent: expect.any(Number) }) },
    });
    await expect(rows(store)).rejects.toEqual(refused);
    await expect(models.waitForPosition(10_000, 10)).rejects.toEqual(refused);
    expect([models.isBuilt, await indexes(store)]).toEqual([false, []]);
    await waitUntil(() => models.health().building[0]!.percent >= 50);
    expect(models.health().building).toMatchObject([{ projection: 'last-events', events: expect.any(Number) }]);
    release();
    expect(await models.waitUntilBuilt(5_000)).toBe(true);
    expect([(await rows(store)).length, await indexes(store)]).toEqual([1_000, ['rollbook_last_events_1']]);
    expect(models.health().building).toEqual([]);
  });

  it('keeps the tables of an older build while a newer one builds, and continues them where they were', async () => {
    source.append('UserAdded', 'ann', 'bob');
    const old = await start([older]);
    await old.models.waitUntilBuilt(5_000);
    await stop(old);
    source.append('UserAdded', 'ann');
    const next = await start([newer]);
    await next.models.waitForPosition(30, 5_000);
    expect(await rows(next.store)).toEqual([
      { id: 'ann', events: 2 },
      { id: 'bob', events: 1 },
    ]);
    expect(await schemas(next.store)).toEqual(['rollbook_last_events_1', 'rollbook_last_events_2']);
    await stop(next);
    source.starts.length = 0;
    const again = await start([older]);
    expect(again.models.isBuilt).toBe(true);
    await again.models.waitForPosition(30, 5_000);
    expect([source.starts, await rows(again.store)]).toEqual([
      [20],
      [
        { id: 'ann', events: 2 },
        { id: 'bob', events: 1 },
      ],
    ]);
  });

  it('drops the tables of a version that no server has used for a day', async () => {
    await stop(await start([older]));
    await stop(await start([newer]));
    const { store } = opened[0] ?? (await start([newer]));
    expect(await schemas(store)).toEqual(['rollbook_last_events_1', 'rollbook_last_events_2']);
    await sql`update rollbook.projection_use set seen_at = seen_at - interval '25 hours'`.execute(store.batchDb);
    await stop(opened[0]!);
    const next = await start([newer]);
    await waitUntil(async () => (await schemas(next.store)).length === 1);
    expect(await schemas(next.store)).toEqual(['rollbook_last_events_2']);
  });

  it('moves the tables of builds that kept them in the schema rollbook', async () => {
    source.append('UserAdded', 'ann', 'bob');
    const store = await open([]);
    await sql`create table rollbook.projection (name text primary key, version integer, tables jsonb, position bigint)`.execute(
      store.batchDb,
    );
    await sql`
      insert into rollbook.projection values ('last-events', 1, '["last_event"]', 10), ('gone', 3, '["gone"]', 10)`.execute(
      store.batchDb,
    );
    await store.batchDb.transaction().execute((tx) => older.createTables(tx));
    await sql`insert into rollbook.last_event values ('ann', 10, 7)`.execute(store.batchDb);
    await sql`create table rollbook.gone ()`.execute(store.batchDb);
    await store.close();
    const { store: moved, models } = await start([older]);
    expect(models.isBuilt).toBe(true);
    await models.waitForPosition(20, 5_000);
    expect(await rows(moved)).toEqual([
      { id: 'ann', events: 7 },
      { id: 'bob', events: 1 },
    ]);
    const left = sql`
      select tablename from pg_tables where schemaname = 'rollbook' and tablename in ('projection', 'gone', 'last_event')`;
    expect((await left.execute(moved.batchDb)).rows).toEqual([]);
  });

  describe('rebuilt by hand', () => {
    const rebuild = (store: ReadStore, options: Partial<Parameters<typeof rebuildByHand>[0]> = {}) =>
      rebuildByHand({
        store,
        projection: older,
        subscribe: source.subscribe,
        holder: 'tool',
        onProgress: () => {},
        signal: new AbortController().signal,
        ...options,
      });
    const damage = ({ batchDb }: ReadStore) =>
      sql`update rollbook_last_events_1.last_event set events = 1000`.execute(batchDb);
    const ids = Array.from({ length: 1_500 }, (__, nth) => `user-${String(nth).padStart(4, '0')}`);
    const digestsEqualReplay = async (store: ReadStore) => {
      const { digests, positions } = await digestStored(store, [older]);
      expect(digests).toEqual(
        await digestReplay({
          projections: [older],
          subscribe: source.subscribe,
          positions,
          onProgress: () => {},
        }),
      );
    };

    it('shows the old rows, then the new ones, while events come in', async () => {
      source.append('UserAdded', ...ids);
      const { store, models } = await start([older]);
      await models.waitUntilBuilt(20_000);
      await damage(store);
      const done = new AbortController();
      const appending = (async () => {
        for (let nth = 0; !done.signal.aborted; nth++) {
          source.append('UserDeleted', ids[nth % ids.length]!);
          await new Promise((resolve) => setTimeout(resolve, 5));
        }
      })();
      const seen: string[] = [];
      const reading = (async () => {
        while (!done.signal.aborted) {
          const { rows: found } = await sql<{ count: number; damaged: number }>`
            select count(*) as count, count(*) filter (where events >= 1000) as damaged from last_event`.execute(
            store.db,
          );
          const [{ count, damaged }] = found as [(typeof found)[number]];
          const state = `${count === ids.length ? 'all' : 'some'}, ${damaged === count ? 'old' : damaged === 0 ? 'new' : 'mixed'}`;
          if (seen.at(-1) !== state) seen.push(state);
          await new Promise((resolve) => setTimeout(resolve, 1));
        }
      })();
      const shown: number[] = [];
      await rebuild(store, { onProgress: ({ percent }) => void shown.push(percent) });
      await models.waitForPosition(source.append('UserDeleted', ids[0]!), 5_000);
      done.abort();
      await Promise.all([appending, reading]);
      await models.waitForPosition(source.events.length * 10, 5_000);
      expect(seen).toEqual(['all, old', 'all, new']);
      expect(shown.at(-1)).toBe(100);
      await digestsEqualReplay(store);
      await waitUntil(async () => (await schemas(store)).length === 1);
      expect(await indexes(store)).toEqual(['rollbook_last_events_1']);
      expect(models.health().failing).toBeUndefined();
    });

    it('continues after it was broken off, and begins anew with --restart', async () => {
      source.append('UserAdded', ...ids);
      const { store, models } = await start([older]);
      await models.waitUntilBuilt(20_000);
      await damage(store);
      const breakOff = async () => {
        const stopping = new AbortController();
        const onProgress = ({ events }: { events: number }) => events >= 500 && stopping.abort(new Error('killed'));
        await expect(rebuild(store, { signal: stopping.signal, onProgress })).rejects.toThrow('killed');
        expect(await schemas(store)).toEqual(['rollbook_last_events_1', 'rollbook_last_events_1_rebuild']);
      };
      await breakOff();
      expect((await rows(store))[0]).toEqual({ id: 'user-0000', events: 1000 });
      await waitUntil(() => models.health().rebuilding.length > 0);
      source.starts.length = 0;
      await rebuild(store);
      expect(source.starts[0]).toBeGreaterThanOrEqual(5_000);
      await digestsEqualReplay(store);
      await breakOff();
      source.starts.length = 0;
      await rebuild(store, { restart: true });
      expect(source.starts[0]).toBeUndefined();
      await digestsEqualReplay(store);
    });

    it('is refused while another one runs', async () => {
      source.append('UserAdded', ...ids);
      const { store, models } = await start([older]);
      await models.waitUntilBuilt(20_000);
      const { subscribe, release } = halting(500);
      const first = rebuild(store, { subscribe });
      await waitUntil(async () => (await schemas(store)).length === 2);
      await expect(rebuild(store)).rejects.toThrow('last-events is being rebuilt already.');
      release();
      await first;
    }, 30_000);
  });
});
