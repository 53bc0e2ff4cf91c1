import type { Api } from '../support/api.js';
import {
  expectStatus,
  openTestAccount,
  startTestServer,
  type TestAccount,
  type TestServer,
} from '../support/server.js';
import {
  newDomain,
  offeredActions,
  newPerson,
  createServiceApi,
  followLink,
  userActions,
} from '../support/user-actions.js';

let server: TestServer;
let service: Api;
let account: TestAccount;
let other: TestAccount;

let users: ReturnType<typeof userActions>;

beforeAll(async () => {
  server = await startTestServer();
  service = await createServiceApi(server);
  other = await openTestAccount(server);
});
beforeEach(async () => {
  account = await openTestAccount(server);
  users = userActions(account);
});
afterAll(() => server.close());

const register = async (domain = account.domain) =>
  expectStatus(201, await service.post('/registrations', newPerson(domain))).body.userId as string;

/** Gives an unowned domain to an account. */
const assertDomain = async (owner: TestAccount, domain: string) =>
  expectStatus(200, await server.operator.put(owner.path(`/domains/${domain}`)));
const releaseDomain = async (owner: TestAccount, domain: string) =>
  expectStatus(200, await server.operator.delete(owner.path(`/domains/${domain}`)));

describe('adding a user', () => {
  const add = (fields: object) => account.administrator.post(account.path('/users'), fields);

  it('ADD-6, ADDRESS-2, LIFE-1: with an unknown address creates an active user, and Location points to it', async () => {
    const fields = newPerson(account.domain, {
      email: `Ada.Lovelace@${account.domain.toUpperCase()}`,
      language: 'pl',
      entitlementCountry: 'GB',
    });
    const added = expectStatus(201, await add(fields));
    expect(added.etag).toBe('"0"');
    expect(added.headers.get('location')).toBe(`/api/v1${users.userPath(added.body.userId)}`);
    const seen = await account.administrator.get(added.headers.get('location')!);
    expect(seen.body).toMatchObject({
      ...fields,
      userId: added.body.userId,
      status: 'active',
      locks: [],
      roles: [],
      lastLoginAt: null,
      revision: 0,
    });
    expect(Date.parse(seen.body.addedAt)).toBeCloseTo(server.clock.now().getTime(), -5);
  });

  it('ADD-1: on a domain of another account is refused, and the owner is not disclosed', async () => {
    const refused = await add(newPerson(other.domain));
    expect(offeredActions('domain.owned-by-another', refused)).toEqual([]);
    expect(refused.text).not.toContain(other.id);
  });

  it.each([
    ['as typed', (email: string) => email],
    ['in other case', (email: string) => email.toUpperCase()],
    ['in full-width letters', (email: string) => email.replace('user', 'ｕｓｅｒ')],
    ['with the domain in its ASCII form', (email: string) => email.replace('bücher', 'xn--bcher-kva')],
  ])(
    'ADD-2, ADDRESS-1: with the address of a user of this account, %s, is refused and offers their page',
    async (_, typed) => {
      const email = `user@bücher.${account.id.slice(0, 8)}.example`;
      const { userId } = expectStatus(201, await add(newPerson('', { email }))).body;
      const refused = await add(newPerson('', { email: typed(email) }));
      expect(offeredActions('user.already-in-account', refused)).toEqual(['GetUser']);
      expect((await followLink(account.administrator, refused.body.actions[0])).body).toMatchObject({ userId, email });
    },
  );

  it('ADD-2: with the address of a user who waits for approval in this account is refused too', async () => {
    const fields = newPerson(account.domain);
    const { userId } = expectStatus(201, await service.post('/registrations', fields)).body;
    const refused = await add(fields);
    expect(offeredActions('user.already-in-account', refused)).toEqual(['GetUser']);
    expect((await followLink(account.administrator, refused.body.actions[0])).body).toMatchObject({
      userId,
      status: 'pending',
    });
  });

  it('ADD-3: with the address of a user of another account is refused, and that account is not disclosed', async () => {
    const fields = newPerson(newDomain());
    const { userId } = expectStatus(201, await other.administrator.post(other.path('/users'), fields)).body;
    const refused = await add(fields);
    expect(offeredActions('user.in-another-account', refused)).toEqual([]);
    expect(refused.body.detail).toMatch(/ask the user to look at their profile/);
    for (const secret of [other.id, userId]) expect(refused.text).not.toContain(secret);
  });

  it('ADD-4, LIFE-5: with the address of an unaffiliated user on a domain of this account offers to add them to the account', async () => {
    const domain = newDomain();
    const fields = newPerson(domain);
    const { userId } = expectStatus(201, await service.post('/registrations', fields)).body;
    await assertDomain(account, domain);
    const refused = await add(fields);
    expect(offeredActions('user.exists-unaffiliated', refused)).toEqual(['AddUserToAccount']);
    expect(expectStatus(200, await followLink(account.administrator, refused.body.actions[0])).body).toMatchObject({
      status: 'active',
      changed: true,
    });
    expect(await users.getUser(userId)).toMatchObject({ status: 'active', email: fields.email });
  });

  it('ADD-5: with the address of an unaffiliated user on any other domain is refused', async () => {
    const fields = newPerson(newDomain());
    const { userId } = expectStatus(201, await service.post('/registrations', fields)).body;
    expect(offeredActions('user.outside-domain', await add(fields))).toEqual([]);
    expect(offeredActions('user.outside-domain', await users.act(userId, 'add-to-account'))).toEqual([]);
  });

  it('ADDRESS-3, DOMAIN-4: on a released domain works in any account, and a deleted user keeps the address', async () => {
    await releaseDomain(account, account.domain);
    const fields = newPerson(account.domain);
    const { userId } = expectStatus(201, await other.administrator.post(other.path('/users'), fields)).body;
    expectStatus(200, await other.administrator.post(other.path(`/users/${userId}/delete`)));
    expect(offeredActions('user.outside-domain', await add(fields))).toEqual([]);
  });

  it('ADD-5: with the address of a user who was deleted here, on a domain without an owner, offers to restore them', async () => {
    const fields = newPerson(newDomain());
    const userId = await account.addUser(fields);
    await users.mustAct(userId, 'delete');
    const refused = await add(fields);
    expect(offeredActions('user.outside-domain', refused)).toEqual(['RestoreUser']);
    expect(expectStatus(200, await followLink(account.administrator, refused.body.actions[0])).body.status).toBe(
      'active',
    );
  });

  it('ADD-8: writes nothing when it is refused', async () => {
    const before = [await users.listUsers(), (await server.operator.get('/audit?limit=1')).body.items];
    const refused = await add(newPerson(other.domain));
    expect(refused.status).toBe(409);
    expect(refused.headers.get('location')).toBeNull();
    expect([await users.listUsers(), (await server.operator.get('/audit?limit=1')).body.items]).toEqual(before);
  });
});

