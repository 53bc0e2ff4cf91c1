import type { Recorded, StoreProblem } from '#libs/kernel';
import {
  digestTables,
  encodeCursor,
  decodeIdCursor,
  openReadStore,
  openTemporaryReadStore,
  decodePositionCursor,
  ProjectionRunner,
  type ProjectionProblem,
  type Projection,
  type ReadStore,
  type SubscribeToLog,
} from '#libs/read-store';
import { sql } from 'kysely';
import { randomBytes } from 'node:crypto';
import { EventEmitter, once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { cp, mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { Client } from 'pg';
import { Cable } from '../support/cable.js';

const log = { installation: 'one', namespace: 'rollbook', restored: '' };
let directory: string;

let scratch: Promise<ReadStore>;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'rollbook-read-store-'));
  scratch = openTemporaryReadStore();
});
afterAll(async () => {
  await (await scratch).close();
  await rm(directory, { recursive: true, force: true });
});

/** A log in memory. Positions are 10, 20, 30, …: they have gaps. */
class Log {
  readonly events: Recorded[] = [];
  readonly #grown = new EventEmitter();
  /** How often a subscription was started, and where from. */
  readonly starts: (number | undefined)[] = [];
  /** The log is away: subscriptions break. */
  away = false;

  append(type: string, ...ids: string[]): number {
    for (const id of ids) {
      const position = (this.events.length + 1) * 10;
      const place = { id: String(position), stream: `user-${id}`, revision: 0, position };
      this.events.push({ ...place, type, data: { id }, envelope: {} as Recorded['envelope'] });
    }
    this.#grown.emit('grown');
    return this.events.length * 10;
  }

