import type { Api } from '../support/api.js';
import { addPerson, linkOf, logInBrowser, password, type Person } from '../support/people.js';
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
  test = await startTestServer({ TRUST_PROXY: '127.0.0.1' });
  account = await openTestAccount(test);
}, 60_000);
afterAll(() => test.close());

const minute = 60_000;
const hour = 60 * minute;

/** Returns why the server says that the session of a browser has ended. */
async function reasonOf(browser: Api): Promise<string | undefined> {
  const { body } = expectStatus(401, await browser.get('/me'));
  expect(body.code).toBe('access.unauthenticated');
  return body.sessionEnded;
}

/** Adds a user, logs them in, does something to them and returns why the session has ended. */
async function reasonAfter(act: (ann: Person, browser: Api) => Promise<unknown>): Promise<string | undefined> {
  const ann = await addPerson(test, account);
  const browser = await logInBrowser(test, ann);
  await act(ann, browser);
  test.clock.move(1_000);
  return reasonOf(browser);
}

describe('a browser whose session has ended is told why', () => {
  it.each<[string, (ann: Person, browser: Api) => Promise<unknown>]>([
    ['idle', async () => test.clock.move(31 * minute)],
    ['locked', ({ path }) => test.operator.post(`${path}/lock`)],
    ['deleted', ({ path }) => test.operator.post(`${path}/delete`)],
    ['ended-by-administrator', ({ path }) => test.operator.delete(`${path}/sessions`)],
    [
      'ended-by-administrator',
      async ({ path }, browser) =>
        test.operator.delete(`${path}/sessions/${(await browser.get('/me')).body.session.id}`),
    ],
    ['ended-by-user', async (ann) => (await logInBrowser(test, ann)).delete('/me/sessions')],
    [
      'ended-by-user',
      async (ann, browser) =>
        (await logInBrowser(test, ann)).delete(`/me/sessions/${(await browser.get('/me')).body.session.id}`),
    ],
    [
      'password-changed',
      async (ann) =>
        (await logInBrowser(test, ann)).put('/me/password', {
          currentPassword: password,
          password: 'another quiet walnut',
        }),
    ],
    [
      'password-changed',
      async ({ path, id }) => {
        await test.operator.post(`${path}/reset-password`);
        const link = await linkOf(test, id);
        await test.operator.inBrowser().post('/password-resets/confirm', { link, password: 'another quiet walnut' });
      },
    ],
  ])('SESSION-10: %s', async (reason, act) => {
    expect(await reasonAfter(act)).toBe(reason);
  });

  it('SESSION-10: expired, although it was used all the time', async () => {
    const browser = await logInBrowser(test, await addPerson(test, account));
    for (let used = 0; used < 12 * hour; used += 20 * minute) {
      expectStatus(200, await browser.get('/me'));
      test.clock.move(20 * minute);
    }
    expect(await reasonOf(browser)).toBe('expired');
  });

  it('SESSION-10: token-ended, for an operator', async () => {
    const { tokenId, token } = expectStatus(
      201,
      await test.operator.post('/access-tokens', {
        kind: 'operator',
        name: 'second operator',
        scopes: ['users:read'],
        expiresAt: new Date(test.clock.now().getTime() + hour).toISOString(),
      }),
    ).body;
    const browser = test.operator.inBrowser(
      expectStatus(200, await test.operator.inBrowser().post('/login', { token })),
    );
    expectStatus(200, await test.operator.delete(`/access-tokens/${tokenId}`));
    test.clock.move(1_000);
    expect(await reasonOf(browser)).toBe('token-ended');
  });

  it('SESSION-10: for a week, and also after an unlock', async () => {
    const ann = await addPerson(test, account);
    const browser = await logInBrowser(test, ann);
    expectStatus(200, await test.operator.post(`${ann.path}/lock`));
    expectStatus(200, await test.operator.post(`${ann.path}/unlock`));
    test.clock.move(1_000);
    await logInBrowser(test, ann);
    expect(await reasonOf(browser)).toBe('locked');
    test.clock.move(8 * 24 * hour);
    await logInBrowser(test, ann);
    expect(await reasonOf(browser)).toBeUndefined();
  });
});

it('SESSION-10: strangers, and browsers that have logged out, learn nothing', async () => {
  const ann = await addPerson(test, account);
  const browser = await logInBrowser(test, ann);
  const cookie = browser['defaultHeaders']['cookie']!;
  const invented = cookie.replace(/=[\w-]{43}/, `=${'A'.repeat(43)}`);
  const plain = (await test.operator.as(undefined).get('/me')).body;
  expect((await test.operator.as(undefined).get('/me', { cookie: invented })).body).toEqual(plain);
  expect((await test.operator.as('rb_none').get('/me', { cookie })).body).toEqual(plain);
  expectStatus(200, await browser.post('/logout'));
  expect((await browser.get('/me')).body).toEqual(plain);
});