describe('a stranger who registers', () => {
  it('LIFE-2: waits for approval on an owned domain, and is otherwise unaffiliated; a known address is refused', async () => {
    const fields = newPerson(account.domain);
    const pending = expectStatus(201, await service.post('/registrations', fields)).body;
    expect(pending).toEqual({ userId: expect.any(String), status: 'pending' });
    expect(await users.getUser(pending.userId)).toMatchObject({ status: 'pending', domain: account.domain });
    expect(expectStatus(201, await service.post('/registrations', newPerson(newDomain()))).body.status).toBe(
      'unaffiliated',
    );
    expect(
      offeredActions(
        'user.exists',
        await service.post('/registrations', { ...fields, email: fields.email.toUpperCase() }),
      ),
    ).toEqual([]);
  });
});

describe('approving and rejecting', () => {
  it('LIFE-3, LIFE-13: approves a waiting user; a repeat changes nothing', async () => {
    const userId = await register();
    expect(await users.mustAct(userId, 'approve', { reason: 'known' })).toEqual({
      status: 'active',
      locks: [],
      changed: true,
    });
    expect(await users.mustAct(userId, 'approve')).toEqual({ status: 'active', locks: [], changed: false });
    expect((await users.getUser(userId)).status).toBe('active');
  });

  it('LIFE-4, LIFE-13: rejects a waiting user, who is then unaffiliated and not locked; a repeat changes nothing', async () => {
    const userId = await register();
    expect(await users.mustAct(userId, 'reject', { reason: 'nobody knows them' })).toEqual({
      status: 'rejected',
      locks: [],
      changed: true,
    });
    expect(await users.mustAct(userId, 'reject')).toEqual({ status: 'rejected', locks: [], changed: false });
    expect(await users.listUsers('?status=rejected')).toMatchObject([{ userId, status: 'rejected', locks: [] }]);
    expect(offeredActions('user.not-pending', await users.act(userId, 'approve'))).toEqual([]);
    expect(await users.mustAct(userId, 'add-to-account')).toMatchObject({ status: 'active', locks: [], changed: true });
  });

  it('LIFE-4: refuses to reject an active member, and offers to delete them', async () => {
    const userId = await account.addUser();
    const refused = await users.act(userId, 'reject');
    expect(offeredActions('user.not-pending', refused)).toEqual(['DeleteUser']);
    expect(expectStatus(200, await followLink(account.administrator, refused.body.actions[0])).body.status).toBe(
      'deleted',
    );
  });

  it.each(['approve', 'reject'])(
    'LIFE-3, LIFE-4: refuses to %s a deleted user, and offers to restore them',
    async (action) => {
      const userId = await account.addUser();
      await users.mustAct(userId, 'delete');
      const refused = await users.act(userId, action);
      expect(offeredActions('user.not-pending', refused)).toEqual(['RestoreUser']);
      expect(expectStatus(200, await followLink(account.administrator, refused.body.actions[0])).body.status).toBe(
        'active',
      );
    },
  );
});

