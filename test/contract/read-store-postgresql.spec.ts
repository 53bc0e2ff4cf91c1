import { openReadStore, ProjectionRunner, type ProjectionProblem } from '#libs/read-store';
import { sql } from 'kysely';
import { existsSync, readFileSync } from 'node:fs';
import { TcpProxy } from '../support/tcp-proxy.js';
import {
  directory,
  eventOrder,
  log,
  MemoryLog,
  recordObserver,
  resetProjections,
  unavailable,
  useDatabase,
  waitUntil,
} from './read-store-fixture.js';

const databaseUrl = useDatabase('postgresql')!;

(databaseUrl ? describe : describe.skip)('PostgreSQL', () => {
  beforeAll(async () => (await openReadStore({ directory, databaseUrl, log })).close());

  it('refuses a store that was built from another log', async () => {
    const opening = openReadStore({ directory, databaseUrl, log: { ...log, installation: 'two' } });
    await expect(opening).rejects.toThrow(/built from another log/);
  });

  it('refuses a store that was built from the log before it was restored', async () => {
    const opening = openReadStore({ directory, databaseUrl, log: { ...log, restored: 'once' } });
    await expect(opening).rejects.toThrow(/built from this log before it was restored/);
  });

  it('OPS-12: refuses queries and projections while the server hangs, and recovers by itself', async () => {
    const cable = await TcpProxy.open(databaseUrl);
    const { told, observer } = recordObserver();
    const store = await openReadStore({
      directory,
      databaseUrl: cable.url,
      log,
      projections: [eventOrder()],
      limits: { queryMs: 500, batchMs: 1_000 },
      observer,
    });
    await resetProjections(store);
    const source = new MemoryLog();
    const problems: ProjectionProblem[] = [];
    const runner = new ProjectionRunner({
      store,
      projections: [eventOrder()],
      subscribe: source.subscribe,
      onProblem: (problem) => void problems.push(problem),
    });
    await runner.start();
    await runner.waitForPosition(source.append('UserAdded', 'ann'), 5_000);

    cable.pause();
    const queries = Array.from({ length: 30 }, () => sql`select 1`.execute(store.db));
    source.append('UserAdded', 'bob');
    for (const outcome of await Promise.allSettled(queries))
      expect(outcome).toEqual({ status: 'rejected', reason: unavailable });
    await waitUntil(() => runner.health().failing);
    expect(runner.health()).toMatchObject({
      position: 10,
      caughtUp: false,
      failing: { reason: 'read-store.unavailable' },
    });
    expect(new Set(told.slice(told.indexOf('no-answer')))).toEqual(new Set(['no-answer']));

    cable.resume();
    await waitUntil(() => runner.position === 20);
    expect((await sql`select 1 as one`.execute(store.db)).rows).toEqual([{ one: 1 }]);
    expect([told.at(-1), problems]).toEqual(['recovered', []]);
    await runner.stop();

    // A server that hangs does not block closing.
    cable.pause();
    await store.close();
    await cable.disconnect();
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
    if (!stopped.every(isOurs))
      return console.warn('PostgreSQL runs on another machine: its backends are not stopped.');
    try {
      for (const pid of stopped) process.kill(pid, 'SIGSTOP');
      await expect(sql`select 1`.execute(store.db)).rejects.toEqual(unavailable);
      // The idle connections were replaced, too.
      expect((await sql`select 1 as one`.execute(store.db)).rows).toEqual([{ one: 1 }]);
    } finally {
      for (const pid of stopped) process.kill(pid, 'SIGCONT');
    }
    await store.close();
    return undefined;
  });

  it('OPS-12: makes the server stop a query that takes too long, without considering the server unavailable', async () => {
    const { told, observer } = recordObserver();
    const store = await openReadStore({
      directory,
      databaseUrl,
      log,
      limits: { queryMs: 300, batchMs: 5_000 },
      observer,
    });
    await expect(sql`select pg_sleep(60)`.execute(store.db)).rejects.toEqual(unavailable);
    const running = sql`select pid from pg_stat_activity where query like 'select pg_sleep(60)%' and state = 'active'`;
    expect((await running.execute(store.batchDb)).rows).toEqual([]);
    // A statement of a batch may take longer.
    await sql`select pg_sleep(1)`.execute(store.batchDb);
    expect(new Set(told)).toEqual(new Set(['recovered']));
    await store.close();
  });

  it('is unavailable while connections break, and works again', async () => {
    const store = await openReadStore({ directory, databaseUrl, log });
    const sleeping = sql`select pg_sleep(60)`.execute(store.db);
    const broken = expect(sleeping).rejects.toMatchObject({ code: 'read-store.unavailable', kind: 'unavailable' });
    const sleepers = sql`select pg_terminate_backend(pid) from pg_stat_activity where query = 'select pg_sleep(60)'`;
    await waitUntil(async () => (await sleepers.execute(store.db)).rows.length > 0);
    await broken;
    expect((await sql`select 1 as one`.execute(store.db)).rows).toEqual([{ one: 1 }]);
    await store.close();
  });
});
