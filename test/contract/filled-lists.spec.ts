import 'reflect-metadata';
import type { Kysely } from 'kysely';
import { withQueryContext, type QueryContext } from '#libs/kernel';
import type { ReadStore } from '#libs/read-store';
import { ListUsers, loadUsersAfter, type Keyset, type UserListTables } from '#libs/users';
import { listAudit, ListAudit } from '../../libs/audit/src/read/list-audit.js';
import type { AuditTables } from '../../libs/audit/src/read/audit-trail.js';
import { auditCases, userCases, type UserCase } from '../bench/lists.cases.js';
import { fill, ids, now } from '../bench/lists.fill.js';
import { describeEachReadStore } from './read-store-fixture.js';

const administrator = { account: ids.account, at: now, actor: { kind: 'user', id: ids.user(1) } } as QueryContext;
const operator = { at: now, actor: { kind: 'operator', id: ids.user(2) } } as QueryContext;

describeEachReadStore('filled_lists', (open) => {
  let store: ReadStore;

  beforeAll(async () => {
    store = await open();
    await fill(store, { users: 3_000, audit: 6_000 }, () => {});
  }, 180_000);
  afterAll(() => store.close());

  /** Returns the ids on the first two pages of a list that is read by sorting all matches, or in the order of an index. */
  async function idsOn(fields: UserCase['fields'], areFew: boolean): Promise<string[]> {
    const { sort = 'lastName', ...filter } = fields;
    const query = withQueryContext(new ListUsers(filter), administrator);
    const found: string[] = [];
    let after: Keyset | undefined;
    for (let page = 0; page < 2; page++) {
      const matches = { count: 0, isLowerBound: false, areFew };
      const { items, next } = await loadUsersAfter(store.db as Kysely<UserListTables>, query, {
        sort,
        limit: 50,
        after,
        matches,
      });
      found.push(...items.map(({ userId }) => userId));
      if (!next) break;
      after = next;
    }
    return found;
  }

  it('LIST-2, LIST-3: a list has the same pages however it is read, for each filter, sort and pair of filters', async () => {
    for (const { name, fields } of userCases()) {
      const [sorted, inOrder] = [await idsOn(fields, true), await idsOn(fields, false)];
      expect({ name, ids: sorted }).toEqual({ name, ids: inOrder });
    }
  }, 180_000);
});