  readonly subscribe: SubscribeToLog = async function* (this: Log, from: number | undefined, signal: AbortSignal) {
    this.starts.push(from);
    let next = (from ?? 0) / 10;
    for (;;) {
      if (this.away) throw new Error('away');
      while (next < this.events.length) yield { kind: 'event', event: this.events[next++]! } as const;
      yield { kind: 'caughtUp' } as const;
      await once(this.#grown, 'grown', { signal });
    }
  }.bind(this);
}

/** Remembers each event with the one before it; its primary key forbids to see one twice. */
const seen = (version = 1): Projection => ({
  name: 'seen',
  version,
  tables: ['seen'],
  create: (db) =>
    db.schema
      .createTable('seen')
      .addColumn('position', 'bigint', (column) => column.primaryKey())
      .addColumn('after', 'bigint')
      .addColumn('version', 'integer')
      .execute(),
  events: ['UserAdded', 'UserDeleted'],
  async apply(events, tx) {
    for (const { position } of events)
      await sql`insert into seen select ${position}, max(position), ${version} from seen`.execute(tx);
  },
});

/** Stops at a user whose row is taken, as a constraint makes any projection stop. */
const users: Projection = {
  name: 'users',
  version: 1,
  tables: ['users'],
  create: (db) =>
    db.schema
      .createTable('users')
      .addColumn('id', 'text', (column) => column.notNull().unique())
      .execute(),
  events: ['UserAdded'],
  apply: async (events, tx) => {
    await tx
      .insertInto('users')
      .values(events.map(({ data }) => data))
      .execute();
  },
};

/** Looks again and again, until Jest's time is up. */
async function until(condition: () => unknown): Promise<void> {
  while (!(await condition())) await setImmediate();
}

function suite(open: () => Promise<ReadStore>) {
  let store: ReadStore;
  let source: Log;
  const runners: ProjectionRunner[] = [];
  const problems: ProjectionProblem[] = [];

  beforeAll(async () => {
    store = await open();
  });
  afterAll(() => store.close());
  beforeEach(async () => {
    source = new Log();
    problems.length = 0;
    await sql`drop table if exists seen, users`.execute(store.db);
    await store.db.deleteFrom('projection').execute();
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
  const rows = (table: string) =>
    store.db
      .selectFrom(table)
      .selectAll()
      .orderBy(sql`1`)
      .execute();
  const checkpoint = async (name: string) =>
    (await store.db.selectFrom('projection').select('position').where('name', '=', name).executeTakeFirst())?.position;

  it('reads values alike', async () => {
    const { rows } = await sql`
      select 9007199254740991::bigint as "bigint", count(*) as "count", sum(2::bigint) as "sum",
        date '2026-01-31' as "date", timestamptz '2026-01-31 23:00:00.12+02' as "at", jsonb '{"a":[1]}' as "json",
        1.5::float8 as "float", true as "boolean", array['a', 'b'] as "texts"`.execute(store.db);
    expect(rows).toEqual([
      {
        bigint: 9007199254740991,
        count: 1,
        sum: '2',
        date: '2026-01-31',
        at: '2026-01-31T21:00:00.120Z',
        json: { a: [1] },
        float: 1.5,
        boolean: true,
        texts: ['a', 'b'],
      },
    ]);
  });

  it('takes values alike', async () => {
    const at = '2026-01-31T21:00:00.120Z';
    const { rows } = await sql`
      select ${at}::timestamptz as at, ${JSON.stringify(['a'])}::jsonb as json,
        'a' = any(${['a', 'b']}::text[]) as "in"`.execute(store.db);
    expect(rows).toEqual([{ at, json: ['a'], in: true }]);
  });

  it('says why a statement failed, alike', async () => {
    await users.create(store.db);
    const twice = store.db
      .insertInto('users')
      .values([{ id: 'ann' }, { id: 'ann' }])
      .execute();
    await expect(twice).rejects.toMatchObject({ code: '23505', constraint: 'users_id_key' });
  });

  it('rolls a failed transaction back', async () => {
    await users.create(store.db);
    const work = store.db.transaction().execute(async (tx) => {
      await tx.insertInto('users').values({ id: 'ann' }).execute();
      await sql`select 1 / 0`.execute(tx).catch(() => {});
    });
    await expect(work).rejects.toThrow();
    expect(await rows('users')).toEqual([]);
  });

  it('sorts alike under COLLATE "C"', async () => {
    const { rows } = await sql<{ name: string }>`
      select name from (values ('b'), ('B'), ('a b'), ('ab'), ('é'), ('Z')) as names (name)
      order by name collate "C"`.execute(store.db);
    expect(rows.map(({ name }) => name)).toEqual(['B', 'Z', 'a b', 'ab', 'b', 'é']);
  });

  it('searches without case and accents, by index', async () => {
    await users.create(store.db);
    await sql`create index on users using gin (id, rollbook_fold(id) gin_trgm_ops)`.execute(store.db);
    const names = ['Zoë Ångström', 'ЖУКОВ', 'Bob'];
    await store.db
      .insertInto('users')
      .values(names.map((id) => ({ id })))
      .execute();
    const search = (text: string) =>
      sql<{ id: string }>`select id from users where rollbook_fold(id) like '%' || rollbook_fold(${text}) || '%'`;
    const found = await store.db.transaction().execute(async (tx) => {
      await sql`set local enable_seqscan = off`.execute(tx);
      const plan = await sql`explain select id from users where rollbook_fold(id) like '%zoe%'`.execute(tx);
      const results = [await search('zoe ang').execute(tx), await search('Жуков').execute(tx)];
      return { plan: JSON.stringify(plan.rows), ids: results.flatMap(({ rows }) => rows.map(({ id }) => id)) };
    });
    expect(found.ids).toEqual(['Zoë Ångström', 'ЖУКОВ']);
    expect(found.plan).toContain('Bitmap Index Scan');
  });

  it('projects every event once, in order, whatever the batches', async () => {
    const ids = Array.from({ length: 300 }, (_, index) => String(index));
    source.append('UserAdded', ...ids);
    const runner = await run([seen(), users], source.subscribe, 7);
    for (let more = 0; more < 20; more++) source.append('UserDeleted', String(more));
    await until(() => runner.health().caughtUp && runner.position === 3_200);
    expect(await rows('seen')).toEqual(
      source.events.map(({ position }, index) => ({ position, after: index === 0 ? null : position - 10, version: 1 })),
    );
    expect(await rows('users')).toHaveLength(300);
  });

  it('goes on exactly where it stopped', async () => {
    source.append('UserAdded', 'ann', 'bob');
    const first = await run([seen(), users]);
    await first.waitForPosition(20, 2_000);
    await first.stop();
    source.append('UserAdded', 'cyd');
    const second = await run([seen(), users]);
    await second.waitForPosition(30, 2_000);
    expect(source.starts).toEqual([undefined, 20]);
    expect((await rows('seen')).map(({ position }) => position)).toEqual([10, 20, 30]);
    expect(await checkpoint('users')).toBe(30);
  });

  it('OPS-5: rebuilds the tables of a changed version, and only those', async () => {
    source.append('UserAdded', 'ann', 'bob');
    const old = await run([seen(), users]);
    await old.waitForPosition(20, 2_000);
    await old.stop();
    const changed = await run([seen(2), users]);
    await changed.waitForPosition(20, 2_000);
    expect(await rows('seen')).toMatchObject([{ version: 2 }, { version: 2 }]);
    expect(problems).toEqual([]);
  });

  it('stops at an event that cannot be applied, says which and why, and goes on once it can', async () => {
    const runner = await run([seen(), users]);
    source.append('UserAdded', 'ann', 'bob', 'ann', 'cyd');
    await until(() => runner.health().failing?.position);
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
    expect((await rows('seen')).map(({ position }) => position)).toEqual([10, 20]);
    expect([await checkpoint('seen'), await checkpoint('users')]).toEqual([20, 20]);

    await sql`alter table users drop constraint users_id_key`.execute(store.db);
    await until(() => runner.health().caughtUp);
    expect(runner.health()).toEqual({ position: 40, caughtUp: true });
    expect((await rows('seen')).map(({ position }) => position)).toEqual([10, 20, 30, 40]);
  });

  it('subscribes again when the log was away', async () => {
    source.append('UserAdded', 'ann');
    const runner = await run([seen()]);
    await runner.waitForPosition(10, 2_000);
    source.away = true;
    source.append('UserAdded', 'bob');
    await until(() => runner.health().failing);
    expect(runner.health().failing).toEqual({ reason: 'Error', since: expect.any(String) });
    source.away = false;
    await runner.waitForPosition(20, 5_000);
    expect((await rows('seen')).map(({ position }) => position)).toEqual([10, 20]);
  });

  it('moves on with the log where no projection wants anything', async () => {
    source.append('UserAdded', 'ann');
    source.append('LoginReported', 'ann', 'ann');
    const runner = await run([seen()]);
    await runner.waitForPosition(30, 2_000);
    expect(runner.position).toBe(30);
  });

  it('notices another process that projects into the same store', async () => {
    source.append('UserAdded', 'ann');
    const runner = await run([seen()]);
    await runner.waitForPosition(10, 2_000);
    await store.db.updateTable('projection').set({ position: 20 }).execute();
    source.append('UserAdded', 'bob', 'cyd');
    await runner.waitForPosition(30, 2_000);
    expect(problems).toMatchObject([{ reason: 'ProjectedElsewhere' }]);
    expect((await rows('seen')).map(({ position }) => position)).toEqual([10, 30]);
  });

  it('reads no further ahead of a slow projection than two batches', async () => {
    let read = 0;
    const endless: SubscribeToLog = async function* () {
      const envelope = {} as Recorded['envelope'];
      const event = { id: '', type: 'UserAdded', data: {}, envelope, stream: '', revision: 0 };
      for (;;) yield { kind: 'event', event: { ...event, position: ++read } } as const;
    };
    const applying = Promise.withResolvers<void>();
    const free = Promise.withResolvers<void>();
    const slow = { ...seen(), apply: () => (applying.resolve(), free.promise) };
    const runner = await run([slow], endless, 50);
    await applying.promise;
    await setImmediate();
    expect(read).toBeLessThanOrEqual(101);
    const stopped = runner.stop();
    free.resolve();
    await stopped;
    expect(runner.position).toBeGreaterThan(0);
    expect(await checkpoint('seen')).toBe(runner.position);
  });

  it('digests tables as a replay of the log gives them', async () => {
    source.append('UserAdded', 'ann', 'bob', 'cyd');
    await (await run([seen(), users], source.subscribe, 1)).waitForPosition(30, 2_000);
    const replayed = await scratch;
    await replayed.db.deleteFrom('projection').execute();
    const { subscribe } = source;
    const replay = new ProjectionRunner({
      store: replayed,
      projections: [seen(), users],
      subscribe,
      onProblem: () => {},
    });
    await replay.start();
    await replay.waitForPosition(30, 2_000);
    const live = await digestTables(store.db, ['seen', 'users']);
    expect(live).toEqual(await digestTables(replayed.db, ['seen', 'users']));
    await replay.stop();
    await sql`update users set id = 'eve' where id = 'cyd'`.execute(store.db);
    const touched = await digestTables(store.db, ['seen', 'users']);
    expect(touched['seen']).toBe(live['seen']);
    expect(touched['users']).not.toBe(live['users']);
  });
}

describe('PGlite', () => {
  let live: Promise<ReadStore> | undefined;
  suite(() => (live ??= openReadStore({ directory, log })));

  const marked = async (store: ReadStore) =>
    (await sql<{ kept: unknown }>`select to_regclass('kept') as kept`.execute(store.db)).rows[0]!.kept === 'kept';

  it('keeps what was committed when the process is killed, and nothing for another log, a restored one or after a reboot', async () => {
    const files = join(directory, 'killed', 'read-store');
    await sql`create table kept ()`.execute((await live)!.db);
    // What a killed process leaves: all that it has written, and no clean end.
    await cp(join(directory, 'read-store'), files, { recursive: true });
    expect((await stat(files)).mode & 0o777).toBe(0o700);

    const reopened = await openReadStore({ directory: join(directory, 'killed'), log });
    expect(await marked(reopened)).toBe(true);
    await reopened.close();

    const another = await openReadStore({ directory: join(directory, 'killed'), log: { ...log, installation: 'two' } });
    expect(await marked(another)).toBe(false);
    await sql`create table kept ()`.execute(another.db);
    await another.close();

    const restored = await openReadStore({
      directory: join(directory, 'killed'),
      log: { ...log, installation: 'two', restored: 'once' },
    });
    expect(await marked(restored)).toBe(false);
    await sql`create table kept ()`.execute(restored.db);
    await restored.close();

    await writeFile(join(files, 'open'), 'another boot');
    const rebooted = await openReadStore({
      directory: join(directory, 'killed'),
      log: { ...log, installation: 'two', restored: 'once' },
    });
    expect(await marked(rebooted)).toBe(false);
    await rebooted.close();
  });

  it('has no files of databases that nobody connects to', async () => {
    await live;
    const base = join(directory, 'read-store', 'pglite', 'base');
    const counts = (await readdir(base)).map(async (database) => [
      database,
      (await readdir(join(base, database))).length > 0,
    ]);
    expect(Object.fromEntries(await Promise.all(counts))).toEqual({ 1: false, 4: false, 5: true });
  });

  it('is no affair of the settings of other PostgreSQL clients', async () => {
    process.env['PGSSLMODE'] = 'require';
    try {
      const store = await openTemporaryReadStore();
      expect((await sql`select 1 as one`.execute(store.db)).rows).toEqual([{ one: 1 }]);
      await store.close();
    } finally {
      delete process.env['PGSSLMODE'];
    }
  });

  it('keeps no more of its write-ahead log than it was set', async () => {
    const busy = join(directory, 'busy');
    const store = await openReadStore({ directory: busy, log });
    await sql`create table written (id integer primary key, text text)`.execute(store.db);
    for (let mb = 0; mb < 80; mb++) {
      // As text that can't be compressed.
      const text = randomBytes(500_000).toString('hex');
      await sql`insert into written values (1, ${text}) on conflict (id) do update set text = excluded.text`.execute(
        store.db,
      );
    }
    const files = (await readdir(join(busy, 'read-store', 'pglite', 'pg_wal'))).filter((name) =>
      /^[0-9A-F]{24}$/.test(name),
    );
    // Of 16 MB each; more than 80 MB were written.
    expect(files.length).toBeLessThanOrEqual(4);
    await store.close();
  });

  it('is vacuumed', async () => {
    const busy = join(directory, 'rewritten');
    const store = await openReadStore({ directory: busy, log });
    await sql`create table rewritten as select id from generate_series(1, 5000) id`.execute(store.db);
    const vacuums = sql<{
      count: number;
    }>`select vacuum_count as count from pg_stat_user_tables where relname = 'rewritten'`;
    const padding = 'x'.repeat(1 << 20);
    for (let turn = 0; turn < 64; turn++)
      await sql`update rewritten set id = -id where ${padding} <> ''`.execute(store.db);
    expect((await vacuums.execute(store.db)).rows[0]!.count).toBeGreaterThan(0);
    await store.close();
  });

  it('OPS-12: refuses callers while its thread hangs, then replaces the thread', async () => {
    const { told, observer } = listening();
    const store = await openReadStore({
      directory: join(directory, 'hung'),
      log,
      limits: { queryMs: 500, batchMs: 8_000 },
      observer,
    });
    await sql`create table kept ()`.execute(store.batchDb);
    const endless = sql`select count(*) from generate_series(1, 100000000000)`.execute(store.db);
    await expect(endless).rejects.toEqual(away);
    // The thread is still busy with it: those who come behind are refused, too.
    await expect(sql`select 1`.execute(store.db)).rejects.toEqual(away);
    expect(told.at(-1)).toBe('no-answer');
    await until(() => marked(store).catch(() => false));
    expect(told.at(-1)).toBe('recovered');
    await store.close();
  });

  it('is built again where its files can not be opened', async () => {
    const torn = join(directory, 'torn');
    const store = await openReadStore({ directory: torn, log });
    await sql`create table kept ()`.execute(store.db);
    await store.close();
    await writeFile(join(torn, 'read-store', 'pglite', 'global', 'pg_control'), 'torn');
    const rebuilt = await openReadStore({ directory: torn, log });
    expect(await marked(rebuilt)).toBe(false);
    await rebuilt.close();
  });
});

/** What a store's observer is told, one word each. */
function listening() {
  const told: string[] = [];
  const observer = {
    failed: ({ code }: StoreProblem) => void told.push(code),
    recovered: () => void told.push('recovered'),
  };
  return { told, observer };
}

const away = expect.objectContaining({ code: 'read-store.unavailable', kind: 'unavailable' });

const { DATABASE_URL } = process.env;
if (!DATABASE_URL) console.info('DATABASE_URL is not set: the read store is tested on PGlite only.');
else
  describe('PostgreSQL', () => {
    const name = `rollbook_test_${process.pid}`;
    const databaseUrl = Object.assign(new URL(DATABASE_URL), { pathname: `/${name}` }).href;
    async function asOwner(statement: string) {
      const client = new Client(DATABASE_URL);
      await client.connect();
      await client.query(statement);
      await client.end();
    }
    beforeAll(() => asOwner(`create database ${name}`));
    afterAll(() => asOwner(`drop database ${name} with (force)`));

    suite(() => openReadStore({ directory, databaseUrl, log }));

    it('refuses a store that was built from another log', async () => {
      const opening = openReadStore({ directory, databaseUrl, log: { ...log, installation: 'two' } });
      await expect(opening).rejects.toThrow(/built from another log/);
    });

    it('refuses a store that was built from the log before it was restored', async () => {
      const opening = openReadStore({ directory, databaseUrl, log: { ...log, restored: 'once' } });
      await expect(opening).rejects.toThrow(/built from this log before it was restored/);
    });

    it('OPS-12: refuses callers and projections while the server hangs, and goes on by itself', async () => {
      const cable = await Cable.to(databaseUrl);
      const { told, observer } = listening();
      const store = await openReadStore({
        directory,
        databaseUrl: cable.url,
        log,
        limits: { queryMs: 500, batchMs: 1_000 },
        observer,
      });
      await sql`drop table if exists seen`.execute(store.batchDb);
      await store.batchDb.deleteFrom('projection').execute();
      const source = new Log();
      const problems: ProjectionProblem[] = [];
      const runner = new ProjectionRunner({
        store,
        projections: [seen()],
        subscribe: source.subscribe,
        onProblem: (problem) => void problems.push(problem),
      });
      await runner.start();
      await runner.waitForPosition(source.append('UserAdded', 'ann'), 5_000);

      cable.stall();
      const context = Array.from({ length: 30 }, () => sql`select 1`.execute(store.db));
      source.append('UserAdded', 'bob');
      for (const outcome of await Promise.allSettled(context))
        expect(outcome).toEqual({ status: 'rejected', reason: away });
      await until(() => runner.health().failing);
      expect(runner.health()).toMatchObject({
        position: 10,
        caughtUp: false,
        failing: { reason: 'read-store.unavailable' },
      });
      expect(new Set(told.slice(told.indexOf('no-answer')))).toEqual(new Set(['no-answer']));

      cable.resume();
      await until(() => runner.position === 20);
      expect((await sql`select 1 as one`.execute(store.db)).rows).toEqual([{ one: 1 }]);
      expect([told.at(-1), problems]).toEqual(['recovered', []]);
      await runner.stop();

      // Nor does a server that hangs hold up the end.
      cable.stall();
      await store.close();
      await cable.cut();
    });

    it('OPS-12: replaces connections whose backends hang', async () => {
      const store = await openReadStore({ directory, databaseUrl, log, limits: { queryMs: 500, batchMs: 1_000 } });
      const backends = async () =>
        (
          await sql<{ pid: number }>`select pid from pg_stat_activity where datname = current_database()`.execute(
            store.batchDb,
          )
        ).rows.map(({ pid }) => pid);
      await Promise.all(Array.from({ length: 5 }, () => sql`select 1`.execute(store.db)));
      const stopped = await backends();
      const isOurs = (pid: number) =>
        existsSync(`/proc/${pid}/cmdline`) && readFileSync(`/proc/${pid}/cmdline`, 'utf8').startsWith('postgres:');
      if (!stopped.every(isOurs)) return console.warn('PostgreSQL runs elsewhere: its backends are not stopped.');
      try {
        for (const pid of stopped) process.kill(pid, 'SIGSTOP');
        await expect(sql`select 1`.execute(store.db)).rejects.toEqual(away);
        // The idle ones went with it.
        expect((await sql`select 1 as one`.execute(store.db)).rows).toEqual([{ one: 1 }]);
      } finally {
        for (const pid of stopped) process.kill(pid, 'SIGCONT');
      }
      await store.close();
      return undefined;
    });

    it('OPS-12: has the server itself stop a query that takes too long; those that are answered show that it is not away', async () => {
      const { told, observer } = listening();
      const store = await openReadStore({
        directory,
        databaseUrl,
        log,
        limits: { queryMs: 300, batchMs: 5_000 },
        observer,
      });
      await expect(sql`select pg_sleep(60)`.execute(store.db)).rejects.toEqual(away);
      const running = sql`select pid from pg_stat_activity where query like 'select pg_sleep(60)%' and state = 'active'`;
      expect((await running.execute(store.batchDb)).rows).toEqual([]);
      // A batch may take longer.
      await sql`select pg_sleep(1)`.execute(store.batchDb);
      expect(new Set(told)).toEqual(new Set(['recovered']));
      await store.close();
    });

    it('says that it is away while connections break, and serves again', async () => {
      const store = await openReadStore({ directory, databaseUrl, log });
      const sleeping = sql`select pg_sleep(60)`.execute(store.db);
      const broken = expect(sleeping).rejects.toMatchObject({ code: 'read-store.unavailable', kind: 'unavailable' });
      const sleepers = sql`select pg_terminate_backend(pid) from pg_stat_activity where query = 'select pg_sleep(60)'`;
      await until(async () => (await sleepers.execute(store.db)).rows.length > 0);
      await broken;
      expect((await sql`select 1 as one`.execute(store.db)).rows).toEqual([{ one: 1 }]);
      await store.close();
    });
  });

describe('the read store', () => {
  it('is unavailable where no server answers', async () => {
    const opening = openReadStore({ directory, databaseUrl: 'postgres://127.0.0.1:1/none', log });
    await expect(opening).rejects.toMatchObject({ code: 'read-store.unavailable' });
  });

  it('makes cursors that only it can read', () => {
    expect([decodePositionCursor(encodeCursor(7)), decodeIdCursor(encodeCursor('a'))]).toEqual([7, 'a']);
    const refused = expect.objectContaining({ code: 'cursor.invalid', kind: 'invalid' });
    for (const wrong of ['', 'a b', encodeCursor(0.5), encodeCursor('a\0'), Buffer.from('{}').toString('base64url')])
      for (const read of [decodePositionCursor, decodeIdCursor]) expect(() => read(wrong)).toThrow(refused);
  });
});
