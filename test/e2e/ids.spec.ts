import { randomUUID } from 'node:crypto';
import {
  expectStatus,
  openTestAccount,
  startTestServer,
  issueTokenFor,
  type TestAccount,
  type TestServer,
} from '../support/server.js';

let server: TestServer;
let account: TestAccount;
beforeAll(async () => {
  server = await startTestServer();
  account = await openTestAccount(server);
});
afterAll(() => server.close());

/** Returns the path of a user with the ids in capitals. */
const userPathInCapitals = (userId: string) => `/accounts/${account.id.toUpperCase()}/users/${userId.toUpperCase()}`;

test('HTTP-9: ids in a path are accepted in either case, also from a caller who is confined to an account', async () => {
  const userId = await account.addUser();
  for (const api of [server.operator, account.administrator]) {
    const { body, etag } = expectStatus(200, await api.get(userPathInCapitals(userId)));
    expect(body).toMatchObject({ userId });
    expect(
      expectStatus(
        200,
        await api.post(`${userPathInCapitals(userId)}/lock`, { reason: randomUUID() }, { 'if-match': etag! }),
      ).body.changed,
    ).toBe(true);
    expect(expectStatus(200, await api.get(`${userPathInCapitals(userId)}/history`)).body.items[0]).toMatchObject({
      action: 'user.locked',
      subject: { id: userId },
    });
  }
  expect((await server.operator.get(account.path(`/users/${userId}`))).body).toMatchObject({
    userId,
    locks: [{ cause: 'administrator' }],
  });
  expect((await account.administrator.get(userPathInCapitals(randomUUID()))).body.code).toBe('user.not-found');
  const other = await openTestAccount(server);
  expect((await account.administrator.get(`/accounts/${other.id.toUpperCase()}`)).body.code).toBe('account.not-found');
});

test('HTTP-9: a repeat with the same key is recognised with ids in the other case', async () => {
  const userId = await account.addUser();
  const headers = { 'idempotency-key': randomUUID() };
  const first = expectStatus(
    200,
    await account.administrator.post(account.path(`/users/${userId}/lock`), { reason: 'once' }, headers),
  );
  expectStatus(200, await account.administrator.post(account.path(`/users/${userId}/unlock`)));
  const again = expectStatus(
    200,
    await account.administrator.post(`${userPathInCapitals(userId)}/lock`, { reason: 'once' }, headers),
  );
  expect([again.body, again.position, again.etag]).toEqual([first.body, first.position, first.etag]);
});

test('HTTP-9: ids in a body are accepted in either case', async () => {
  const userId = await account.addUser();
  const { body } = expectStatus(
    200,
    await account.administrator.post(account.path('/users/bulk'), { action: 'lock', userIds: [userId.toUpperCase()] }),
  );
  expect(body.results).toEqual([{ userId, ok: true, changed: true }]);
  const twice = await account.administrator.post(account.path('/users/bulk'), {
    action: 'lock',
    userIds: [userId.toUpperCase(), userId],
  });
  expect([twice.status, twice.body.code]).toEqual([400, 'request.invalid']);
  expectStatus(200, await account.administrator.post(`${userPathInCapitals(userId)}/unlock`));
  const token = await issueTokenFor(server.operator, userId.toUpperCase());
  expect((await server.operator.as(token).get('/me')).body.actor.id).toBe(userId);
});

test('HTTP-9: ids and domains in filters of the audit are accepted in either case', async () => {
  const userId = await account.addUser();
  const locked = expectStatus(200, await account.administrator.post(account.path(`/users/${userId}/lock`)));
  const rows = async (query: string) => expectStatus(200, await server.operator.get(`/audit?${query}`)).body.items;
  const of = await rows(`subject=${userId}`);
  expect(of.map(({ action }: { action: string }) => action)).toEqual(['user.locked', 'user.added']);
  expect(locked.position).toBe(of[0].position);
  expect(await rows(`subject=${userId.toUpperCase()}`)).toEqual(of);
  expect(
    await rows(
      `subject=${userId}&accountId=${account.id.toUpperCase()}&actor=${account.administratorId.toUpperCase()}&correlationId=${of[0].correlationId.toUpperCase()}`,
    ),
  ).toEqual([of[0]]);
  const owned = await rows(`subject=${account.domain}`);
  expect(owned).toMatchObject([{ action: 'domain.owned', subject: { id: account.domain } }]);
  expect(await rows(`subject=${account.domain.toUpperCase()}`)).toEqual(owned);
  expect(
    (await account.administrator.get(`/audit?accountId=${account.id.toUpperCase()}&subject=${userId}`)).body.items,
  ).toHaveLength(2);
});

test('the audit trail can be filtered by accountId and correlationId, and by their deprecated names', async () => {
  const userId = await account.addUser();
  const [added] = (await server.operator.get(`/audit?subject=${userId}`)).body.items;
  const find = async (query: string) => expectStatus(200, await server.operator.get(`/audit?${query}`)).body.items;
  expect(added).toMatchObject({ accountId: account.id, account: account.id });
  const expected = await find(`accountId=${account.id}&correlationId=${added.correlationId}`);
  expect(expected.map(({ position }: { position: number }) => position)).toContain(added.position);
  expect(await find(`account=${account.id}&correlation=${added.correlationId}`)).toEqual(expected);
  // If both names are given, the new one counts.
  const other = randomUUID();
  expect(await find(`accountId=${account.id}&account=${other}&correlationId=${added.correlationId}`)).toEqual(expected);
  expect(await find(`accountId=${other}&account=${account.id}`)).toEqual([]);
  expect(await find(`correlationId=${other}&correlation=${added.correlationId}`)).toEqual([]);
});

test('responses have the deprecated names of ids, too', async () => {
  const { administratorId, administrator } = account;
  const me = expectStatus(200, await administrator.get('/me')).body;
  expect(me).toMatchObject({ accountId: account.id, account: account.id, token: { id: me.token.tokenId } });
  const { items } = expectStatus(200, await administrator.get('/access-tokens?limit=200')).body;
  const token = items.find(({ tokenId }: { tokenId: string }) => tokenId === me.token.tokenId);
  expect(token).toMatchObject({ userId: administratorId, holder: administratorId });
  expect(token).toMatchObject({ accountId: account.id, account: account.id });
  const userId = await account.addUser();
  expectStatus(200, await administrator.post(account.path(`/users/${userId}/lock`)));
  const [locked] = expectStatus(200, await administrator.get(`/audit?subject=${userId}`)).body.items;
  expect(locked.via).toMatchObject({ tokenId: me.token.tokenId, token: me.token.tokenId });
});
