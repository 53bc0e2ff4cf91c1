import { randomUUID } from 'node:crypto';
import { listenToChanges } from '../support/live-changes.js';
import {
  expectStatus,
  openTestAccount,
  startTestServer,
  type TestAccount,
  type TestServer,
} from '../support/server.js';

let test: TestServer;
let account: TestAccount;
beforeAll(async () => {
  test = await startTestServer();
  account = await openTestAccount(test);
}, 60_000);
afterAll(() => test.close());

const path = () => account.path('/changes');

it('LIST-9: reports which users changed as soon as the lists show the change', async () => {
  const { response, next, leave } = await listenToChanges(account.administrator, path());
  expect(response.headers.get('content-type')).toBe('text/event-stream');
  expect(await next()).toMatchObject({ event: 'ready' });
  const userId = await account.addUser();
  const told = await next();
  expect(told).toMatchObject({ event: 'changed', data: { userIds: [userId] } });
  expectStatus(
    200,
    await account.administrator.get(account.path(`/users/${userId}`), { 'rollbook-min-position': '0' }),
  );
  const { position } = expectStatus(200, await account.administrator.post(account.path(`/users/${userId}/lock`)));
  expect(await next()).toEqual({ event: 'changed', id: position, data: { userIds: [userId] } });
  leave();
});

it('LIST-9: reports nothing of other accounts', async () => {
  const other = await openTestAccount(test);
  const { next, leave } = await listenToChanges(account.administrator, path());
  await next();
  await other.addUser();
  const userId = await account.addUser();
  expect((await next())!.data.userIds).toEqual([userId]);
  leave();
  const foreign = await listenToChanges(other.administrator, path());
  expect(foreign.response.status).toBe(404);
});

it('LIST-10: one stream reports several accounts, each by its id, to callers who may see all of them', async () => {
  const other = await openTestAccount(test);
  const both = `${path()}?also=${other.id.toUpperCase()}`;
  const { next, leave } = await listenToChanges(test.operator, both);
  expect(await next()).toMatchObject({ event: 'ready' });
  const theirs = await other.addUser();
  expect(await next()).toMatchObject({ event: 'changed', data: { userIds: [], accounts: { [other.id]: [theirs] } } });
  const { position } = expectStatus(200, await test.operator.post(other.path(`/users/${theirs}/lock`)));
  expect((await next())!.data).toEqual({ userIds: [], accounts: { [other.id]: [theirs] } });
  const ours = await account.addUser();
  expect((await next())!.data).toEqual({ userIds: [ours], accounts: { [account.id]: [ours] } });
  leave();
  const missed = await listenToChanges(test.operator, `${both}&after=${position - 1}`);
  expect((await missed.next())!.data).toEqual({
    userIds: [ours],
    accounts: { [account.id]: [ours], [other.id]: [theirs] },
  });
  missed.leave();
  const { response } = await listenToChanges(account.administrator, both);
  expect(response.status).toBe(404);
  const tooMany = Array.from({ length: 51 }, () => `also=${randomUUID()}`).join('&');
  expect((await test.operator.get(`${path()}?${tooMany}`)).status).toBe(400);
});

it('LIST-9: reports what has changed since the client’s last event, and refuses an invalid one', async () => {
  const { position } = expectStatus(
    200,
    await account.administrator.post(account.path(`/users/${await account.addUser()}/lock`)),
  );
  const missed = await account.addUser();
  await test.operator.get(account.path('/users'));
  for (const headers of [{ 'last-event-id': String(position) }, {} as Record<string, string>]) {
    const { next, leave } = await listenToChanges(account.administrator, `${path()}?after=${position}`, headers);
    expect(await next()).toMatchObject({ event: 'changed', data: { userIds: [missed] } });
    leave();
  }
  const wrong = await listenToChanges(account.administrator, path(), { 'last-event-id': 'x' });
  expect(wrong.response.status).toBe(400);
  expect((await account.administrator.get(`${path()}?after=1e300`)).status).toBe(400);
});

it('LIST-9: ends for a caller who has lost the permission', async () => {
  const { id, api } = await account.addUserWithRole('auditor');
  const { next } = await listenToChanges(api, path());
  await next();
  expectStatus(200, await test.operator.delete(account.path(`/users/${id}/roles/auditor`)));
  test.clock.move(1_000);
  const added = await account.addUser();
  const told = [await next(), await next()];
  // The loss of the role itself may still be reported, because permissions are cached for a second; then the stream ends.
  expect(told).toContain(undefined);
  expect(told.flatMap((change) => change?.data.userIds ?? [])).not.toContain(added);
});

it('ends when the server stops', async () => {
  const own = await startTestServer();
  const { id } = await openTestAccount(own);
  await own.operator.get(`/accounts/${id}`);
  const { next } = await listenToChanges(own.operator, `/accounts/${id}/changes`);
  const told = await next();
  const ended = next();
  await own.close();
  expect([told?.event, await ended]).toEqual(['ready', undefined]);
}, 60_000);
