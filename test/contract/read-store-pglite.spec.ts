import { openReadStore, openTemporaryReadStore, type ReadStore } from '#libs/read-store';
import { sql } from 'kysely';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { directory, log } from './read-store-fixture.js';

describe('PGlite', () => {
  let live: ReadStore;
  beforeAll(async () => {
    live = await openReadStore({ directory, log });
  });
  afterAll(() => live.close());

  it('has no files of databases that are never used', async () => {
    const base = join(directory, 'read-store', 'pglite', 'base');
    const counts = (await readdir(base)).map(async (database) => [
      database,
      (await readdir(join(base, database))).length > 0,
    ]);
    expect(Object.fromEntries(await Promise.all(counts))).toEqual({ 1: false, 4: false, 5: true });
  });

  it('ignores environment variables of PostgreSQL clients', async () => {
    process.env['PGSSLMODE'] = 'require';
    try {
      const store = await openTemporaryReadStore();
      expect((await sql`select 1 as one`.execute(store.db)).rows).toEqual([{ one: 1 }]);
      await store.close();
    } finally {
      delete process.env['PGSSLMODE'];
    }
  });
});