describe('locking and unlocking', () => {
  it('LOCK-2, LIFE-6, LIFE-13: locks with a reason; a repeat changes nothing, another reason is a new event but still one lock', async () => {
    const userId = await account.addUser();
    const locked = { status: 'active', locks: [{ cause: 'administrator', reason: 'on leave' }], changed: true };
    expect(await users.mustAct(userId, 'lock', { reason: 'on leave' })).toEqual(locked);
    expect(await users.mustAct(userId, 'lock', { reason: 'on leave' })).toEqual({ ...locked, changed: false });
    expect(await users.mustAct(userId, 'lock', { reason: 'left' })).toEqual({
      ...locked,
      locks: [{ cause: 'administrator', reason: 'left' }],
    });
    expect(await users.mustAct(userId, 'lock')).toEqual({ ...locked, locks: [{ cause: 'administrator' }] });
    expect(await users.actionsOn(userId)).toEqual(['user.locked', 'user.locked', 'user.locked', 'user.added']);
  });

  it('LIFE-7, LIFE-13: removes all locks; a repeat changes nothing', async () => {
    const userId = await account.addUser();
    await users.mustAct(userId, 'delete');
    await users.mustAct(userId, 'add-to-account');
    await users.mustAct(userId, 'lock', { reason: 'twice' });
    expect((await users.getUser(userId)).locks).toMatchObject([
      { cause: 'unaffiliated' },
      { cause: 'administrator', reason: 'twice' },
    ]);
    expect(await users.mustAct(userId, 'unlock', { reason: 'back' })).toEqual({
      status: 'active',
      locks: [],
      changed: true,
    });
    expect(await users.mustAct(userId, 'unlock')).toEqual({ status: 'active', locks: [], changed: false });
    expect((await users.getUser(userId)).locks).toEqual([]);
  });

  it.each(['lock', 'unlock', 'delete'])(
    'LIFE-6: refuses to %s a user who waits for approval, and offers to approve or reject them',
    async (action) => {
      const userId = await register();
      const refused = await users.act(userId, action);
      expect(offeredActions('user.not-active', refused)).toEqual(['ApproveUser', 'RejectUser']);
      expect(expectStatus(200, await followLink(account.administrator, refused.body.actions[1])).body.status).toBe(
        'rejected',
      );
    },
  );

  it.each(['lock', 'unlock'])(
    'LIFE-6, LIFE-7: refuses to %s a deleted user, and offers to restore them',
    async (action) => {
      const userId = await account.addUser();
      await users.mustAct(userId, 'delete');
      expect(offeredActions('user.not-active', await users.act(userId, action))).toEqual(['RestoreUser']);
    },
  );
});
