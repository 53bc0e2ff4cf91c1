import 'reflect-metadata';
import type { Kysely } from 'kysely';
import { withQueryContext, type QueryContext } from '#libs/kernel';
import { AuditTrailProjection } from '#libs/audit';
import { applyEvents, type ReadStore } from '#libs/read-store';
import { ListUsers, listUsers, loadUsersAfter, type Keyset, type UserListTables } from '#libs/users';
import { listAudit, ListAudit } from '../../libs/audit/src/read/list-audit.js';
import type { AuditRow, AuditTables } from '../../libs/audit/src/read/audit-trail.js';
import { auditCases, userCases, type AuditCase, type UserCase } from '../bench/lists.cases.js';
import { fill, ids, now } from '../bench/lists.fill.js';
import { userAddedEvent } from '../support/user-list-fixture.js';
import { describeEachReadStore } from './read-store-fixture.js';

const administrator = { account: ids.account, at: now, actor: { kind: 'user', id: ids.user(1) } } as QueryContext;
const sealer = { seal: (text: string) => Buffer.from(text), unseal: (box: Buffer) => box.toString() };
const operator = { at: now, actor: { kind: 'operator', id: ids.user(2) } } as QueryContext;

describeEachReadStore('filled', (open) => {
  let store: ReadStore;

  beforeAll(async () => {
    store = await open();
    await fill(store, { users: 3_000, audit: 6_000 }, () => {});
  }, 180_000);
  afterAll(() => store.close());

  /** The ways to read a list: all matching users are sorted; by the index of the order, to its end or up to a limit. */
  const ways = {
    sorted: { areFew: true, known: 3_000 },
    inOrder: { areFew: false, known: 3_000 },
    inOrderUpToLimit: { areFew: false, known: 1_000_000 },
  };

  /** Returns the ids on the first two pages of a list. */
  async function idsOn(fields: UserCase['fields'], way: keyof typeof ways): Promise<string[]> {
    const { sort = 'lastName', ...filter } = fields;
    const query = withQueryContext(new ListUsers(filter), administrator);
    const found: string[] = [];
    let after: Keyset | undefined;
    for (let page = 0; page < 2; page++) {
      const matches = { count: 0, isLowerBound: false, isFiltered: Object.keys(filter).length > 0, ...ways[way] };
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
      const sorted = await idsOn(fields, 'sorted');
      expect({ name, ids: await idsOn(fields, 'inOrder') }).toEqual({ name, ids: sorted });
      expect({ name, ids: await idsOn(fields, 'inOrderUpToLimit') }).toEqual({ name, ids: sorted });
    }
  }, 180_000);

  it('LIST-11: a filter that is said to match many, few or no users does', async () => {
    const db = store.db as Kysely<UserListTables>;
    for (const { name, fields } of userCases()) {
      const level = /^\w+ (many|few|none), sort lastName$/.exec(name)?.[1];
      if (!level) continue;
      const { total } = await listUsers(db, sealer, withQueryContext(new ListUsers(fields), administrator));
      const actual = total === 0 ? 'none' : total! <= 21 ? 'few' : 'many';
      expect({ name, total, level: actual }).toEqual({ name, total, level });
    }
  });

  it('AUDIT-2: the audit shows the rows that match, for each filter and pair of filters', async () => {
    const db = store.db as Kysely<AuditTables>;
    const all = await db.selectFrom('audit_trail').selectAll().orderBy('position', 'desc').execute();
    const matches = (row: AuditRow, fields: AuditCase['fields']) =>
      (!fields.actor || row.actor_id === fields.actor) &&
      (!fields.subject || row.subject_id === fields.subject) &&
      (!fields.action || fields.action.includes(row.action)) &&
      (!fields.excludeAction || !fields.excludeAction.includes(row.action)) &&
      (!fields.accountId || row.account === fields.accountId) &&
      (!fields.correlationId || row.correlation_id === fields.correlationId) &&
      (!fields.from || row.at >= fields.from) &&
      (!fields.to || row.at < fields.to);
    for (const { name, fields } of auditCases()) {
      const { items } = await listAudit(db, withQueryContext(new ListAudit(fields), operator));
      const expected = all.filter((row) => matches(row, fields)).slice(0, 50);
      expect({ name, positions: items.map(({ position }) => position) }).toEqual({
        name,
        positions: expected.map(({ position }) => position),
      });
    }
  }, 180_000);

  it('AUDIT-2: a window of time shows rows whose time lies far from those of their neighbours', async () => {
    const fields = { from: '2030-01-01T00:00:00.000Z', to: '2030-01-01T00:30:00.000Z' };
    const list = () => listAudit(store.db as Kysely<AuditTables>, withQueryContext(new ListAudit(fields), operator));
    expect((await list()).items).toEqual([]);
    const late = [9_000_000, 9_000_001].map((position, index) => {
      const event = { ...userAddedEvent(ids.account, { firstName: 'A', lastName: 'B' }), position };
      return { ...event, envelope: { ...event.envelope, at: `20${30 - index}-01-01T00:10:00.000Z` } };
    });
    await store.db.transaction().execute((tx) => applyEvents([{ projection: AuditTrailProjection, events: late }], tx));
    expect((await list()).items.map(({ position }) => position)).toEqual([9_000_000]);
  });
});
