import 'reflect-metadata';
import { randomUUID } from 'node:crypto';
import { permissions } from '#libs/authorization';
import { withQueryContext, type Actor, type QueryContext, type Recorded } from '#libs/kernel';
import { applyEvents, openTemporaryReadStore, type ReadStore } from '#libs/read-store';
import { accessTokenEvent, type AccessTokenEvent, type TokenTerms } from '../domain/access-token.events.js';
import { ListAccessTokens, listAccessTokens } from './access-tokens.js';
import { AccessTokensProjection } from './access-tokens.projection.js';

const olga: Actor = { id: 'olga', kind: 'operator' };
const ann: Actor = { id: 'ann', kind: 'user' };
const terms = {
  kind: 'user',
  holder: 'ann',
  account: 'acme',
  name: 'laptop',
  scopes: ['users:read'],
  expiresAt: '2026-06-01T00:00:00.000Z',
} as const;

let store: ReadStore;
let position = 0;

beforeAll(async () => {
  store = await openTemporaryReadStore();
  await AccessTokensProjection.createTables(store.db);
  await AccessTokensProjection.createIndexes!(store.db);
});
afterAll(() => store.close());
afterEach(() => store.db.deleteFrom('access_tokens').execute());

const apply = (events: Recorded[]) =>
  store.db.transaction().execute((tx) => applyEvents([{ projection: AccessTokensProjection, events }], tx));

function recorded(id: string, { type, data }: AccessTokenEvent): Recorded {
  const subject = { kind: 'access-token', id } as const;
  const envelope = {
    correlationId: randomUUID(),
    causationId: randomUUID(),
    actor: olga,
    subject,
    at: '2026-01-15T12:00:00.000Z',
    schema: 1,
  };
  return { id: randomUUID(), type, data, envelope, stream: `accessToken-${id}`, revision: 0, position: ++position };
}
const issued = (id: string, changes: Partial<TokenTerms> = {}) =>
  recorded(id, accessTokenEvent('AccessTokenIssued', { ...terms, ...changes }));

/** Seals nothing: the cursors are read by these tests only. */
const sealer = { seal: (text: string) => Buffer.from(text), unseal: (box: Buffer) => box.toString() };
const uses = { findLastUses: async () => new Map([['t1', '2026-01-20T12:00:00.000Z']]) };

function list(context: Partial<QueryContext>, fields: ConstructorParameters<typeof ListAccessTokens>[0] = {}) {
  const whole = {
    actor: ann,
    at: '2026-02-01T00:00:00.000Z',
    account: 'acme',
    targetId: '',
    permissions,
    grantable: [],
    mayActOnAdministrators: false,
    ...context,
  };
  return listAccessTokens({ db: store.db, sealer, uses }, withQueryContext(new ListAccessTokens(fields), whole));
}
const idsOf = async (context: Partial<QueryContext>) => (await list(context)).items.map(({ tokenId }) => tokenId);

test('TOKEN-1: a token as it was issued, and as it ended', async () => {
  await apply([issued('t1'), recorded('t1', accessTokenEvent('AccessTokenEnded', {}))]);
  expect((await list({})).items).toEqual([
    {
      tokenId: 't1',
      ...terms,
      userId: terms.holder,
      accountId: terms.account,
      issuedBy: olga,
      issuedAt: '2026-01-15T12:00:00.000Z',
      endedAt: '2026-01-15T12:00:00.000Z',
      lastUsedAt: '2026-01-20T12:00:00.000Z',
    },
  ]);
});

test('PERM-7: one sees those that one may manage', async () => {
  await apply([
    issued('t1'),
    issued('t2', { holder: 'bob' }),
    issued('s1', { kind: 'service', holder: 's1' }),
    issued('s2', { kind: 'service', holder: 's2', account: 'other' }),
    issued('o1', { kind: 'operator', holder: 'o1', account: undefined }),
  ]);
  expect(await idsOf({})).toEqual(['t1']);
  expect(await idsOf({ mayActOnAdministrators: true })).toEqual(['s1', 't2', 't1']);
  expect(
    await idsOf({ actor: { id: 's1', kind: 'service' }, account: undefined, mayActOnAdministrators: true }),
  ).toEqual(['s2', 's1', 't2', 't1']);
  expect(await idsOf({ actor: olga, account: undefined, mayActOnAdministrators: true })).toEqual([
    'o1',
    's2',
    's1',
    't2',
    't1',
  ]);
});

test('pages go on where the one before ended, whatever is issued meanwhile', async () => {
  await apply([issued('t1'), issued('t2'), issued('t3')]);
  const first = await list({}, { limit: 2 });
  expect(first.items.map(({ tokenId }) => tokenId)).toEqual(['t3', 't2']);
  await apply([issued('t4')]);
  expect(await list({}, { limit: 2, cursor: first.next! })).toMatchObject({ items: [{ tokenId: 't1' }], next: null });
  await expect(list({}, { cursor: 'x' })).rejects.toMatchObject({ code: 'cursor.invalid' });
});

test('TOKEN-16: tokens are sorted by name and by expiry, in both directions, page by page', async () => {
  await apply([
    issued('t1', { name: 'Änne', expiresAt: '2026-03-01T00:00:00.000Z' }),
    issued('t2', { name: 'zoo' }),
    issued('t3', { name: 'Bob', expiresAt: '2026-04-01T00:00:00.000Z' }),
    issued('t4', { name: 'ANNE' }),
  ]);
  const sorted = async (sort: string): Promise<string[]> => {
    const ids: string[] = [];
    for (let cursor: string | undefined, isLast = false; !isLast;) {
      const page = await list({}, { sort, limit: 1, ...(cursor && { cursor }) });
      ids.push(...page.items.map(({ tokenId }) => tokenId));
      cursor = page.next ?? undefined;
      isLast = page.next === null;
    }
    return ids;
  };
  expect(await sorted('name')).toEqual(['t1', 't4', 't3', 't2']);
  expect(await sorted('-name')).toEqual(['t2', 't3', 't4', 't1']);
  expect(await sorted('expiresAt')).toEqual(['t1', 't3', 't2', 't4']);
  expect(await sorted('issuedAt')).toEqual(['t1', 't2', 't3', 't4']);
});

test('TOKEN-16: tokens are counted and filtered by their state', async () => {
  await apply([
    issued('t1'),
    issued('t2', { expiresAt: '2026-01-31T00:00:00.000Z' }),
    issued('t3'),
    recorded('t3', accessTokenEvent('AccessTokenEnded', {})),
  ]);
  for (const [state, id] of [
    ['live', 't1'],
    ['expired', 't2'],
    ['ended', 't3'],
  ] as const) {
    const { items, counts } = await list({}, { state });
    expect([items.map(({ tokenId }) => tokenId), counts]).toEqual([[id], { live: 1, expired: 1, ended: 1 }]);
  }
});

test('the token of one who was erased has no name', async () => {
  await apply([{ ...issued('t1', { name: undefined as never }), erased: true }]);
  expect((await list({})).items).toMatchObject([{ tokenId: 't1', name: null }]);
});
