import { readFileSync } from 'node:fs';
import { randomUUID } from 'node:crypto';
import { PasswordThreads } from '#libs/access';
import { LoginDecider, UserDecider, loginEvent, type ExistingUser } from '#libs/users';
import { Vault } from '#libs/vault';
import { EventStore } from '#libs/event-store';
import { hashPassword } from '../../libs/access/src/workflows/argon2.js';
import { Api, type ApiResponse } from '../support/api.js';
import {
  addPerson,
  fromElsewhere,
  linkOf as newestLinkOf,
  logIn as logInWithPassword,
  logInBrowser,
  password,
  type Person,
} from '../support/people.js';
import {
  expectStatus,
  openTestAccount,
  startTestServer,
  issueTokenFor,
  type TestAccount,
  type TestServer,
} from '../support/server.js';

let test: TestServer;
let account: TestAccount;
let anybody: Api;
beforeAll(async () => {
  test = await startTestServer({ TRUST_PROXY: '127.0.0.1' });
  account = await openTestAccount(test);
  anybody = test.operator.inBrowser();
}, 60_000);
afterAll(() => test.close());

/** Reads after the read models have caught up with the log, because responses to strangers have no position to wait for. */
const now = async (path: string): Promise<ApiResponse> =>
  test.operator.get(path, { 'rollbook-min-position': String(await test.server.app.get(EventStore).lastPosition()) });

const linkOf = (userId: string) => newestLinkOf(test, userId);
const person = () => addPerson(test, account);
const elsewhere = fromElsewhere;
const logIn = (email: string, typed?: string) => logInWithPassword(test, email, typed);
const come = (email: string) => logInBrowser(test, { email });
const historyOf = async ({ path }: Person) =>
  (await now(`${path}/history`)).body.items as {
    action: string;
    actor: { kind: string; id: string };
    ip: string | null;
  }[];
const actionsOf = async (user: Person) => (await historyOf(user)).map(({ action }) => action);

