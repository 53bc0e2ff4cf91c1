import { describeEachVault } from './vault-fixture.js';

describeEachVault('limits', (database) => {
  let now = Date.parse('2026-01-15T12:00:00.000Z');
  const create = (from = database.vault) =>
    from.rateLimits(() => new Date(now)).create('attempts', { limit: 3, window: 60_000 });

  it('refuses what exceeds the limit until the window ends, by key', async () => {
    const limit = create();
    for (let nth = 0; nth < 3; nth++) expect(await limit.take('a')).toBeUndefined();
    now += 20_500;
    expect([await limit.take('a'), await limit.take('b')]).toEqual([40, undefined]);
    now += 39_500;
    expect(await limit.take('a', 3)).toBeUndefined();
    expect(await limit.take('a')).toBe(60);
  });

  it('takes nothing if the amount is too large, and gives back what failed', async () => {
    const limit = create();
    expect([await limit.take('a', 4), await limit.take('a', 2)]).toEqual([60, undefined]);
    expect(await limit.take('a', 2)).toBe(60);
    await limit.giveBack('a', 2);
    expect(await limit.take('a', 3)).toBeUndefined();
  });

  it('does not make a window longer if a clock was ahead', async () => {
    const limit = create();
    now += 3_600_000;
    await limit.take('a', 3);
    now -= 3_600_000;
    expect(await limit.take('a')).toBeUndefined();
  });

  it('lets no more than the limit through, also of requests at the same time', async () => {
    const limit = create();
    const taken = await Promise.all(Array.from({ length: 20 }, () => limit.take('a')));
    expect(taken.filter((refused) => refused === undefined)).toHaveLength(3);
  });

  (database.engine === 'PostgreSQL' ? it : it.skip)('is shared by all servers (SQLite has one)', async () => {
    const other = await database.open();
    const [here, there] = [create(), create(other)];
    await here.take('a', 2);
    expect([await there.take('a'), await there.take('a'), await here.take('a')]).toEqual([undefined, 60, 60]);
    await other.close();
    expect(JSON.stringify(await database.readRow('SELECT key FROM rate_limit'))).toMatch(/^\{"key":"[0-9a-f]{64}"\}$/);
  });
});
