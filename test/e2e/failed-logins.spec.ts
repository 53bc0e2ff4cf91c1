import { randomUUID } from 'node:crypto';
import { systemActor } from '#libs/kernel';
import { createPasswordLink } from '#libs/access';
import { EventStore } from '#libs/event-store';
import { UserDecider, accountOf, userEvent, type ExistingUser } from '#libs/users';
import { Vault } from '#libs/vault';
import { Api, type ApiResponse } from '../support/api.js';
import {
  expectStatus,
  openTestAccount,
  startTestServer,
  issueTokenFor,
  type TestAccount,
  type TestServer,
} from '../support/server.js';

const minute = 60_000;
const password = 'correct horse battery';
const newPassword = 'another horse battery';

let test: TestServer;
let account: TestAccount;
let anybody: Api;
beforeAll(async () => {
  test = await startTestServer({ TRUST_PROXY: '1' });
  account = await openTestAccount(test);
  anybody = test.operator.inBrowser();
}, 60_000);
afterAll(() => test.close());

/** Reads after the read models have caught up with the log, also with writes of strangers, whose responses have no position. */
const now = async (path: string, as = test.operator): Promise<ApiResponse> =>
  expectStatus(
    200,
    await as.get(path, { 'rollbook-min-position': String(await test.server.app.get(EventStore).lastPosition()) }),
  );

/** A user with a password, and the browser in which they set it. */
interface Person {
  readonly id: string;
  readonly email: string;
  readonly path: string;
  readonly browser: Api;
}

const storeOf = () => test.server.app.get(EventStore);

async function linkOf(userId: string): Promise<string> {
  const { state } = await storeOf().load(UserDecider, userId);
  return createPasswordLink(test.server.app.get(Vault), {
    userId,
    requestId: (state as ExistingUser).passwordLink!.request,
  });
}

async function personOf(id: string): Promise<Person> {
  const entered = expectStatus(
    200,
    await anybody.post('/password-resets/confirm', { link: await linkOf(id), password }),
  );
  const path = account.path(`/users/${id}`);
  return { id, email: (await test.operator.get(path)).body.email, path, browser: anybody.inBrowser(entered) };
}
const person = async () => personOf(await account.addUser());

let callers = 0;
/** Returns headers with a new IP address, because the failed logins of one address are limited, too. */
const elsewhere = () => ({ 'x-forwarded-for': `10.1.${(++callers >> 8) & 255}.${callers & 255}` });
const logIn = (email: string, typed = password, from = anybody) =>
  from.post('/login', { email, password: typed }, elsewhere());
const guess = async (email: string, times: number, from = anybody) => {
  for (let nth = 0; nth < times; nth++)
    expect((await logIn(email, `guess-${nth}`, from)).body).toMatchObject({ status: 401, code: 'login.failed' });
};
/** Appends the lock that ten failed logins set, because ten real logins take seconds. */
async function lockOut(
  { id }: { id: string },
  lock: { until?: string; disableModeDays: number } = { until: inMinutes(15), disableModeDays: 0 },
): Promise<void> {
  const { revision, state } = await storeOf().load(UserDecider, id);
  const envelope = {
    correlationId: randomUUID(),
    causationId: randomUUID(),
    actor: systemActor,
    subject: { kind: 'user', id } as const,
    account: accountOf(state)!,
    at: inMinutes(0),
    schema: 1,
  };
  await storeOf().append(`user-${id}`, revision, [
    { id: randomUUID(), ...userEvent('UserLocked', { cause: 'failedLogins', ...lock }), envelope },
  ]);
}
const inMinutes = (minutes: number) => new Date(test.clock.now().getTime() + minutes * minute).toISOString();

const locksOf = async ({ path }: Person) => (await now(path)).body.locks as { cause: string; until: string | null }[];
const actionsOf = async ({ path }: Person) =>
  ((await now(`${path}/history`)).body.items as { action: string }[]).map(({ action }) => action);
const revisionsOf = async (id: string) => [
  (await storeOf().load(UserDecider, id)).revision,
  (await Array.fromAsync(storeOf().read(`login-${id}`))).length,
];

