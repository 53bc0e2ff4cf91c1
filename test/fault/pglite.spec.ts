import { openReadStore, type ReadStore } from '#libs/read-store';
import { sql } from 'kysely';
import { randomBytes } from 'node:crypto';
import { cp, readdir, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { directory, log, recordObserver, unavailable, waitUntil } from '../contract/read-store-fixture.js';

describe('PGlite', () => {
  let live: ReadStore;
  beforeAll(async () => {
    live = await openReadStore({ directory, log });
  });
  afterAll(() => live.close());

  /** Whether the table that a test has created is still there. */
  const isKept = async (store: ReadStore) =>
    (await sql<{ kept: unknown }>`select to_regclass('kept') as kept`.execute(store.db)).rows[0]!.kept === 'kept';

  it('keeps committed rows when the process is killed, but none for another log, a restored log or after a reboot', async () => {
    const files = join(directory, 'killed', 'read-store');
    await sql`create table kept ()`.execute(live.db);
    // A killed process leaves all that it has written, without a clean close.
    await cp(join(directory, 'read-store'), files, { recursive: true });
    expect((await stat(files)).mode & 0o777).toBe(0o700);

    const reopened = await openReadStore({ directory: join(directory, 'killed'), log });
    expect(await isKept(reopened)).toBe(true);
    await reopened.close();

    const another = await openReadStore({ directory: join(directory, 'killed'), log: { ...log, installation: 'two' } });
    expect(await isKept(another)).toBe(false);
    await sql`create table kept ()`.execute(another.db);
    await another.close();

    const restored = await openReadStore({
      directory: join(directory, 'killed'),
      log: { ...log, installation: 'two', restored: 'once' },
    });
    expect(await isKept(restored)).toBe(false);
    await sql`create table kept ()`.execute(restored.db);
    await restored.close();

    await writeFile(join(files, 'open'), 'another boot');
    const rebooted = await openReadStore({
      directory: join(directory, 'killed'),
      log: { ...log, installation: 'two', restored: 'once' },
    });
    expect(await isKept(rebooted)).toBe(false);
    await rebooted.close();
  }, 180_000);

  it('limits its write-ahead log', async () => {
    const busy = join(directory, 'busy');
    const store = await openReadStore({ directory: busy, log });
    await sql`create table written (id integer primary key, text text)`.execute(store.db);
    for (let mb = 0; mb < 80; mb++) {
      // Random text can't be compressed.
      const text = randomBytes(500_000).toString('hex');
      await sql`insert into written values (1, ${text}) on conflict (id) do update set text = excluded.text`.execute(
        store.db,
      );
    }
    const files = (await readdir(join(busy, 'read-store', 'pglite', 'pg_wal'))).filter((name) =>
      /^[0-9A-F]{24}$/.test(name),
    );
    // Each file has 16 MB, and more than 80 MB were written.
    expect(files.length).toBeLessThanOrEqual(4);
    await store.close();
  }, 180_000);

  it('OPS-12: refuses queries while its thread hangs, then replaces the thread', async () => {
    const { told, observer } = recordObserver();
    const store = await openReadStore({
      directory: join(directory, 'hung'),
      log,
      limits: { queryMs: 500, batchMs: 8_000 },
      observer,
    });
    await sql`create table kept ()`.execute(store.batchDb);
    const endless = sql`select count(*) from generate_series(1, 100000000000)`.execute(store.db);
    await expect(endless).rejects.toEqual(unavailable);
    // The thread is still busy with this query, so later queries are refused, too.
    await expect(sql`select 1`.execute(store.db)).rejects.toEqual(unavailable);
    expect(told.at(-1)).toBe('no-answer');
    await waitUntil(() => isKept(store).catch(() => false));
    expect(told.at(-1)).toBe('recovered');
    await store.close();
  });

  it('is built again if its files can not be opened', async () => {
    const torn = join(directory, 'torn');
    const store = await openReadStore({ directory: torn, log });
    await sql`create table kept ()`.execute(store.db);
    await store.close();
    await writeFile(join(torn, 'read-store', 'pglite', 'global', 'pg_control'), 'torn');
    const rebuilt = await openReadStore({ directory: torn, log });
    expect(await isKept(rebuilt)).toBe(false);
    await rebuilt.close();
  }, 180_000);

  it('is vacuumed', async () => {
    const busy = join(directory, 'rewritten');
    const store = await openReadStore({ directory: busy, log });
    await sql`create table rewritten as select id from generate_series(1, 5000) id`.execute(store.db);
    const vacuums = sql<{
      count: number;
    }>`select vacuum_count as count from pg_stat_user_tables where relname = 'rewritten'`;
    const padding = 'x'.repeat(1 << 20);
    for (let update = 0; update < 64; update++)
      await sql`update rewritten set id = -id where ${padding} <> ''`.execute(store.db);
    expect((await vacuums.execute(store.db)).rows[0]!.count).toBeGreaterThan(0);
    await store.close();
  });
});
