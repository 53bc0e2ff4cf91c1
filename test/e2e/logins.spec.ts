import { randomUUID } from 'node:crypto';
import { EventStore } from '#libs/event-store';
import type { Api } from '../support/api.js';
import { parseCsv } from '../support/csv.js';
import {
  expectStatus,
  openTestAccount,
  startTestServer,
  type TestAccount,
  type TestServer,
} from '../support/server.js';
import { newDomain, offeredActions, newPerson, createServiceApi, userActions } from '../support/user-actions.js';

const minute = 60_000;
const day = 24 * 60 * minute;

let server: TestServer;
let service: Api;
let account: TestAccount;
let users: ReturnType<typeof userActions>;

beforeAll(async () => {
  server = await startTestServer();
  service = await createServiceApi(server);
});
beforeEach(async () => {
  account = await openTestAccount(server);
  users = userActions(account);
});
afterAll(() => server.close());

/** A time so many ms from now. */
const at = (ms: number) => new Date(server.clock.now().getTime() + ms).toISOString();
const report = (userId: string, fields: object = {}, headers = {}) =>
  service.post(`/users/${userId}/logins`, { method: 'password', ...fields }, headers);
const logIn = async (userId: string, fields: object = {}) => expectStatus(201, await report(userId, fields));

/** The user as of now; what the service and the operator wrote before is in it. */
async function seen(userId: string) {
  await users.mustAct(await account.addUser(), 'lock');
  return users.getUser(userId);
}

describe('the last login', () => {
  it('LOGIN-1: is null for one who never logged in, and the latest by its own time, whatever order reports arrive in', async () => {
    const userId = await account.addUser();
    server.clock.move(10 * minute);
    expect((await seen(userId)).lastLoginAt).toBeNull();
    const [middle, late, early] = [at(-5 * minute), at(-2 * minute), at(-8 * minute)];
    for (const [time, last] of [
      [middle, middle],
      [late, late],
      [early, late],
    ]) {
      await logIn(userId, { at: time });
      expect((await seen(userId)).lastLoginAt).toBe(last);
    }
    const { items } = (await account.administrator.get(users.userPath(userId, '/history'))).body;
    expect(items.filter(({ action }: { action: string }) => action === 'user.logged-in').length).toBe(3);
  });

  it('LOGIN-1: is now where the report names no time', async () => {
    const userId = await account.addUser();
    const before = at(0);
    await logIn(userId);
    const { lastLoginAt } = await seen(userId);
    expect(Date.parse(lastLoginAt)).toBeGreaterThanOrEqual(Date.parse(before));
    expect(Date.parse(lastLoginAt)).toBeLessThanOrEqual(Date.parse(at(0)));
  });

  it('LOGIN-2: may lie 5 minutes ahead, not more', async () => {
    const userId = await account.addUser();
    const allowed = at(4.9 * minute);
    await logIn(userId, { at: allowed });
    expect((await report(userId, { at: at(5.5 * minute) })).body).toMatchObject({
      status: 400,
      code: 'login.time-invalid',
    });
    expect((await seen(userId)).lastLoginAt).toBe(allowed);
  });

  it('LOGIN-2: needs a time with a zone, a method, and an address that is one', async () => {
    const userId = await account.addUser();
    const time = at(0);
    for (const bad of [
      { at: time.replace('Z', '') },
      { at: 'noon' },
      { at: time.slice(0, 10) },
      { method: '' },
      { method: null },
      { ip: '1.2.3' },
      { device: 'phone' },
    ]) {
      expect([bad, (await report(userId, bad)).status]).toEqual([bad, 400]);
    }
    await logIn(userId, { at: time.replace('Z', '+00:00') });
    expect((await seen(userId)).lastLoginAt).toBe(time);
  });

  it('HTTP-2: is reported once under one key, and for a user there is', async () => {
    const userId = await account.addUser();
    const key = { 'idempotency-key': randomUUID() };
    const body = { at: at(0) };
    const first = expectStatus(201, await report(userId, body, key));
    expect(expectStatus(201, await report(userId, body, key)).position).toBe(first.position);
    expect((await report(userId, { at: at(minute) }, key)).status).toBe(422);
    expect((await report(randomUUID())).body).toMatchObject({ status: 404, code: 'user.not-found' });
    await seen(userId);
    expect((await users.actionsOn(userId)).filter((action) => action === 'user.logged-in').length).toBe(1);
  });
});

