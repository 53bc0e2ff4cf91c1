import { Client } from 'pg';
import type { Build, StoredFormat } from '#libs/vault';
import { waitUntil } from './read-store-fixture.js';
import { describeEachVault, key } from './vault-fixture.js';

const first: StoredFormat[] = [
  { type: 'UserAdded', schema: 1 },
  { type: 'UserLocked', schema: 1 },
];
const older: Build = { name: '1.0', formats: { UserAdded: 1, UserLocked: 1 } };
const newer: Build = { name: '1.1', formats: { UserAdded: 2, UserLocked: 1, UserMoved: 1 } };
const moved: StoredFormat = { type: 'UserMoved', schema: 1 };
const added: StoredFormat = { type: 'UserAdded', schema: 2 };

describeEachVault('formats', (database) => {
  beforeEach(() => database.vault.writtenFormats.check(older, first));
  const formats = () => database.vault.writtenFormats;

  test('a build may write what was written before, and what is entered', async () => {
    for (const format of [...first, moved, added]) await formats().ensureWritable(format, newer);
    await database.reopen();
    await formats().check(newer, []);
    expect(await formats().load()).toEqual([
      { type: 'UserAdded', schema: 1, build: 'an earlier build' },
      { type: 'UserAdded', schema: 2, build: '1.1' },
      { type: 'UserLocked', schema: 1, build: 'an earlier build' },
      { type: 'UserMoved', schema: 1, build: '1.1' },
    ]);
  });

  test.each([
    [moved, 'UserMoved (schema 1)'],
    [added, 'UserAdded (schema 2)'],
  ])('a build that can not read %j is refused once it was entered', async (format, name) => {
    await formats().check(newer, first);
    await formats().check(older, first);
    await formats().ensureWritable(format, newer);
    await database.reopen();
    await expect(formats().check(older, first)).rejects.toThrow(
      `The log holds events of a newer build, which this build (1.0) can not read: ${name}. Start build 1.1 or a newer one.`,
    );
  });

  if (database.engine === 'SQLite') return;

  const register = async (build: Build, holder: string) => {
    const registration = database.vault.createRegistration(holder, build);
    await registration.register();
    return registration;
  };
  const lapse = () => database.attack("UPDATE server SET renewed_at = renewed_at - interval '7 s'");
  const underWay = expect.objectContaining({ code: 'upgrade.under-way', kind: 'unavailable' });

  test('what a server can not read is refused until it is stopped', async () => {
    const one = await register(older, 'one');
    const other = await register(newer, 'other');
    expect(await database.vault.countServers()).toBe(2);
    for (const format of [moved, added])
      await expect(formats().ensureWritable(format, newer)).rejects.toEqual(underWay);
    await one.stop();
    expect(await database.vault.countServers()).toBe(1);
    for (const format of [moved, added]) await formats().ensureWritable(format, newer);
    await expect(register(older, 'one')).rejects.toThrow('Start build 1.1 or a newer one');
    await other.stop();
    expect(await database.vault.countServers()).toBe(0);
  });

  test('a server that is started again has one registration', async () => {
    await register(older, 'one');
    await register(newer, 'one');
    expect(await database.vault.countServers()).toBe(1);
    await formats().ensureWritable(moved, newer);
  });

  test('a server that has lapsed registers again, unless what it can not read was written meanwhile', async () => {
    const server = await register(older, 'one');
    const reports: unknown[] = [];
    server.start({ renewedLate: () => reports.push('late'), failed: (error) => reports.push(error) });
    const idNow = async () => (await database.readRow('SELECT registration FROM server'))?.['registration'];
    const id = await idNow();
    await lapse();
    await waitUntil(() => reports.length > 0);
    expect([server.isCurrent, await database.vault.countServers(), (await idNow()) === id]).toEqual([true, 1, false]);
    await lapse();
    await formats().ensureWritable(moved, newer);
    expect((await server.refused).message).toMatch('UserMoved (schema 1). Start build 1.1');
    expect([reports, await database.vault.countServers()]).toEqual([['late'], 0]);
    await server.stop();
  });

  test('a renewal that is being committed counts', async () => {
    await register(older, 'one');
    await lapse();
    const client = new Client({ connectionString: database.url, options: '-c search_path=rollbook_state' });
    await client.connect();
    await client.query('begin');
    await client.query('update server set renewed_at = clock_timestamp()');
    const entering = formats().ensureWritable(moved, newer);
    // Handled below, after the commit.
    entering.catch(() => {});
    const isWaiting =
      "SELECT 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query LIKE 'DELETE FROM server%'";
    await waitUntil(async () => (await database.readRow(isWaiting)) !== undefined);
    await client.query('commit');
    await client.end();
    await expect(entering).rejects.toEqual(underWay);
  });

  test('of a registration and a format that it can not read, one is refused, whichever is first', async () => {
    const outcomes = new Set<string>();
    for (let nth = 0; nth < 30; nth++) {
      const other = await database.place.open({ key, create: false });
      const server = other.createRegistration('one', older);
      const settled = await Promise.allSettled([
        server.register(),
        formats().ensureWritable({ type: `New${nth}`, schema: 1 }, newer),
      ]);
      outcomes.add(settled.map(({ status }) => status).join());
      await database.attack("DELETE FROM event_format WHERE type LIKE 'New%'");
      await server.stop();
      await other.close();
    }
    for (const outcome of outcomes) expect(outcome).toMatch(/^(fulfilled,rejected|rejected,fulfilled)$/);
  });
});
