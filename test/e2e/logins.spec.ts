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

/** Returns the time that is `ms` milliseconds from now. */
const at = (ms: number) => new Date(server.clock.now().getTime() + ms).toISOString();
const report = (userId: string, fields: object = {}, headers = {}) =>
  service.post(`/users/${userId}/logins`, { method: 'password', ...fields }, headers);
const logIn = async (userId: string, fields: object = {}) => expectStatus(201, await report(userId, fields));

/** Returns the user after everything that was written before, by the service and the operator, too. */
async function getUpToDateUser(userId: string) {
  await users.mustAct(await account.addUser(), 'lock');
  return users.getUser(userId);
}

describe('the last login', () => {
  it('LOGIN-1: is null before the first login, and afterwards the latest time of a login, in any order of reports', async () => {
    const userId = await account.addUser();
    server.clock.move(10 * minute);
    expect((await getUpToDateUser(userId)).lastLoginAt).toBeNull();
    const [middle, late, early] = [at(-5 * minute), at(-2 * minute), at(-8 * minute)];
    for (const [time, last] of [
      [middle, middle],
      [late, late],
      [early, late],
    ]) {
      await logIn(userId, { at: time });
      expect((await getUpToDateUser(userId)).lastLoginAt).toBe(last);
    }
    const { items } = (await account.administrator.get(users.userPath(userId, '/history'))).body;
    expect(items.filter(({ action }: { action: string }) => action === 'user.logged-in').length).toBe(3);
  });

  it('AUDIT-8: is left out of a history that excludes logins, page by page', async () => {
    const userId = await account.addUser();
    await logIn(userId);
    await users.mustAct(userId, 'lock');
    const listActions = async (query: string) => {
      const { body } = await account.administrator.get(users.userPath(userId, `/history?${query}`));
      return { ...body, actions: body.items.map(({ action }: { action: string }) => action) };
    };
    expect((await listActions('excludeLogins=false')).actions).toEqual(['user.locked', 'user.logged-in', 'user.added']);
    const first = await listActions('excludeLogins=true&limit=1');
    expect(first.actions).toEqual(['user.locked']);
    const second = await listActions(`excludeLogins=true&limit=1&cursor=${first.next}`);
    expect(second).toMatchObject({ actions: ['user.added'], next: null });
  });

  it('LOGIN-1: is the present time if the report contains none', async () => {
    const userId = await account.addUser();
    const before = at(0);
    await logIn(userId);
    const { lastLoginAt } = await getUpToDateUser(userId);
    expect(Date.parse(lastLoginAt)).toBeGreaterThanOrEqual(Date.parse(before));
    expect(Date.parse(lastLoginAt)).toBeLessThanOrEqual(Date.parse(at(0)));
  });

  it('LOGIN-2: may be at most 5 minutes in the future', async () => {
    const userId = await account.addUser();
    const allowed = at(4.9 * minute);
    await logIn(userId, { at: allowed });
    expect((await report(userId, { at: at(5.5 * minute) })).body).toMatchObject({
      status: 400,
      code: 'login.time-invalid',
    });
    expect((await getUpToDateUser(userId)).lastLoginAt).toBe(allowed);
  });

  it('LOGIN-2: needs a time with a zone, a method, and a valid IP address', async () => {
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
    expect((await getUpToDateUser(userId)).lastLoginAt).toBe(time);
  });

  it('HTTP-2: is recorded once for the same key, and is refused for an unknown user', async () => {
    const userId = await account.addUser();
    const key = { 'idempotency-key': randomUUID() };
    const body = { at: at(0) };
    const first = expectStatus(201, await report(userId, body, key));
    expect(expectStatus(201, await report(userId, body, key)).position).toBe(first.position);
    expect((await report(userId, { at: at(minute) }, key)).status).toBe(422);
    expect((await report(randomUUID())).body).toMatchObject({ status: 404, code: 'user.not-found' });
    await getUpToDateUser(userId);
    expect((await users.actionsOn(userId)).filter((action) => action === 'user.logged-in').length).toBe(1);
  });
});

describe('a failed login', () => {
  it('LOGIN-13: is not recorded for a user who is locked or deleted', async () => {
    const userId = await account.addUser();
    const { email } = await users.getUser(userId);
    const fail = async () =>
      expectStatus(401, await server.operator.inBrowser().post('/login', { email, password: 'wrong' }));
    const countFailures = async (): Promise<number> => {
      const events = await Array.fromAsync(server.server.app.get(EventStore).read(`login-${userId}`));
      return events.filter(({ type }) => type === 'LoginFailed').length;
    };
    await fail();
    expect(await countFailures()).toBe(1);
    for (const action of ['lock', 'delete']) {
      await users.mustAct(userId, action);
      await fail();
    }
    expect(await countFailures()).toBe(1);
  });
});