describe('ten failed logins', () => {
  it('LOGIN-5: lock a user out for 15 minutes, even with the right password', async () => {
    const ann = await person();
    await guess(ann.email, 9);
    expectStatus(200, await logIn(ann.email));
    await guess(ann.email, 10);
    const [lock] = await locksOf(ann);
    expect(lock).toMatchObject({ cause: 'failedLogins', by: { kind: 'system' }, disableModeUntil: null });
    expect(Date.parse(lock!.until!) - test.clock.now().getTime()).toBeGreaterThan(14 * minute);
    expect((await actionsOf(ann)).slice(0, 3)).toEqual(['user.locked', 'login.failed', 'login.failed']);
    expect((await logIn(ann.email)).body.code).toBe('login.failed');
    test.clock.move(15 * minute);
    await guess(ann.email, 1);
    expect(await locksOf(ann)).toEqual([]);
    expectStatus(200, await logIn(ann.email));
  }, 60_000);

  it('LOGIN-7: make later logins fail with the same response, without comparing the password, recording them or prolonging the lock', async () => {
    const ann = await person();
    const wrong = await logIn(ann.email, 'wrong');
    await lockOut(ann);
    const before = [await revisionsOf(ann.id), await locksOf(ann)];
    test.clock.move(5 * minute);
    const right = await logIn(ann.email);
    await Promise.all(Array.from({ length: 8 }, () => logIn(ann.email, 'wrong')));
    const tell = ({ status, body, headers }: ApiResponse) => [
      status,
      body,
      [...headers].filter(([name]) => name !== 'date'),
    ];
    expect(tell(right)).toEqual(tell(wrong));
    expect([await revisionsOf(ann.id), await locksOf(ann)]).toEqual(before);
    // The right password has started no session.
    expect(right.headers.getSetCookie()).toEqual([]);
  }, 60_000);

  it('LOGIN-7: leave five attempts in each browser in which the user has logged in', async () => {
    const ann = await person();
    const other = anybody.inBrowser(expectStatus(200, await logIn(ann.email)));
    const bob = await person();
    await lockOut(ann);
    expect((await logIn(ann.email, password, bob.browser)).status).toBe(401);
    await guess(ann.email, 4, ann.browser);
    expectStatus(200, await logIn(ann.email, password, ann.browser));
    expect((await logIn(ann.email, password, ann.browser)).status).toBe(401);
    expectStatus(200, await logIn(ann.email, password, other));
    expect((await locksOf(ann)).length).toBe(1);
    expect((await actionsOf(ann)).filter((action) => action === 'login.failed')).toHaveLength(4);
    // A new lock gives new attempts.
    test.clock.move(15 * minute);
    await lockOut(ann);
    expectStatus(200, await logIn(ann.email, password, ann.browser));
  }, 60_000);

  it('LOGIN-7: allow five of many concurrent attempts in a known browser', async () => {
    const ann = await person();
    await lockOut(ann);
    const [, before] = await revisionsOf(ann.id);
    await Promise.all(Array.from({ length: 9 }, (_, nth) => logIn(ann.email, `guess-${nth}`, ann.browser)));
    expect((await revisionsOf(ann.id))[1]).toBe(before! + 5);
  }, 60_000);

  it('LOGIN-8: leave the last administrator able to log in from a known browser', async () => {
    const own = await openTestAccount(test);
    const link = await linkOf(own.administratorId);
    const path = own.path(`/users/${own.administratorId}`);
    const email = (await test.operator.get(path)).body.email;
    const browser = anybody.inBrowser(
      expectStatus(200, await anybody.post('/password-resets/confirm', { link, password })),
    );
    await guess(email, 11);
    expectStatus(200, await logIn(email, password, browser));
    test.clock.move(15 * minute);
    await lockOut({ id: own.administratorId });
    await guess(email, 1);
    expectStatus(200, await logIn(email, password, browser));
    const { body } = await now(`/audit?accountId=${own.id}&subject=${own.id}`);
    expect(body.items.map(({ action }: { action: string }) => action)).not.toContain('administrator.stood-down');
    expectStatus(200, await own.administrator.get(own.path('/users')));
  }, 60_000);
});

