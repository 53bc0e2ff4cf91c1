import {
  expectStatus,
  openTestAccount,
  startTestServer,
  type TestAccount,
  type TestServer,
} from '../support/server.js';
import { followLink, newPerson } from '../support/user-actions.js';

let server: TestServer;
let account: TestAccount;
beforeAll(async () => {
  server = await startTestServer();
  account = await openTestAccount(server);
});
afterAll(() => server.close());

it('ADD-8, ADD-2: of 1,000 concurrent requests that add one address, one creates the user; 999 are refused with a link to the user’s page', async () => {
  const fields = newPerson(account.domain);
  const replies = await Promise.all(
    Array.from({ length: 1_000 }, () => account.administrator.post(account.path('/users'), fields)),
  );
  const [added, ...others] = replies.toSorted((one, two) => one.status - two.status);
  expect(added!.status).toBe(201);
  expect(new Set(others.map(({ status, body }) => `${status} ${body.code}`))).toEqual(
    new Set(['409 user.already-in-account']),
  );
  const { items } = expectStatus(
    200,
    await account.administrator.get(account.path(`/users?email=${encodeURIComponent(fields.email)}`)),
  ).body;
  expect(items.length).toBe(1);
  expect((await followLink(account.administrator, others[998]!.body.actions[0])).body.userId).toBe(added!.body.userId);
}, 180_000);