describe('a lock', () => {
  it('LOGIN-3: makes logins during the lock fail; logins before or after it count, however late they are reported', async () => {
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
    expect((await getUpToDateUser(userId)).lastLoginAt).toBe(after);
  });

  it('LOCK-10: keeps the entitlements for 7 days if the user had logged in before, and otherwise not at all', async () => {
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

  it('LOCK-12: counts a login before the lock that is reported after it', async () => {
    const userId = await account.addUser();
    server.clock.move(minute);
    const before = at(0);
    server.clock.move(minute);
    await users.mustAct(userId, 'lock');
    expect((await users.getUser(userId)).locks).toMatchObject([{ disableModeUntil: null }]);
    await logIn(userId, { at: before });
    const [lock] = (await getUpToDateUser(userId)).locks;
    expect(Date.parse(lock.disableModeUntil) - Date.parse(lock.at)).toBe(7 * day);
  });

  it('LOCK-10: by a deletion works like any other lock', async () => {
    const userId = await account.addUser();
    server.clock.move(minute);
    const before = at(0);
    await logIn(userId);
    server.clock.move(minute);
    await users.mustAct(userId, 'delete');
    expect(offeredActions('user.locked', await report(userId))).toEqual([]);
    const former = await getUpToDateUser(userId);
    expect(former).toMatchObject({ status: 'deleted', locks: [{ cause: 'unaffiliated' }] });
    expect(Date.parse(former.locks[0].disableModeUntil) - Date.parse(former.locks[0].at)).toBe(7 * day);
    await logIn(userId, { at: before, method: 'late' });
    expect(Date.parse((await getUpToDateUser(userId)).lastLoginAt)).toBeGreaterThanOrEqual(Date.parse(before));
  });
});

describe('the disable mode of a lock', () => {
  const disableModeEnds = async (userId: string): Promise<string[]> =>
    (await users.getUser(userId)).locks.map(({ disableModeUntil }: { disableModeUntil: string }) => disableModeUntil);
  const exportedDisableMode = async (userId: string): Promise<string> => {
    const { text } = await account.administrator.get(account.path('/users.csv?status=active&status=deleted'));
    return parseCsv(text).find((row) => row['UserId'] === userId)!['DisableModeUntil']!;
  };

  it('LOCK-11: begins with the first lock, does not change with further locks, and begins again after an unlock', async () => {
    const userId = await account.addUser();
    await logIn(userId);
    server.clock.move(minute);
    await users.mustAct(userId, 'lock', { reason: 'on leave' });
    const [first] = (await users.getUser(userId)).locks;
    const end = new Date(Date.parse(first.at) + 7 * day).toISOString();
    expect(first.disableModeUntil).toBe(end);
    server.clock.move(60 * minute);
    await users.mustAct(userId, 'lock', { reason: 'on parental leave' });
    expect(await disableModeEnds(userId)).toEqual([end]);
    server.clock.move(60 * minute);
    await users.mustAct(userId, 'delete');
    expect(await disableModeEnds(userId)).toEqual([end, end]);
    expect(await exportedDisableMode(userId)).toBe(end);
    await users.mustAct(userId, 'restore');
    expect(await disableModeEnds(userId)).toEqual([end]);
    await users.mustAct(userId, 'delete');
    await users.mustAct(userId, 'add-to-account');
    expect(await disableModeEnds(userId)).toEqual([end, end]);
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
  /** Opens an account with these contracts and adds a user; returns the user's effective entitlement country. */
  async function getEffectiveCountry(terms: object[] | undefined, fields: Record<string, unknown>) {
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

  it('ENTITLEMENT-1: is the explicit one if there is one', async () => {
    expect(await getEffectiveCountry(contracts, { country: 'FR', entitlementCountry: 'PL' })).toEqual({
      country: 'PL',
      rule: 'explicit',
    });
    expect(await getEffectiveCountry(undefined, { country: 'FR', entitlementCountry: 'PL' })).toEqual({
      country: 'PL',
      rule: 'explicit',
    });
  });

  it('ENTITLEMENT-1: is otherwise the profile country if the account has a contract there', async () => {
    expect(await getEffectiveCountry(contracts, { country: 'US' })).toEqual({ country: 'US', rule: 'profile' });
  });

  it('ENTITLEMENT-1: is otherwise the contract country with the highest recurring revenue', async () => {
    expect(await getEffectiveCountry(contracts, { country: 'ES' })).toEqual({ country: 'DE', rule: 'contract' });
  });

  it('ENTITLEMENT-1: is null if the account has no contract', async () => {
    expect(await getEffectiveCountry(undefined, { country: 'ES' })).toBeNull();
  });
});

describe('every token', () => {
  it('LOCK-3, PERM-10: of a user who is locked, deleted or demoted is refused within a second', async () => {
    const [locked, deleted, demoted] = [
      await account.addUserWithRole('co-administrator'),
      await account.addUserWithRole('co-administrator'),
      await account.addUserWithRole('co-administrator'),
    ];
    const listStatuses = () =>
      Promise.all([locked, deleted, demoted].map(async ({ api }) => (await api.get(account.path('/users'))).status));
    expect(await listStatuses()).toEqual([200, 200, 200]);
    await users.mustAct(locked.id, 'lock');
    await users.mustAct(deleted.id, 'delete');
    expectStatus(200, await account.administrator.delete(users.userPath(demoted.id, '/roles/co-administrator')));
    server.clock.move(1_000);
    expect(await listStatuses()).toEqual([401, 401, 403]);
  });
});
