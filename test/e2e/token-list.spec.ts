import { readFileSync } from 'node:fs';
import { startServer } from '../../apps/server/src/server.js';
import { Api } from '../support/api.js';
import { tomorrow } from '../support/routes.js';
import {
  expectStatus,
  openTestAccount,
  startTestServer,
  issueTokenFor,
  userScopes,
  type TestAccount,
  type TestServer,
} from '../support/server.js';

let server: TestServer;
let operator: Api;
let account: TestAccount;
beforeAll(async () => {
  server = await startTestServer();
  ({ operator } = server);
  account = await openTestAccount(server);
});
afterAll(() => server.close());

async function issue(fields: object): Promise<{ tokenId: string; token: string }> {
  const terms = { kind: 'service', name: 'for a test', scopes: ['users:read'], expiresAt: tomorrow(), ...fields };
  return expectStatus(201, await operator.post('/access-tokens', terms)).body;
}
const list = async (query: Record<string, string> = {}, api = operator) =>
  expectStatus(200, await api.get(`/access-tokens?${new URLSearchParams(query).toString()}`)).body;
const idsOf = ({ items }: { items: { tokenId: string }[] }) => items.map(({ tokenId }) => tokenId);
const lastUseOf = async (tokenId: string, api = operator): Promise<string | null> =>
  expectStatus(200, await api.get(`/access-tokens/${tokenId}`)).body.lastUsedAt;

describe('the list of tokens', () => {
  it('TOKEN-16: is searched by the name of the token, without case and accents', async () => {
    const { tokenId } = await issue({ name: 'Nächtlicher Export' });
    await issue({ name: 'monthly report' });
    for (const search of ['nachtlich', 'EXPORT nächt', 'cht']) expect(idsOf(await list({ search }))).toEqual([tokenId]);
    expect(await list({ search: 'nightly' })).toMatchObject({ items: [], counts: { live: 0, expired: 0, ended: 0 } });
  });

  it('TOKEN-16: is searched by the name and address of the holder', async () => {
    const email = `zoe.ostrowska@${account.domain}`;
    const userId = await account.addUser({ firstName: 'Zoë', lastName: 'Ostrowska', email });
    const { tokenId } = await issue({ kind: 'user', userId, name: 'laptop' });
    for (const search of ['ostrowska zoe', 'zoe.ostrow', 'zo'])
      expect(idsOf(await list({ search }))).toEqual([tokenId]);
    expect(idsOf(await list({ search: 'ostrowska' }, account.administrator))).toEqual([tokenId]);
    const withoutUsers = ['tokens:manage'];
    const blind = operator.as(await issueTokenFor(operator, account.administratorId, withoutUsers));
    expect(idsOf(await list({ search: 'ostrowska' }, blind))).toEqual([]);
  });

  it('TOKEN-16: is counted and filtered by state, and sorted by name', async () => {
    const name = 'sorted';
    const [first, second] = [await issue({ name: `${name} b` }), await issue({ name: `${name} A` })];
    const ended = await issue({ name: `${name} c` });
    expectStatus(200, await operator.delete(`/access-tokens/${ended.tokenId}`));
    expect(await list({ search: name, state: 'ended' })).toMatchObject({
      items: [{ tokenId: ended.tokenId }],
      counts: { live: 2, expired: 0, ended: 1 },
    });
    expect(idsOf(await list({ search: name, sort: 'name', state: 'live' }))).toEqual([second.tokenId, first.tokenId]);
    const { next } = await list({ search: name, sort: 'name', limit: '1' });
    expect(Buffer.from(next, 'base64url').toString()).not.toContain(name);
    expect(idsOf(await list({ search: name, sort: 'name', limit: '1', cursor: next }))).toEqual([first.tokenId]);
    expect((await operator.get(`/access-tokens?sort=-name&cursor=${next}`)).body.code).toBe('cursor.invalid');
  });
});

describe('the last use of a token', () => {
  it('TOKEN-15: is that of the last request that was accepted, and is still known after a restart', async () => {
    const { tokenId, token } = await issue({ scopes: userScopes });
    expect(await lastUseOf(tokenId)).toBeNull();
    server.clock.move(60_000);
    const before = server.clock.now().toISOString();
    expectStatus(200, await operator.as(token).get('/me'));
    const used = (await lastUseOf(tokenId))!;
    expect(used >= before && used <= server.clock.now().toISOString()).toBe(true);
    expect(idsOf(await list()).indexOf(tokenId)).toBeGreaterThanOrEqual(0);

    expectStatus(200, await operator.delete(`/access-tokens/${tokenId}`));
    server.clock.move(60_000);
    expectStatus(401, await operator.as(token).get('/me'));
    expect(await lastUseOf(tokenId)).toBe(used);

    await server.server.close();
    const again = await startServer(server.config, { clock: server.clock });
    try {
      const api = new Api(again.url, readFileSync(again.operatorToken, 'utf8').trim());
      const head = (await api.get('/health/ready')).body.projections.head;
      const listed = await api.get('/access-tokens?state=ended', { 'rollbook-min-position': String(head) });
      expect(listed.body.items).toContainEqual(expect.objectContaining({ tokenId, lastUsedAt: used }));
    } finally {
      await again.close();
    }
  });
});
