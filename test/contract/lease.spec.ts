import { setTimeout as pause } from 'node:timers/promises';
import { Lease, type RunSql } from '#libs/postgresql';
import { openTemporaryReadStore, type ReadStore } from '#libs/read-store';
import { CompiledQuery } from 'kysely';

describe('a lease', () => {
  let store: ReadStore;
  const leases: Lease[] = [];
  const run: RunSql = async (statement, parameters) =>
    (await store.batchDb.executeQuery(CompiledQuery.raw(statement, [...parameters]))).rows;

  beforeAll(async () => {
    store = await openTemporaryReadStore();
  });
  afterEach(async () => {
    for (const lease of leases.splice(0)) await lease.stop();
    await store.batchDb.deleteFrom('lease').execute();
  });
  afterAll(() => store.close());

  function make(holder: string, times = {}): Lease {
    const lease = new Lease({ run, table: 'lease', name: 'mails', holder, renewMs: 20, expiryMs: 300, ...times });
    leases.push(lease);
    return lease;
  }

  it('has one holder, until it is given back', async () => {
    const [one, two] = [make('one'), make('two')];
    await one.attempt();
    await two.attempt();
    expect([one.token, one.isSafe, two.token, two.isSafe]).toEqual([1, true, undefined, false]);
    await one.attempt();
    expect(one.token).toBe(1);
    await one.stop();
    await two.attempt();
    expect([one.token, two.token]).toEqual([undefined, 2]);
  });

  it('is taken over with a greater token when it has expired; the former holder learns it at its next attempt', async () => {
    const [one, two] = [make('one'), make('two')];
    await one.attempt();
    await pause(350);
    expect([one.token, one.isSafe]).toEqual([1, false]);
    await two.attempt();
    expect(two.token).toBe(2);
    await one.attempt();
    expect([one.token, two.isSafe]).toEqual([undefined, true]);
  });

  it('is kept as long as it is renewed, and reports when it is lost', async () => {
    const [one, two] = [make('one'), make('two', { expiryMs: 60_000 })];
    await one.attempt();
    const changes: (number | undefined)[] = [];
    one.start(
      () => void changes.push(one.token),
      (error) => void changes.push(error as never),
    );
    await pause(600);
    await two.attempt();
    expect([two.token, changes]).toEqual([undefined, []]);
    await run(`update lease set token = token + 1, holder = 'two'`, []);
    while (changes.length === 0) await pause(10);
    expect(changes).toEqual([undefined]);
  });

  it('is taken at once by the same holder at its start, since the former process has ended', async () => {
    const former = make('one');
    await former.attempt();
    const one = make('one');
    await one.attempt();
    expect(one.token).toBeUndefined();
    await one.attempt(true);
    expect(one.token).toBe(2);
  });

  it('keeps its token while the database is away', async () => {
    const one = make('one');
    await one.attempt();
    const away = new Lease({
      run: async () => Promise.reject(new Error('away')),
      table: 'lease',
      name: 'mails',
      holder: 'two',
    });
    await expect(away.attempt()).rejects.toThrow('away');
    expect([away.token, one.token]).toEqual([undefined, 1]);
  });
});
