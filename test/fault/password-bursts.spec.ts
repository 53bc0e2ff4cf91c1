import { PasswordThreads, createPasswordLink } from '#libs/access';
import { EventStore } from '#libs/event-store';
import { UserDecider, type ExistingUser } from '#libs/users';
import { Vault } from '#libs/vault';
import { startServer } from '../../apps/server/src/server.js';
import { Api, type ApiResponse } from '../support/api.js';
import {
  expectStatus,
  openTestAccount,
  startTestServer,
  type TestAccount,
  type TestServer,
} from '../support/server.js';

let server: TestServer;
let account: TestAccount;
let anybody: Api;
beforeAll(async () => {
  server = await startTestServer({ TRUST_PROXY: '127.0.0.1' });
  account = await openTestAccount(server);
  anybody = server.operator.inBrowser();
}, 60_000);
afterAll(() => server.close());

const password = 'correct horse battery';
const unknown = 'nobody@nowhere.example';

let sources = 0;
/** Headers of a request from a new source. */
const elsewhere = () => ({ 'x-forwarded-for': `10.1.${(++sources >> 8) & 255}.${sources & 255}` });

async function linkOf(userId: string): Promise<string> {
  const { state } = await server.server.app.get(EventStore).load(UserDecider, userId);
  return createPasswordLink(server.server.app.get(Vault), {
    userId,
    requestId: (state as ExistingUser).passwordLink!.request,
  });
}

/** Adds a user with a password. Returns also the cookies of the browser in which it was set. */
async function person() {
  const id = await account.addUser();
  const entered = expectStatus(
    200,
    await anybody.post('/password-resets/confirm', { link: await linkOf(id), password }, elsewhere()),
  );
  const cookie = entered.headers
    .getSetCookie()
    .map((set) => set.split(';', 1)[0])
    .join('; ');
  const { email } = (await server.operator.get(account.path(`/users/${id}`))).body as { email: string };
  return { id, email, cookie };
}

/** Sends many requests at once. No password is compared before `refused` requests have been answered. */
async function burst(sends: readonly (() => Promise<ApiResponse>)[], refused: number): Promise<ApiResponse[]> {
  const threads = server.server.app.get(PasswordThreads);
  const run = threads.run.bind(threads);
  const { promise: allRefused, resolve } = Promise.withResolvers<void>();
  let answered = 0;
  threads.run = (name, task) => allRefused.then(() => run(name, task));
  try {
    return await Promise.all(
      sends.map(async (send) => {
        const reply = await send();
        if (++answered === refused) resolve();
        return reply;
      }),
    );
  } finally {
    threads.run = run;
  }
}

/** Counts the responses by status and code. */
function count(replies: readonly ApiResponse[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { status, body } of replies)
    counts[`${status} ${body.code ?? ''}`] = (counts[`${status} ${body.code ?? ''}`] ?? 0) + 1;
  return counts;
}

const times = <T>(many: number, of: (nth: number) => T): T[] => Array.from({ length: many }, (_, nth) => of(nth));

it('LOGIN-9: a burst of wrong logins has the same responses for a known and an unknown address, and no 503', async () => {
  const { email } = await person();
  const counts = [];
  for (const address of [email, unknown]) {
    const replies = await burst(
      times(120, (nth) => () => anybody.post('/login', { email: address, password: `wrong-${nth}` }, elsewhere())),
      108,
    );
    counts.push(count(replies));
    const waits = new Set(
      replies.filter(({ status }) => status === 429).map(({ headers }) => headers.get('retry-after')),
    );
    expect(waits).toEqual(new Set(['5']));
  }
  expect(counts[0]).toEqual({ '401 login.failed': 12, '429 access.throttled': 108 });
  expect(counts[1]).toEqual(counts[0]);
}, 60_000);

/** Returns a function that changes the password in a session, from a browser without the device cookie. */
function changeFrom(cookie: string) {
  const session = cookie.split('; ').find((part) => !part.includes('-device='))!;
  return (currentPassword: string) =>
    anybody.put(
      '/me/password',
      { currentPassword, password: 'another correct horse' },
      { ...elsewhere(), cookie: session },
    );
}

const failuresOf = async (id: string) => {
  const head = String(await server.server.app.get(EventStore).lastPosition());
  const { items } = (
    await server.operator.get(account.path(`/users/${id}/history?limit=200`), { 'rollbook-min-position': head })
  ).body as { items: { action: string }[] };
  return items.filter(({ action }) => action === 'login.failed').length;
};

it('LOGIN-10: of 150 concurrent changes of a password ten count as guesses, and the right password among the others is not revealed', async () => {
  const { id, cookie } = await person();
  const change = changeFrom(cookie);
  const replies = await burst(
    times(150, (nth) => () => change(nth === 120 ? password : `wrong-${nth}`)),
    138,
  );
  expect(count(replies)).toEqual({ '403 password.wrong': 12, '429 access.throttled': 138 });
  expect(replies[120]!.status).toBe(429);
  expect(await failuresOf(id)).toBe(10);
}, 60_000);

it('PASSWORD-11: the right password is accepted although the user was renamed while it was compared', async () => {
  const { id, cookie } = await person();
  const threads = server.server.app.get(PasswordThreads);
  const run = threads.run.bind(threads);
  threads.run = (name, task) => {
    threads.run = run;
    return server.operator.patch(account.path(`/users/${id}`), { firstName: 'Ann' }).then(() => run(name, task));
  };
  expectStatus(200, await changeFrom(cookie)(password));
});