describe('a lock because of failed logins', () => {
  it('LOCK-4: does not end sessions, tokens and mailed links', async () => {
    const ann = await person();
    expectStatus(200, await test.operator.put(`${ann.path}/roles/auditor`));
    const program = test.operator.as(await issueTokenFor(test.operator, ann.id));
    await lockOut(ann);
    test.clock.move(1_001);
    for (const api of [ann.browser, program]) expectStatus(200, await api.get('/me'));
    expectStatus(201, await test.operator.post(`/users/${ann.id}/logins`, { method: 'oidc' }));
    expectStatus(202, await anybody.post('/password-resets', { email: ann.email }));
    expectStatus(200, await account.administrator.post(`${ann.path}/reset-password`));
    expect(await locksOf(ann)).toHaveLength(1);
  }, 60_000);

  it('PASSWORD-10: ends when a password is set by a mailed link, and the browser is known from then on', async () => {
    const ann = await person();
    await lockOut(ann);
    expectStatus(202, await anybody.post('/password-resets', { email: ann.email }));
    const entered = expectStatus(
      200,
      await anybody.post('/password-resets/confirm', { link: await linkOf(ann.id), password: newPassword }),
    );
    expect(await locksOf(ann)).toEqual([]);
    expect((await actionsOf(ann)).slice(0, 3)).toEqual(['user.logged-in', 'user.unlocked', 'user.password-changed']);
    expectStatus(200, await logIn(ann.email, newPassword));
    await lockOut(ann);
    expectStatus(200, await logIn(ann.email, newPassword, anybody.inBrowser(entered)));
  }, 60_000);

  it('PASSWORD-11: is also caused by wrong passwords in a session, and applies there too, with any If-Match', async () => {
    const ann = await person();
    const change = (currentPassword: string, from = ann.browser) =>
      from.put('/me/password', { currentPassword, password: newPassword }, { 'if-match': '"99"' });
    for (let nth = 0; nth < 10; nth++) expect((await change(`guess-${nth}`)).body.code).toBe('password.wrong');
    expect(await locksOf(ann)).toMatchObject([{ cause: 'failedLogins' }]);
    const program = test.operator.as(await issueTokenFor(test.operator, ann.id, ['me:write']));
    expect((await change(password, program)).body.code).toBe('password.wrong');
    for (let nth = 0; nth < 4; nth++) expect((await change(`guess-${nth}`)).body.code).toBe('password.wrong');
    expectStatus(200, await ann.browser.put('/me/password', { currentPassword: password, password: newPassword }));
  }, 60_000);

  it('LOCK-6: without an end, as earlier builds set it, ends after 15 minutes', async () => {
    const ann = await person();
    await lockOut(ann, { disableModeDays: 7 });
    const [lock] = (await now(ann.path)).body.locks;
    expect(lock).toMatchObject({
      cause: 'failedLogins',
      until: new Date(Date.parse(lock.at) + 15 * minute).toISOString(),
      disableModeUntil: null,
    });
    expect((await logIn(ann.email)).status).toBe(401);
    test.clock.move(15 * minute);
    expect(await locksOf(ann)).toEqual([]);
    expectStatus(200, await logIn(ann.email));
  });
});

describe('lists during and after a lock because of failed logins', () => {
  it('LOCK-5, LOCK-13, LOCK-14: show and count the lock until its end, without disable mode', async () => {
    const own = await openTestAccount(test);
    const ids = [
      await own.addUser({ firstName: 'Ann' }),
      await own.addUser({ firstName: 'Bob' }),
      await own.addUser({ firstName: 'Cid' }),
    ];
    expectStatus(200, await own.administrator.post(own.path(`/users/${ids[1]}/lock`), { reason: 'away' }));
    expectStatus(201, await test.operator.post(`/users/${ids[0]}/logins`, { method: 'oidc' }));
    await lockOut({ id: ids[0]! });

    const names = async (query: string) =>
      (await now(own.path(`/users?${query}`), own.administrator)).body.items
        .map(({ firstName }: { firstName: string }) => firstName)
        .toSorted();
    const cells = async () =>
      (await now(own.path('/users.csv'), own.administrator)).text
        .split('\r\n')
        .filter((row) => row.includes('Ann'))
        .map((row) => row.replaceAll('"', '').split(',').slice(6, 9));
    const see = async () => ({
      locked: await names('locked=true'),
      effectivelyLocked: await names('effectiveStatus=locked'),
      notLocked: await names('locked=false'),
      byCause: await names('lockCause=failedLogins'),
      counted: (await now(own.path('/summary'), own.administrator)).body.locked,
      csv: await cells(),
      unlocks: (await now(own.path(`/users/${ids[0]}/actions`), own.administrator)).body.items.find(
        ({ action }: { action: string }) => action === 'UnlockUser',
      ).changes,
    });
    const lockedAt = test.clock.now().toISOString();
    expect(await see()).toEqual({
      locked: ['Ann', 'Bob'],
      effectivelyLocked: ['Ann', 'Bob'],
      notLocked: ['Cid', 'Grace'],
      byCause: ['Ann'],
      counted: 2,
      csv: [['true', '', '']],
      unlocks: true,
    });
    test.clock.move(15 * minute);
    expect(await see()).toEqual({
      locked: ['Bob'],
      effectivelyLocked: ['Bob'],
      notLocked: ['Ann', 'Cid', 'Grace'],
      byCause: [],
      counted: 1,
      csv: [['false', '', '']],
      unlocks: false,
    });

    // A read of a past moment shows the lock as it was then.
    expect((await now(own.path(`/users/${ids[0]}?at=${lockedAt}`))).body.locks).toHaveLength(1);
    expect((await now(own.path(`/users/${ids[0]}?at=${test.clock.now().toISOString()}`))).body.locks).toEqual([]);
    // The audit row of a second lock does not mention the one that has ended.
    await lockOut({ id: ids[0]! });
    const [row] = (await now(`/audit?accountId=${own.id}&action=user.locked`)).body.items;
    expect(row.changes).toEqual([
      { field: 'locks', before: [], after: [expect.objectContaining({ cause: 'failedLogins' })] },
    ]);
  }, 60_000);
});
