import {
  expectStatus,
  openTestAccount,
  startTestServer,
  type TestAccount,
  type TestServer,
} from '../support/server.js';

const day = 86_400_000;

let server: TestServer;
let account: TestAccount;
beforeAll(async () => {
  server = await startTestServer();
  account = await openTestAccount(server);
});
afterAll(() => server.close());

/** Returns the date at this time in a time zone. */
const dateOf = (time: number, timeZone = 'UTC') => new Intl.DateTimeFormat('sv', { timeZone }).format(time);

test('REPLAY-2: a date means the end of that day, in UTC or in a time zone; today means now', async () => {
  const userId = await account.addUser();
  const path = account.path(`/users/${userId}`);
  const added = expectStatus(200, await server.operator.get(path)).body;
  const then = server.clock.now().getTime();
  server.clock.move(3 * day);
  expectStatus(200, await server.operator.post(`${path}/lock`, { reason: 'later' }));
  const locked = expectStatus(200, await server.operator.get(path)).body;
  const now = server.clock.now().getTime();

  // The day after, because it ends later than the addition in every time zone.
  expect((await server.operator.get(`${path}?at=${dateOf(then + day)}`)).body).toEqual(added);
  expect((await server.operator.get(`${path}?at=${dateOf(then - 2 * day)}`)).body.code).toBe('user.not-found');
  for (const tz of ['UTC', 'Pacific/Kiritimati', 'Pacific/Pago_Pago', 'Europe/Warsaw']) {
    expect([tz, (await server.operator.get(`${path}?at=${dateOf(then, tz)}&tz=${tz}`)).body]).toEqual([tz, added]);
    expect([tz, (await server.operator.get(`${path}?at=${dateOf(now, tz)}&tz=${tz}`)).body]).toEqual([tz, locked]);
    const tomorrow = await server.operator.get(`${path}?at=${dateOf(now + day, tz)}&tz=${tz}`);
    expect([tz, tomorrow.status, tomorrow.body.code]).toEqual([tz, 400, 'at.invalid']);
  }
  expect((await server.operator.get(`${path}?at=${new Date(now).toISOString()}&tz=Europe/Warsaw`)).body).toEqual(
    locked,
  );
});
