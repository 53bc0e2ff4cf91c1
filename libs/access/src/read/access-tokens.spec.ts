import 'reflect-metadata';
import { randomUUID } from 'node:crypto';
import { permissions } from '#libs/authorization';
import { withQueryContext, type Actor, type QueryContext, type Recorded } from '#libs/kernel';
import { openTemporaryReadStore, type ReadStore } from '#libs/read-store';
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
  await AccessTokensProjection.create(store.db);
});
afterAll(() => store.close());
afterEach(() => store.db.deleteFrom('access_tokens').execute());

const apply = (events: Recorded[]) => store.db.transaction().execute((tx) => AccessTokensProjection.apply(events, tx));

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

function list(context: Partial<QueryContext>, fields: ConstructorParameters<typeof ListAccessTokens>[0] = {}) {
  const whole = {
    actor: ann,
    at: '',
    account: 'acme',
    targetId: '',
    permissions,
    grantable: [],
    mayActOnAdministrators: false,
    ...context,
  };
  return listAccessTokens(store.db, withQueryContext(new ListAccessTokens(fields), whole));
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
  await expect(list({}, { cursor: 'WyJ4Il0' })).rejects.toMatchObject({ code: 'cursor.invalid' });
});

test('the token of one who was erased has no name', async () => {
  await apply([{ ...issued('t1', { name: undefined as never }), erased: true }]);
  expect((await list({})).items).toMatchObject([{ tokenId: 't1', name: null }]);
});