describe('logging in', () => {
  it('SESSION-1: starts a session in a cookie that scripts cannot read and other sites cannot send', async () => {
    const ann = await person();
    const entered = expectStatus(200, await logIn(ann.email.toUpperCase()));
    expect(entered.headers.getSetCookie()).toEqual([
      expect.stringMatching(/^rollbook-[0-9a-f]{8}=[\w-]{43}; Max-Age=648000; Path=\/; HttpOnly; SameSite=Strict$/),
      expect.stringMatching(
        /^rollbook-[0-9a-f]{8}-device=[\w-]{22}\.[\w-]{43}; Max-Age=31536000; Path=\/; HttpOnly; SameSite=Strict$/,
      ),
    ]);
    expect(entered.headers.get('cache-control')).toBe('no-store');
    expect(entered.body).toMatchObject({
      actor: { id: ann.id, kind: 'user' },
      accountId: account.id,
      token: null,
      profile: { email: ann.email, firstName: 'Grace' },
    });
    const browser = anybody.inBrowser(entered);
    expect((await browser.get('/me')).body).toEqual(entered.body);
    expect(entered.body.session.expiresAt > new Date(Date.now() + 29 * 60_000).toISOString()).toBe(true);
  });

  it('PASSWORD-3: accepts an old password that the present rules would refuse to set', async () => {
    const ann = await person();
    const before = 'Pa55word';
    const { state } = await test.server.app.get(EventStore).load(UserDecider, ann.id);
    const hash = await hashPassword(test.server.app.get(PasswordThreads), before);
    await test.server.app.get(Vault).passwords.save(ann.id, (state as ExistingUser).password!, hash);
    expect((await logIn(ann.email)).status).toBe(401);
    const entered = expectStatus(200, await logIn(ann.email, before));
    expect(
      (await anybody.inBrowser(entered).put('/me/password', { currentPassword: before, password: before })).body,
    ).toMatchObject({ code: 'password.weak' });
  });

  it('LOGIN-12: is recorded and becomes the last login', async () => {
    const ann = await person();
    await come(ann.email);
    expect((await historyOf(ann))[0]).toMatchObject({
      action: 'user.logged-in',
      actor: { kind: 'user', id: ann.id },
      ip: expect.stringMatching(/^10[.]0[.]/),
    });
    expect((await test.operator.get(ann.path)).body.lastLoginAt).not.toBeNull();
  });

  it('reads only the newest earlier logins, so that their number does not matter', async () => {
    const ann = await person();
    const store = test.server.app.get(EventStore);
    const read: string[] = [];
    const events = store.read.bind(store);
    store.read = async function* (stream, options) {
      for await (const event of events(stream, options)) {
        if (stream === `login-${ann.id}`) read.push(event.id);
        yield event;
      }
    };
    const count = async (act: () => Promise<ApiResponse>) => (read.splice(0), await act(), read.length);
    const counts = async () => [
      await count(() => logIn(ann.email)),
      await count(() => logIn(ann.email, 'wrong')),
      await count(() => test.operator.post(`/users/${ann.id}/logins`, { method: 'oidc' })),
    ];
    const logins = async (times: number) => {
      const { revision } = await store.load(LoginDecider, ann.id);
      const [first] = await Array.fromAsync(events(`login-${ann.id}`, { maxCount: 1 }));
      const event = () => ({
        ...loginEvent('UserLoggedIn', { method: 'oidc', at: first!.envelope.at }),
        id: randomUUID(),
        envelope: first!.envelope,
      });
      await store.append(`login-${ann.id}`, revision, Array.from({ length: times }, event));
    };
    await logins(20);
    const after20 = await counts();
    await logins(500);
    const after500 = await counts();
    store.read = events;
    expect([after20, after500]).toEqual([
      [20, 20, 20],
      [20, 20, 20],
    ]);
  });

  it('SESSION-5: works with an operator token, not with other tokens', async () => {
    const entered = expectStatus(200, await anybody.post('/login', { token: test.operator['token'] }));
    expect(entered.body).toMatchObject({ actor: { kind: 'operator' }, accountId: null, profile: null });
    const browser = anybody.inBrowser(entered);
    expectStatus(200, await browser.get('/accounts'));
    expect((await browser.get('/me/sessions')).body.items).toHaveLength(1);
    for (const token of [await issueTokenFor(test.operator, account.administratorId), 'rb_none', '']) {
      expect((await anybody.post('/login', { token })).body.code).toBe('login.failed');
    }
  });

  it('PERM-10: gives the permissions of the user’s roles', async () => {
    const ann = await person();
    const browser = await come(ann.email);
    expect((await browser.get(account.path('/users'))).status).toBe(403);
    expectStatus(200, await test.operator.put(`${ann.path}/roles/administrator`));
    expectStatus(200, await browser.get(account.path('/users')));
    const other = await openTestAccount(test);
    expect((await browser.get(other.path('/users'))).status).toBe(404);
  });
});

describe('a stranger cannot learn who has an account', () => {
  const body = { title: 'Unauthorized', status: 401, code: 'login.failed' };
  const tell = ({ body: said, headers, status }: ApiResponse) => ({
    status,
    said,
    headers: [...headers].filter(([name]) => name !== 'date'),
  });

  it('LOGIN-4: from the response for an unknown address, a wrong password, a locked user, or a user without a password', async () => {
    const [ann, locked] = [await person(), await person()];
    expectStatus(200, await test.operator.post(`${locked.path}/lock`));
    const without = (await test.operator.get(account.path(`/users/${await account.addUser()}`))).body.email;
    const answers = [];
    let argon2s = 0;
    const threads = test.server.app.get(PasswordThreads);
    const run = threads.run.bind(threads);
    threads.run = (name, task) => {
      argon2s++;
      return run(name, task);
    };
    for (const attempt of [
      () => logIn('nobody@nowhere.example'),
      () => logIn(ann.email, 'wrong'),
      () => logIn(locked.email),
      () => logIn(without),
    ]) {
      argon2s = 0;
      answers.push(tell(await attempt()));
      expect(argon2s).toBe(1);
    }
    threads.run = run;
    expect(answers[0]!.said).toMatchObject(body);
    for (const answer of answers) expect(answer).toEqual(answers[0]);
    expect(JSON.stringify(answers)).not.toContain('position');
  });

  it('LOGIN-4, HTTP-3: from If-Match, which is refused before the user is looked up', async () => {
    const ann = await person();
    for (const email of [ann.email, 'nobody@nowhere.example']) {
      for (const [path, body] of [
        ['/login', { email, password: 'wrong' }],
        ['/password-resets', { email }],
      ] as const) {
        expect((await anybody.post(path, body, { ...elsewhere(), 'if-match': '"99"' })).body.code).toBe(
          'revision.invalid',
        );
      }
    }
    expect(await actionsOf(ann)).not.toContain('login.failed');
  });

  it('PASSWORD-7: from a request for a password link', async () => {
    const ann = await person();
    const [known, unknown] = [
      await anybody.post('/password-resets', { email: ann.email }),
      await anybody.post('/password-resets', { email: 'nobody@nowhere.example' }),
    ];
    expect(tell(known)).toEqual(tell(unknown));
    expect(known.status).toBe(202);
    expect(known.headers.has('rollbook-position')).toBe(false);
    expect((await actionsOf(ann))[0]).toBe('user.password-reset-requested');
  });
});

