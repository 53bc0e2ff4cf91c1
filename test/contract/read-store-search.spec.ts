import 'reflect-metadata';
import { sql, type Kysely } from 'kysely';
import { withQueryContext } from '#libs/kernel';
import { userEvent } from '#libs/users';
import { selectMatching } from '../../libs/users/src/read/user-filter.js';
import { ListUsers, loadUsersAfter } from '../../libs/users/src/read/user-list.js';
import type { UserListTables } from '../../libs/users/src/read/user-list.projection.js';
import { explainReads } from '../support/explain-reads.js';
import { userAddedEvent, nextEvent, userListFixtures, type UserListFixture } from '../support/user-list-fixture.js';

type Names = readonly [firstName: string, lastName: string, local?: string];

const people: readonly Names[] = [
  ['Wei', 'Wang'],
  ['伟', '王'],
  ['王', '伟'],
  ['小明', '王'],
  ['Ngozi', 'Ng'],
  ['Anh', 'Nguyễn'],
  ['민수', '김'],
  ['Minsu', 'Lee'],
  ['太郎', '山田'],
  ['はなこ', 'サトウ'],
  ['मीना', 'राम'],
  ['मन', 'रमा'],
  ['Οδυσσεύς', 'Παππάς'],
  ['Shane', "O'Neil"],
  ['Anna', 'Miller'],
  ['Joanna', 'Strauß'],
  ['Aylin', 'Işık'],
  ['محمد', 'علي'],
  ['Bo', 'Lang', 'kung.fu'],
  ['สมชาย', 'ใจดี'],
  ['Léa', 'Dupont-Aubert'],
  ['Мария', 'Иванова'],
];

const addedAs = (account: string, [firstName, lastName, local]: Names) =>
  userAddedEvent(account, { firstName, lastName, ...(local && { email: `${local}@corp.example` }) });

const query = (search: string, account = 'small') =>
  withQueryContext(new ListUsers({ search }), { account, at: '2026-01-01T00:00:00.000Z' } as never);