describe('a failed login', () => {
  it('LOGIN-13: is not recorded of one who can not log in anyway', async () => {
    const userId = await account.addUser();
    const { email } = await users.getUser(userId);
    const fail = async () =>
      expectStatus(401, await server.operator.inBrowser().post('/login', { email, password: 'wrong' }));
    const failures = async (): Promise<number> => {
      const events = await Array.fromAsync(server.server.app.get(EventStore).read(`login-${userId}`));
      return events.filter(({ type }) => type === 'LoginFailed').length;
    };
    await fail();
    expect(await failures()).toBe(1);
    for (const action of ['lock', 'delete']) {
      await users.mustAct(userId, action);
      await fail();
    }
    expect(await failures()).toBe(1);
  });
});

describe('a lock', () => {
  it('LOGIN-3: stops login from then on, until it is removed; a login of before or after counts, however late it is reported', async () => {
    const userId = await account.addUser();
    server.clock.move(minute);
    const before = at(0);
    server.clock.move(minute);
    await users.mustAct(userId, 'lock', { reason: 'on leave' });
    server.clock.move(minute);
    const within = at(0);
    expect(offeredActions('user.locked', await report(userId))).toEqual([]);
    expect(offeredActions('user.locked', await report(userId, { at: within }))).toEqual([]);
    server.clock.move(minute);
    await users.mustAct(userId, 'unlock');
    server.clock.move(minute);
    const after = at(0);
    expect(offeredActions('user.locked', await report(userId, { at: within }))).toEqual([]);
    await logIn(userId, { at: after });
    await logIn(userId, { at: before });
    expect((await seen(userId)).lastLoginAt).toBe(after);
  });

  it('LOCK-10: keeps entitlements for 7 days for one who had logged in before it, and none for one who never had', async () => {
    const [loggedIn, never] = [await account.addUser(), await account.addUser()];
    await logIn(loggedIn);
    server.clock.move(minute);
    for (const userId of [loggedIn, never]) await users.mustAct(userId, 'lock');
    const [lock] = (await users.getUser(loggedIn)).locks;
    expect(Date.parse(lock.disableModeUntil) - Date.parse(lock.at)).toBe(7 * day);
    expect((await users.getUser(never)).locks).toMatchObject([{ disableModeUntil: null }]);
    const { text } = await account.administrator.get(account.path('/users.csv?locked=true'));
    const rows = new Map(parseCsv(text).map((row) => [row['UserId'], row['DisableModeUntil']]));
    expect([rows.get(loggedIn), rows.get(never)]).toEqual([lock.disableModeUntil, '']);
  });

  it('LOCK-12: takes a login before it into account that is reported only after it', async () => {
    const userId = await account.addUser();
    server.clock.move(minute);
    const before = at(0);
    server.clock.move(minute);
    await users.mustAct(userId, 'lock');
    expect((await users.getUser(userId)).locks).toMatchObject([{ disableModeUntil: null }]);
    await logIn(userId, { at: before });
    const [lock] = (await seen(userId)).locks;
    expect(Date.parse(lock.disableModeUntil) - Date.parse(lock.at)).toBe(7 * day);
  });

  it('LOCK-10: of a deletion counts like any other', async () => {
    const userId = await account.addUser();
    server.clock.move(minute);
    const before = at(0);
    await logIn(userId);
    server.clock.move(minute);
    await users.mustAct(userId, 'delete');
    expect(offeredActions('user.locked', await report(userId))).toEqual([]);
    const former = await seen(userId);
    expect(former).toMatchObject({ status: 'deleted', locks: [{ cause: 'unaffiliated' }] });
    expect(Date.parse(former.locks[0].disableModeUntil) - Date.parse(former.locks[0].at)).toBe(7 * day);
    await logIn(userId, { at: before, method: 'late' });
    expect(Date.parse((await seen(userId)).lastLoginAt)).toBeGreaterThanOrEqual(Date.parse(before));
  });
});