describe('guessed passwords', () => {
  it('LOGIN-11: are queued one by one after 20 failures from a source, where tokens still work and wrong tokens get 401', async () => {
    const ann = await person();
    const from = elsewhere();
    const tryAll = (count: number, typed: string) =>
      Promise.all(
        Array.from({ length: count }, (_, nth) =>
          anybody.post('/login', { email: `nobody-${nth}@nowhere.example`, password: typed }, from),
        ),
      );
    expect((await tryAll(20, password)).map(({ status }) => status)).toEqual(Array<number>(20).fill(401));
    const beyond = (
      await Promise.all([tryAll(30, password), anybody.post('/login', { email: ann.email, password }, from)])
    ).flat();
    expect(new Set(beyond.map(({ status }) => status))).toEqual(new Set([401, 429]));
    for (const refused of beyond.filter(({ status }) => status === 429)) {
      expect(refused.body.code).toBe('access.throttled');
      expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
    }
    expect((await anybody.post('/login', { token: 'rb_wrong' }, from)).status).toBe(401);
    expect((await test.operator.as('rb_wrong').get('/me', from)).status).toBe(401);
    const token = readFileSync(test.server.operatorToken, 'utf8').trim();
    expect((await anybody.post('/login', { token }, from)).status).toBe(200);
    expect((await test.operator.get('/me', from)).status).toBe(200);
    expect((await anybody.post('/login', { token, email: ann.email, password: 'wrong' }, from)).status).toBe(401);
    // The attempts from the other source no longer delay it.
    expect((await anybody.post('/login', { email: ann.email, password }, from)).status).toBe(200);
    await come(ann.email);
  });
});