describe.each(userListFixtures)('%s', (_, open) => {
  let log: UserListFixture;
  let db: Kysely<UserListTables>;
  const page = { sort: 'lastName', limit: 50 };

  beforeAll(async () => {
    log = await open();
    db = log.db;
    const crowd = Array.from({ length: 2_500 }, (_, index): Names => [
      `Aaron ${index}`,
      index % 20 ? `Berg${index}` : 'Zimmer',
    ]);
    await log.apply(
      ...people.map((names) => addedAs('small', names)),
      ...[...crowd, ...people].map((names) => addedAs('large', names)),
    );
    await sql`analyze user_list`.execute(db);
  });
  afterAll(() => log.close());

  const found = async (search: string) =>
    (await loadUsersAfter(db, query(search), page)).items
      .map(({ firstName, lastName }) => `${firstName} ${lastName}`)
      .toSorted();

  test.each<[string, string[]]>([
    ['王伟', ['伟 王', '王 伟']],
    ['伟王', ['伟 王', '王 伟']],
    ['王 伟', ['伟 王', '王 伟']],
    ['王', ['伟 王', '小明 王', '王 伟']],
    ['明', ['小明 王']],
    ['王小明', ['小明 王']],
    ['小明王', ['小明 王']],
    ['민수', ['민수 김']],
    ['김민수', ['민수 김']],
    ['수', ['민수 김']],
    ['민수'.normalize('NFD'), ['민수 김']],
    ['山田　太郎', ['太郎 山田']],
    ['田太', ['太郎 山田']],
    ['ﾄｳ', ['はなこ サトウ']],
    ['な', ['はなこ サトウ']],
  ])('SEARCH-2: %s finds any part of names in CJK, from one character, in either order', async (search, names) => {
    expect(await found(search)).toEqual(names.toSorted());
  });

  test.each<[string, string[]]>([
    ['Ng', ['Anh Nguyễn', 'Ngozi Ng']],
    ['ng', ['Anh Nguyễn', 'Ngozi Ng']],
    ['ne', ["Shane O'Neil"]],
    ['au', ['Léa Dupont-Aubert']],
    ['fu', ['Bo Lang']],
    ['bo', ['Bo Lang']],
    ['co', []],
    ['να', []],
    ['οδ', ['Οδυσσεύς Παππάς']],
    ['ив', ['Мария Иванова']],
    ['रम', ['मन रमा']],
    ['สม', ['สมชาย ใจดี']],
  ])('SEARCH-2: %s finds the beginnings of words, from two characters', async (search, names) => {
    expect(await found(search)).toEqual(names.toSorted());
  });

  test.each<[string, string[]]>([
    ['ang', ['Bo Lang', 'Wei Wang']],
    ["o'n", ["Shane O'Neil"]],
    ['O’Neil', ["Shane O'Neil"]],
    ['ng.', ['Bo Lang']],
    ['g.f', ['Bo Lang']],
    ['ΟΔΥΣ', ['Οδυσσεύς Παππάς']],
    ['σευς', ['Οδυσσεύς Παππάς']],
    ['strauss', ['Joanna Strauß']],
    ['STRAUẞ', ['Joanna Strauß']],
    ['isik', ['Aylin Işık']],
    ['IŞIK', ['Aylin Işık']],
    ['nguyen', ['Anh Nguyễn']],
    ['مُحَمَّد', ['محمد علي']],
    ['मीना', ['मीना राम']],
    ['राम', ['मीना राम']],
    ['ванов', ['Мария Иванова']],
    ['%%%', []],
    ['___', []],
    ['\\\\\\', []],
  ])('SEARCH-2: %s finds any part, from three characters', async (search, names) => {
    expect(await found(search)).toEqual(names.toSorted());
  });

  test.each<[string, string[]]>([
    ['wang wei', ['Wei Wang']],
    ['Wei Wang', ['Wei Wang']],
    ['Wang, Wei', ['Wei Wang']],
    ['ng ng', ['Anh Nguyễn', 'Ngozi Ng']],
    ['miller a', ['Anna Miller']],
    ['anna m', ['Anna Miller']],
    ['A. Miller', ['Anna Miller']],
    ['anna s', ['Joanna Strauß']],
    ['anna wei', []],
    ['علي محمد', ['محمد علي']],
  ])('SEARCH-1: %s finds all of its words, in any order', async (search, names) => {
    expect(await found(search)).toEqual(names.toSorted());
  });

  test('SEARCH-1: a user who is renamed is found by the new name and no longer by the old one', async () => {
    const old = addedAs('small', ['Old', 'Oldname']);
    const moved = nextEvent(old, userEvent('UserCountryChanged', { country: 'FR' }));
    await log.apply(old);
    await log.apply(moved);
    expect(await found('oldname')).toEqual(['Old Oldname']);
    await log.apply(nextEvent(moved, userEvent('UserRenamed', { firstName: '新', lastName: '名' })));
    expect([await found('oldname'), await found('名新')]).toEqual([[], ['新 名']]);
  });

  test.each(['王伟', '王', '민수', 'Ng', 'zi', 'ngu', "o'n", 'मीना', 'anna m', 'nobody at all'])(
    'SEARCH-5: %s scans neither a whole table nor a whole index of the list',
    async (search) => {
      const plan = await explainReads(db, (explained) => loadUsersAfter(explained, query(search, 'large'), page));
      expect(plan).toContain('Bitmap Index Scan on user_list_search');
      expect(plan).not.toMatch(/Seq Scan on user_list|Index Scan using user_list/);
    },
  );

  test('SEARCH-5: an export of a search uses the same index', async () => {
    expect(
      await explainReads(db, (explained) =>
        selectMatching(explained, query('Ng', 'large')).select('user_id').execute(),
      ),
    ).toContain('Bitmap Index Scan on user_list_search');
  });
});