describe('the days for which entitlements outlive a lock', () => {
  const ends = async (userId: string): Promise<string[]> =>
    (await users.getUser(userId)).locks.map(({ disableModeUntil }: { disableModeUntil: string }) => disableModeUntil);
  const exported = async (userId: string): Promise<string> => {
    const { text } = await account.administrator.get(account.path('/users.csv?status=active&status=deleted'));
    return parseCsv(text).find((row) => row['UserId'] === userId)!['DisableModeUntil']!;
  };

  it('LOCK-11: begin with the first lock since the user could log in, whatever comes after it, and anew after an unlock', async () => {
    const userId = await account.addUser();
    await logIn(userId);
    server.clock.move(minute);
    await users.mustAct(userId, 'lock', { reason: 'on leave' });
    const [first] = (await users.getUser(userId)).locks;
    const end = new Date(Date.parse(first.at) + 7 * day).toISOString();
    expect(first.disableModeUntil).toBe(end);
    server.clock.move(60 * minute);
    await users.mustAct(userId, 'lock', { reason: 'on parental leave' });
    expect(await ends(userId)).toEqual([end]);
    server.clock.move(60 * minute);
    await users.mustAct(userId, 'delete');
    expect(await ends(userId)).toEqual([end, end]);
    expect(await exported(userId)).toBe(end);
    await users.mustAct(userId, 'restore');
    expect(await ends(userId)).toEqual([end]);
    await users.mustAct(userId, 'delete');
    await users.mustAct(userId, 'add-to-account');
    expect(await ends(userId)).toEqual([end, end]);
    await users.mustAct(userId, 'unlock');
    server.clock.move(60 * minute);
    await users.mustAct(userId, 'lock');
    const [second] = (await users.getUser(userId)).locks;
    expect(second.disableModeUntil).toBe(new Date(Date.parse(second.at) + 7 * day).toISOString());
  });
});

describe('the entitlement country', () => {
  const contracts = [
    { country: 'FR', recurringRevenue: 100 },
    { country: 'DE', recurringRevenue: 900.5 },
    { country: 'US', recurringRevenue: 0 },
  ];
  /** Opens an account with these contracts and adds a user; answers what holds for them. */
  async function effective(terms: object[] | undefined, fields: Record<string, unknown>) {
    const domain = newDomain();
    const body = {
      name: 'Contracts',
      ...(terms && { contracts: terms }),
      domains: [domain],
      administrator: newPerson(domain),
    };
    const { accountId } = expectStatus(201, await server.operator.post('/accounts', body)).body;
    const { userId } = expectStatus(
      201,
      await server.operator.post(`/accounts/${accountId}/users`, newPerson(domain, fields)),
    ).body;
    return (await server.operator.get(`/accounts/${accountId}/users/${userId}`)).body.effectiveEntitlementCountry;
  }

  it('ENTITLEMENT-1: is the explicit one', async () => {
    expect(await effective(contracts, { country: 'FR', entitlementCountry: 'PL' })).toEqual({
      country: 'PL',
      rule: 'explicit',
    });
    expect(await effective(undefined, { country: 'FR', entitlementCountry: 'PL' })).toEqual({
      country: 'PL',
      rule: 'explicit',
    });
  });

  it('ENTITLEMENT-1: else is the profile country, if the account has a contract there', async () => {
    expect(await effective(contracts, { country: 'US' })).toEqual({ country: 'US', rule: 'profile' });
  });

  it('ENTITLEMENT-1: else is the contract country with the highest recurring revenue', async () => {
    expect(await effective(contracts, { country: 'ES' })).toEqual({ country: 'DE', rule: 'contract' });
  });

  it('ENTITLEMENT-1: is none where the account has no contract', async () => {
    expect(await effective(undefined, { country: 'ES' })).toBeNull();
  });
});

describe('every token', () => {
  it('LOCK-3, PERM-10: of one who is locked, deleted or demoted is shut within a second', async () => {
    const [locked, deleted, demoted] = [
      await account.addUserWithRole('co-administrator'),
      await account.addUserWithRole('co-administrator'),
      await account.addUserWithRole('co-administrator'),
    ];
    const replies = () =>
      Promise.all([locked, deleted, demoted].map(async ({ api }) => (await api.get(account.path('/users'))).status));
    expect(await replies()).toEqual([200, 200, 200]);
    await users.mustAct(locked.id, 'lock');
    await users.mustAct(deleted.id, 'delete');
    expectStatus(200, await account.administrator.delete(users.userPath(demoted.id, '/roles/co-administrator')));
    server.clock.move(1_000);
    expect(await replies()).toEqual([401, 401, 403]);
  });
});
