import 'reflect-metadata';
import { sql, type Kysely } from 'kysely';
import { withQueryContext, type QueryFields } from '#libs/kernel';
import { userEvent } from '#libs/users';
import { ListUsers, listUsers, loadUsersAfter, type Keyset } from '../../libs/users/src/read/user-list.js';
import type { UserListTables } from '../../libs/users/src/read/user-list.projection.js';
import { sorts } from '../../libs/users/src/read/user-order.js';
import { tagsOf } from '../../libs/users/src/read/user-tags.js';
import { explainReads } from '../support/explain-reads.js';
import { nextEvent, userAddedEvent, userListFixtures, type UserListFixture } from '../support/user-list-fixture.js';

const query = (fields: QueryFields<ListUsers>, account = 'large', at = '2026-01-01T00:00:00.000Z') =>
  withQueryContext(new ListUsers(fields), { account, at } as never);

/** The tags of a user of the large account. */
const tags = (isLocked: boolean, hasLoggedIn: boolean) =>
  sql`${tagsOf({
    account_id: 'large',
    status: 'active',
    locked_for_good: isLocked,
    locked_until: null,
    last_login_at: hasLoggedIn ? 'now' : null,
    lock_causes: [],
    roles: [],
    country: 'DE',
  })}::text[]`;

const sealer = { seal: (text: string) => Buffer.from(text), unseal: (box: Buffer) => box.toString() };

describe.each(userListFixtures)('%s', (_, open) => {
  let log: UserListFixture;
  let db: Kysely<UserListTables>;

  /** The large account has 12,000 users, one in a hundred locked; the small one has a lock that ends. */
  beforeAll(async () => {
    log = await open();
    db = log.db;
    const [ann, ben] = ['Ann', 'Ben'].map((firstName) => userAddedEvent('small', { firstName, lastName: 'Lee' }));
    const lock = userEvent('UserLocked', {
      cause: 'failedLogins',
      disableModeDays: 7,
      until: '2026-01-01T00:15:00.000Z',
    });
    const first = userAddedEvent('large', { firstName: 'First', lastName: 'Of All' });
    await log.apply(ann!, ben!, nextEvent(ann!, lock), first);
    await sql`
      insert into user_list (account_id, user_id, status, locked_for_good, lock_causes, roles, country, address, email_key,
        search, item, tags, added_at, first_name_key, last_name_key, last_login_at)
      select account_id, gen_random_uuid(), status, n % 100 = 0, lock_causes, roles, country, address, email_key,
        search, item, case when n % 300 = 0 then ${tags(true, true)} when n % 100 = 0 then ${tags(true, false)}
          when n % 3 = 0 then ${tags(false, true)} else ${tags(false, false)} end, added_at, 'anna' || n % 20, 'name' || n % 500, case when n % 3 = 0 then now() end
      from user_list, generate_series(1, 11999) as n where account_id = 'large'`.execute(log.batchDb);
    await sql`update user_count set known = 12000 where account_id = 'large'`.execute(log.batchDb);
    await sql`analyze user_list`.execute(log.batchDb);
  }, 120_000);
  afterAll(() => log.close());

  it('LIST-3, LOCK-14: sorts by the status that a user has at the time of the query', async () => {
    const namesAt = async (at: string) =>
      (await loadUsersAfter(db, query({}, 'small', at), { sort: '-status', limit: 50 })).items.map(
        ({ firstName, effectiveStatus }) => `${firstName} ${effectiveStatus}`,
      );
    expect(await namesAt('2026-01-01T00:14:59.999Z')).toEqual(['Ann locked', 'Ben active']);
    expect(await namesAt('2026-01-01T00:15:00.000Z')).toEqual(['Ben active', 'Ann active']);
  });

  it.each(sorts)('LIST-3: pages by %s come from an index in order, the first and the later ones', async (sort) => {
    let after: Keyset | undefined;
    for (const limit of [50, 200, 50]) {
      const plan = await explainReads(db, (explained) =>
        loadUsersAfter(explained, query({}), { sort, limit, after }).catch(() => {}),
      );
      expect(plan).toContain('Index');
      // A status that at most one user is expected to have may be sorted.
      expect(plan).not.toMatch(/Seq Scan|Sort {2}\(cost=\S+ rows=(?!1 )/);
      after = (await loadUsersAfter(db, query({}), { sort, limit, after })).next ?? undefined;
    }
  });

  it('LIST-2: few locked users are found by their index', async () => {
    for (const filter of [{ effectiveStatus: ['locked'] }, { locked: true }]) {
      const page = { sort: 'lastName', limit: 50 };
      expect(await explainReads(db, (explained) => loadUsersAfter(explained, query(filter), page))).toMatch(
        /user_list_locked|user_list_tags/,
      );
    }
  });

  it('LIST-11: counts users who match a filter up to 10,000, and all members without one', async () => {
    expect(await listUsers(db, sealer, query({ country: 'DE' }))).toMatchObject({
      total: 10_000,
      totalIsLowerBound: true,
    });
    expect((await listUsers(db, sealer, query({ effectiveStatus: ['locked'] }))).total).toBe(119);
    // The rows beyond the first were added without the projection, which counts.
    expect((await listUsers(db, sealer, query({}))).total).toBe(1);
  });
});