describe('a session', () => {
  it('SESSION-1: accepts writes from its own pages only', async () => {
    const ann = await person();
    const browser = await come(ann.email);
    for (const origin of ['https://evil.example', 'null', 'http://127.0.0.1:1']) {
      expect((await browser.post('/logout', {}, { origin })).body.code).toBe('access.foreign-origin');
    }
    const cookie = browser['defaultHeaders']['cookie']!;
    expect((await test.operator.as(undefined).post('/logout', {}, { cookie })).body.code).toBe('access.foreign-origin');
    expectStatus(200, await test.operator.as(undefined).get('/me', { cookie }));
    expectStatus(200, await browser.post('/logout'));
    expect((await browser.get('/me')).status).toBe(401);
  });

  it('SESSION-1: never uses a session id that the client chose', async () => {
    const ann = await person();
    const name = expectStatus(200, await logIn(ann.email))
      .headers.get('set-cookie')!
      .split('=', 1)[0]!;
    const fixed = `${name}=${'A'.repeat(43)}`;
    const entered = expectStatus(200, await anybody.post('/login', { email: ann.email, password }, { cookie: fixed }));
    expect(entered.headers.get('set-cookie')).not.toContain('AAAA');
    expect((await anybody.get('/me', { cookie: fixed })).status).toBe(401);
  });

  it.each(['lock', 'delete'])('SESSION-3: ends with a %s and does not come back', async (act) => {
    const ann = await person();
    const browser = await come(ann.email);
    expectStatus(200, await test.operator.post(`${ann.path}/${act}`));
    test.clock.move(1_000);
    expect((await browser.get('/me')).status).toBe(401);
    expectStatus(200, await test.operator.post(`${ann.path}/${act === 'lock' ? 'unlock' : 'restore'}`));
    test.clock.move(1_000);
    expect((await browser.get('/me')).status).toBe(401);
    await come(ann.email);
  });

  it('SESSION-3, PASSWORD-12: ends when the password changes, except the session that changed it', async () => {
    const ann = await person();
    const [one, other] = [await come(ann.email), await come(ann.email)];
    expect(
      (await one.put('/me/password', { currentPassword: 'wrong', password: 'another quiet walnut' })).body.code,
    ).toBe('password.wrong');
    expect((await one.put('/me/password', { currentPassword: password, password: 'password1234' })).body).toMatchObject(
      { code: 'password.weak', reasons: ['guessable', 'breached'] },
    );
    const changed = expectStatus(
      200,
      await one.put('/me/password', { currentPassword: password, password: 'another quiet walnut' }),
    );
    test.clock.move(1_000);
    expect((await other.get('/me')).status).toBe(401);
    expect((await one.get('/me')).status).toBe(401);
    expectStatus(200, await anybody.inBrowser(changed).get('/me'));
    expect((await logIn(ann.email)).status).toBe(401);
    expectStatus(200, await logIn(ann.email, 'another quiet walnut'));
  });

  it('SESSION-4: is listed, and can be ended alone or with all others', async () => {
    const ann = await person();
    const [one, two, three] = [await come(ann.email), await come(ann.email), await come(ann.email)];
    const { items } = (await three.get('/me/sessions')).body;
    expect(items).toHaveLength(4); // Setting the password has started a session, too.
    expect(items.filter(({ current }: { current: boolean }) => current)).toHaveLength(1);
    const mine = (await one.get('/me')).body.session.id;
    expectStatus(200, await three.delete(`/me/sessions/${mine}`));
    expect((await one.get('/me')).status).toBe(401);
    const bob = await come((await person()).email);
    expect((await bob.delete(`/me/sessions/${(await two.get('/me')).body.session.id}`)).status).toBe(404);
    expectStatus(200, await three.delete('/me/sessions'));
    expect([(await two.get('/me')).status, (await three.get('/me')).status]).toEqual([401, 401]);
  });
});

