import { randomUUID } from 'node:crypto';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import {
  expectStatus,
  openTestAccount,
  startTestServer,
  type TestAccount,
  type TestServer,
} from '../support/server.js';

let server: TestServer;
let account: TestAccount;
beforeAll(async () => {
  server = await startTestServer({ EVENTSTORE_URL: '' });
  account = await openTestAccount(server);
});
afterAll(() => server.close());

/** Returns the actions and reasons in a user's history, oldest first. */
async function listReasons(userId: string): Promise<[string, string | null][]> {
  const { items } = expectStatus(200, await account.administrator.get(account.path(`/users/${userId}/history`))).body;
  return items.map(({ action, reason }: { action: string; reason: string | null }) => [action, reason]).toReversed();
}

test('LIFE-10, LIFE-11, LIFE-15: grants, revocations and changes accept a reason, which the audit shows', async () => {
  const userId = await account.addUser();
  const path = account.path(`/users/${userId}`);
  const [granted, revoked, changed] = ['granted', 'revoked', 'changed'].map((what) => `${what} ${randomUUID()}`) as [
    string,
    string,
    string,
  ];
  expectStatus(200, await account.administrator.put(`${path}/roles/auditor`, { reason: granted }));
  expectStatus(200, await account.administrator.send('DELETE', `${path}/roles/auditor`, { reason: `  ${revoked} ` }));
  expectStatus(200, await account.administrator.patch(path, { firstName: 'Ada', country: 'XK', reason: changed }));
  expect(await listReasons(userId)).toEqual([
    ['user.added', null],
    ['user.role-granted', granted],
    ['user.role-revoked', revoked],
    ['user.renamed', changed],
    ['user.country-changed', changed],
  ]);

  // The reasons are sealed, so no file of the log contains them in clear.
  const events = join(server.directory, 'events');
  const files = readdirSync(events, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  const bytes = Buffer.concat(files.map(({ parentPath, name }) => readFileSync(join(parentPath, name))));
  expect(bytes.includes(userId)).toBe(true);
  for (const reason of [granted, revoked, changed]) expect(bytes.includes(reason)).toBe(false);
});

test('LIFE-13: a reason alone changes nothing, and a reason is optional', async () => {
  const userId = await account.addUser();
  const path = account.path(`/users/${userId}`);
  expect(expectStatus(200, await account.administrator.patch(path, { reason: 'for nothing' })).body.changed).toBe(
    false,
  );
  expectStatus(200, await account.administrator.put(`${path}/roles/auditor`));
  expect(
    expectStatus(200, await account.administrator.put(`${path}/roles/auditor`, { reason: 'again' })).body.changed,
  ).toBe(false);
  expectStatus(200, await account.administrator.delete(`${path}/roles/auditor`));
  expect(await listReasons(userId)).toEqual([
    ['user.added', null],
    ['user.role-granted', null],
    ['user.role-revoked', null],
  ]);
});

test('HTTP-2: the same key with another reason is refused', async () => {
  const userId = await account.addUser();
  const path = account.path(`/users/${userId}/roles/auditor`);
  expectStatus(200, await account.administrator.put(path));
  const headers = { 'idempotency-key': randomUUID() };
  const first = expectStatus(200, await account.administrator.send('DELETE', path, { reason: 'one' }, headers));
  expect((await account.administrator.send('DELETE', path, { reason: 'two' }, headers)).body.code).toBe(
    'idempotency.mismatch',
  );
  expect((await account.administrator.send('DELETE', path, { reason: 'one' }, headers)).body).toEqual(first.body);
});

test('NAME-2: Kosovo is accepted as a country of users, of contracts and in filters', async () => {
  const userId = await account.addUser({ country: 'XK', entitlementCountry: 'XK' });
  const { items } = expectStatus(200, await account.administrator.get(account.path('/users?country=XK'))).body;
  expect(items).toContainEqual(expect.objectContaining({ userId, country: 'XK', entitlementCountry: 'XK' }));
  const administrator = {
    email: `${randomUUID()}@elsewhere.example`,
    firstName: 'Ada',
    lastName: 'Lee',
    country: 'XK',
  };
  expectStatus(
    201,
    await server.operator.post('/accounts', {
      name: 'Pristina',
      domains: [],
      contracts: [{ country: 'XK', recurringRevenue: 1 }],
      administrator,
    }),
  );
  for (const country of ['xk', 'XX', 'ZZ', 'XKX', 'QQ', 'UK'])
    expect([
      country,
      (await account.administrator.patch(account.path(`/users/${userId}`), { country })).status,
    ]).toEqual([country, 400]);
});