it('LOGIN-9: during a burst of strangers the user can log in from a known device', async () => {
  const { email, cookie } = await person();
  const strangers = times(60, (nth) => () => anybody.post('/login', { email, password: `wrong-${nth}` }, elsewhere()));
  const own = () => anybody.post('/login', { email, password }, { ...elsewhere(), cookie });
  const replies = await burst([...strangers, own], 48);
  expect(count(replies.slice(0, 60))['429 access.throttled']).toBe(48);
  expect(replies.at(-1)!.status).toBe(200);
}, 60_000);

it('LOGIN-11: the user can log in from a known device although the queue of their limited source is full', async () => {
  const { email, cookie } = await person();
  const from = elsewhere();
  const guess = (nth: number) => anybody.post('/login', { email: `nobody-${nth}@nowhere.example`, password }, from);
  await Promise.all(times(20, guess));
  const replies = await burst(
    [...times(30, (nth) => () => guess(nth)), () => anybody.post('/login', { email, password }, { ...from, cookie })],
    9,
  );
  expect(count(replies.slice(0, 30))).toEqual({ '401 login.failed': 21, '429 access.throttled': 9 });
  expect(replies.at(-1)!.status).toBe(200);
}, 60_000);

it('LOGIN-14: requests for links are throttled by source, for known and unknown addresses alike', async () => {
  const { email, cookie } = await person();
  for (const address of [email, unknown]) {
    const from = elsewhere();
    const replies = await Promise.all(times(62, () => anybody.post('/password-resets', { email: address }, from)));
    expect(count(replies)).toEqual({ '202 ': 60, '429 access.throttled': 2 });
    // The user's own browser is not throttled because of others from the same source, but only for its user.
    expect((await anybody.post('/password-resets', { email }, { ...from, cookie })).status).toBe(202);
    expect((await anybody.post('/password-resets', { email: unknown }, { ...from, cookie })).status).toBe(429);
  }
});

it('LOGIN-14: wrong links are throttled by source, and a valid link from that source still works', async () => {
  const from = elsewhere();
  const id = await account.addUser();
  const replies = await Promise.all(
    times(62, (nth) => anybody.post('/password-resets/confirm', { link: `wrong-${nth}`, password }, from)),
  );
  expect(count(replies)).toEqual({ '409 link.not-valid': 60, '429 access.throttled': 2 });
  expect(Number(replies.find(({ status }) => status === 429)!.headers.get('retry-after'))).toBeGreaterThan(0);
  expectStatus(200, await anybody.post('/password-resets/confirm', { link: await linkOf(id), password }, from));
});

it('LOGIN-14: attempts with one link are throttled', async () => {
  const link = await linkOf(await account.addUser());
  const replies = [];
  for (let nth = 0; nth < 31; nth++)
    replies.push(await anybody.post('/password-resets/confirm', { link, password: 'weak' }, elsewhere()));
  expect(count(replies)).toEqual({ '400 password.weak': 30, '429 access.throttled': 1 });
});

it('LOGIN-14: an administrator can mail one user 30 times an hour, and other users besides', async () => {
  const [one, other] = [await account.addUser(), await account.addUser()];
  const reset = (id: string) => account.administrator.post(account.path(`/users/${id}/reset-password`));
  for (let nth = 0; nth < 30; nth++) expectStatus(200, await reset(one));
  const refused = await reset(one);
  expect(refused).toMatchObject({ status: 429, body: { code: 'access.throttled' } });
  expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
  expectStatus(200, await reset(other));
  server.clock.move(3_600_000);
  expectStatus(200, await reset(one));
});

it('LOGIN-5: failed logins are counted across restarts', async () => {
  const own = await startTestServer({ TRUST_PROXY: '127.0.0.1' });
  const { id, domain } = await openTestAccount(own);
  const email = `victim@${domain}`;
  const { userId } = expectStatus(
    201,
    await own.operator.post(`/accounts/${id}/users`, { email, firstName: 'Vic', lastName: 'Tim', country: 'US' }),
  ).body;
  const guess = (api: Api) => api.post('/login', { email, password: 'wrong' }, elsewhere());
  await Promise.all(Array.from({ length: 5 }, () => guess(own.operator.inBrowser())));
  await own.server.close();
  const again = await startServer(own.config);
  const operator = new Api(again.url, own.operator['token']);
  await Promise.all(Array.from({ length: 5 }, () => guess(operator.inBrowser())));
  const { locks } = (
    await operator.get(`/accounts/${id}/users/${userId}`, {
      'rollbook-min-position': String((await operator.get('/health/ready')).body.projections.head),
    })
  ).body;
  await again.close();
  await own.close();
  expect(locks).toMatchObject([{ cause: 'failedLogins' }]);
}, 60_000);

// Last: the server closes.
it('LOGIN-9: a server that closes answers the open logins', async () => {
  const tries = times(12, (nth) => anybody.post('/login', { email: unknown, password: `wrong-${nth}` }, elsewhere()));
  // A server may reset connections that it has not accepted yet: it is closed once all requests have arrived.
  const { promise: arrived, resolve } = Promise.withResolvers<void>();
  const threads = server.server.app.get(PasswordThreads);
  const run = threads.run.bind(threads);
  let left = tries.length;
  threads.run = (name, task) => {
    if (--left === 0) resolve();
    return run(name, task);
  };
  await arrived;
  await server.server.close();
  const statuses = (await Promise.all(tries)).map(({ status }) => status);
  for (const status of statuses) expect([401, 503]).toContain(status);
  expect(statuses).toContain(401);
}, 60_000);