describe('a link that sets a password', () => {
  const use = (link: string, typed = 'another quiet walnut') =>
    anybody.post('/password-resets/confirm', { link, password: typed });

  it('PASSWORD-6: works once, only the newest one, even when two requests use it at the same time', async () => {
    const ann = await person();
    expectStatus(200, await account.administrator.post(`${ann.path}/reset-password`, { reason: 'forgot' }));
    const older = await linkOf(ann.id);
    const { expiresAt } = expectStatus(200, await account.administrator.post(`${ann.path}/reset-password`)).body;
    expect(Date.parse(expiresAt)).toBeGreaterThan(test.clock.now().getTime() + 3_500_000);
    expect((await use(older)).body.code).toBe('link.not-valid');
    const link = await linkOf(ann.id);
    const both = await Promise.all([use(link), use(link, 'another loud walnut')]);
    expect(both.map(({ status }) => status).sort((a, b) => a - b)).toEqual([200, 409]);
    expect((await use(link)).body.code).toBe('link.not-valid');
    expectStatus(200, await logIn(ann.email, both[0].status === 200 ? 'another quiet walnut' : 'another loud walnut'));
    expect((await logIn(ann.email)).status).toBe(401);
  });

  it('PASSWORD-6: works for an hour, and is not used up by a password that is too weak', async () => {
    const ann = await person();
    expectStatus(200, await account.administrator.post(`${ann.path}/reset-password`));
    const link = await linkOf(ann.id);
    for (const [weak, reasons] of [
      ['Ab1', ['too-short']],
      ['x'.repeat(129), ['too-long']],
      ['tab\tand\tno end', ['unusable-characters']],
      ['abcdefghijkl', ['guessable', 'breached']],
      [`${ann.email}1`, ['guessable']],
      ['070793monolit', ['breached']],
    ] as const) {
      expect((await use(link, weak)).body).toMatchObject({ status: 400, code: 'password.weak', reasons });
    }
    test.clock.move(3_600_001);
    expect((await use(link)).body.code).toBe('link.not-valid');
  });

  it('PASSWORD-6: cannot be forged', async () => {
    const ann = await person();
    expectStatus(200, await account.administrator.post(`${ann.path}/reset-password`));
    const link = await linkOf(ann.id);
    for (const made of [link.slice(0, -3), `${link}x`, 'x', link.replace(ann.id, account.administratorId)])
      expect((await use(made)).body.code).toBe('link.not-valid');
    expectStatus(200, await use(link));
  });

  it('LIFE-12: is offered to callers who may send one', async () => {
    const ann = await person();
    const { items } = (await account.administrator.get(`${ann.path}/actions`)).body;
    expect(items).toContainEqual(
      expect.objectContaining({
        action: 'RequestPasswordReset',
        allowed: true,
        href: `/api/v1${ann.path}/reset-password`,
      }),
    );
    const { api: auditor } = await account.addUserWithRole('auditor');
    expect((await auditor.post(`${ann.path}/reset-password`)).status).toBe(403);
    const other = await openTestAccount(test);
    expect((await other.administrator.post(`${ann.path}/reset-password`)).status).toBe(404);
  });
});

// Last in this file, because it moves the time.
describe('the lifetime of a session', () => {
  it('SESSION-2: ends after 30 minutes without a request that a person caused, and after 12 hours', async () => {
    const ann = await person();
    const browser = await come(ann.email);
    for (let part = 0; part < 12 * 3; part++) {
      expectStatus(200, await browser.get('/me'));
      test.clock.move(20 * 60_000);
    }
    expect((await browser.get('/me')).status).toBe(401);
    const idle = await come(ann.email);
    test.clock.move(30 * 60_000);
    expect((await idle.get('/me')).status).toBe(401);
  });

  it('SESSION-2: is not prolonged by the automatic requests of a page, and only these may be marked as automatic', async () => {
    const ann = await person();
    const browser = await come(ann.email);
    const background = { 'rollbook-background': 'true' };
    const first = (await browser.get('/me', background)).body.session.expiresAt;
    test.clock.move(20 * 60_000);
    expect((await browser.get('/me', background)).body.session.expiresAt).toBe(first);
    const used = (await browser.get('/me')).body.session.expiresAt;
    expect(Date.parse(used)).toBeGreaterThan(Date.parse(first) + 19 * 60_000);
    expect((await browser.get('/me', background)).body.session.expiresAt).toBe(used);
    test.clock.move(20 * 60_000);
    expectStatus(200, await browser.get('/me', background));
    test.clock.move(11 * 60_000);
    expect((await browser.get('/me')).status).toBe(401);
  });

  it('SESSION-2: is not prolonged by an open page that receives changes', async () => {
    const ann = await person();
    expectStatus(200, await test.operator.put(`${ann.path}/roles/administrator`));
    const entered = expectStatus(200, await logIn(ann.email));
    const leave = new AbortController();
    const cookie = entered.headers.getSetCookie()[0]!.split(';', 1)[0]!;
    const { body } = await fetch(`${test.server.url}/api/v1${account.path('/changes')}`, {
      headers: { cookie },
      signal: leave.signal,
    });
    const heard = body!.getReader();
    await heard.read();
    test.clock.move(20 * 60_000);
    await account.addUser();
    expect(new TextDecoder().decode((await heard.read()).value)).toContain('userIds');
    test.clock.move(11 * 60_000);
    expect((await anybody.inBrowser(entered).get('/me')).status).toBe(401);
    leave.abort();
  });
});
