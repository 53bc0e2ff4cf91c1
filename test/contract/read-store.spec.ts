import { decodeIdCursor, decodePositionCursor, encodeCursor, openReadStore, type ReadStore } from '#libs/read-store';
import { sql } from 'kysely';
import { describeEachReadStore, directory, log, resetProjections, users } from './read-store-fixture.js';

describeEachReadStore('statements', (open) => {
  let store: ReadStore;
  beforeAll(async () => {
    store = await open();
  });
  afterAll(() => store.close());
  beforeEach(() => resetProjections(store));

  const rows = (table: string) =>
    store.db
      .selectFrom(table)
      .selectAll()
      .orderBy(sql`1`)
      .execute();

  it('parses values', async () => {
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

  it('accepts values as parameters', async () => {
    const at = '2026-01-31T21:00:00.120Z';
    const { rows } = await sql`
      select ${at}::timestamptz as at, ${JSON.stringify(['a'])}::jsonb as json,
        'a' = any(${['a', 'b']}::text[]) as "in"`.execute(store.db);
    expect(rows).toEqual([{ at, json: ['a'], in: true }]);
  });

  it('says why a statement failed', async () => {
    await users.createTables(store.db);
    const twice = store.db
      .insertInto('users')
      .values([{ id: 'ann' }, { id: 'ann' }])
      .execute();
    await expect(twice).rejects.toMatchObject({ code: '23505', constraint: 'users_id_key' });
  });

  it('rolls a failed transaction back', async () => {
    await users.createTables(store.db);
    const work = store.db.transaction().execute(async (tx) => {
      await tx.insertInto('users').values({ id: 'ann' }).execute();
      await sql`select 1 / 0`.execute(tx).catch(() => {});
    });
    await expect(work).rejects.toThrow();
    expect(await rows('users')).toEqual([]);
  });

  it('sorts by code point under COLLATE "C"', async () => {
    const { rows } = await sql<{ name: string }>`
      select name from (values ('b'), ('B'), ('a b'), ('ab'), ('é'), ('Z')) as names (name)
      order by name collate "C"`.execute(store.db);
    expect(rows.map(({ name }) => name)).toEqual(['B', 'Z', 'a b', 'ab', 'b', 'é']);
  });

  it('searches without case and accents, by index', async () => {
    await users.createTables(store.db);
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
});

describe('the read store', () => {
  it('is unavailable if no server listens', async () => {
    const opening = openReadStore({ directory, databaseUrl: 'postgres://127.0.0.1:1/none', log });
    await expect(opening).rejects.toMatchObject({ code: 'read-store.unavailable' });
  });

  it('decodes the cursors that it made, and refuses others', () => {
    expect([decodePositionCursor(encodeCursor(7)), decodeIdCursor(encodeCursor('a'))]).toEqual([7, 'a']);
    const refused = expect.objectContaining({ code: 'cursor.invalid', kind: 'invalid' });
    for (const wrong of ['', 'a b', encodeCursor(0.5), encodeCursor('a\0'), Buffer.from('{}').toString('base64url')])
      for (const read of [decodePositionCursor, decodeIdCursor]) expect(() => read(wrong)).toThrow(refused);
  });
});
