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
  type ActionLink,
} from '../support/user-actions.js';

const day = 86_400_000;

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

const register = async () =>
  expectStatus(201, await service.post('/registrations', newPerson(account.domain))).body.userId as string;
const grant = async (userId: string, role: string) =>
  expectStatus(200, await account.administrator.put(users.userPath(userId, `/roles/${role}`)));
const fieldsChangedBy = async (action: string, userId: string) =>
  (await account.administrator.get(users.userPath(userId, '/history'))).body.items
    .filter((row: { action: string }) => row.action === action)
    .flatMap(({ changes }: { changes: { field: string; before: unknown; after: unknown }[] }) => changes);

describe('deleting', () => {
  it('LIFE-8, LOCK-7, DELETE-1, LIFE-13: removes an active user from the account and locks them; a repeat changes nothing', async () => {
    const userId = await account.addUser();
    await grant(userId, 'auditor');
    const deleted = {
      status: 'deleted',
      locks: [{ cause: 'unaffiliated', reason: 'left' }],
      changed: true,
      keptRoles: [],
    };
    expect(await users.mustAct(userId, 'delete', { reason: 'left' })).toEqual(deleted);
    expect(await users.mustAct(userId, 'delete', { reason: 'other' })).toEqual({ ...deleted, changed: false });
    expect((await users.listUsers()).map((item: { userId: string }) => item.userId)).not.toContain(userId);
    expect(await users.listUsers('?status=deleted')).toMatchObject([
      { userId, status: 'deleted', locks: [{ cause: 'unaffiliated', reason: 'left' }], roles: [] },
    ]);
    // The lock is part of the deletion and has no event of its own.
    expect(await users.actionsOn(userId)).toEqual(['user.deleted', 'user.role-granted', 'user.added']);
  });

  it('DELETE-4: shows until when it can be undone', async () => {
    const userId = await account.addUser();
    await users.mustAct(userId, 'delete');
    const [{ restorableUntil, locks }] = await users.listUsers('?status=deleted');
    expect(Date.parse(restorableUntil) - Date.parse(locks[0].at)).toBe(30 * day);
  });

  it('LIFE-8: refuses to delete a rejected user', async () => {
    const userId = await register();
    await users.mustAct(userId, 'reject');
    expect(offeredActions('user.not-active', await users.act(userId, 'delete'))).toEqual([]);
  });
});

describe('restoring', () => {
  it('LIFE-9: brings back locks and kept roles as before the deletion; a repeat changes nothing', async () => {
    const userId = await account.addUser();
    await grant(userId, 'auditor');
    await grant(userId, 'co-administrator');
    await users.mustAct(userId, 'lock', { reason: 'on leave' });
    const before = await users.getUser(userId);
    expect(await users.mustAct(userId, 'delete', { keepRoles: true })).toMatchObject({
      keptRoles: ['auditor', 'co-administrator'],
    });
    const restored = {
      status: 'active',
      locks: [{ cause: 'administrator', reason: 'on leave' }],
      changed: true,
      keptRoles: ['auditor', 'co-administrator'],
    };
    expect(await users.mustAct(userId, 'restore', { reason: 'mistake' })).toEqual(restored);
    expect(await users.mustAct(userId, 'restore')).toEqual({ ...restored, changed: false });
    expect(await users.getUser(userId)).toEqual({ ...before, revision: before.revision + 2 });
    expect((await users.actionsOn(userId)).slice(0, 2)).toEqual(['user.restored', 'user.deleted']);
  });

  it('DELETE-2: does not bring back roles that were not kept', async () => {
    const userId = await account.addUser();
    await grant(userId, 'auditor');
    await users.mustAct(userId, 'delete');
    expect(await users.mustAct(userId, 'restore')).toMatchObject({ status: 'active', keptRoles: [] });
    expect((await users.getUser(userId)).roles).toEqual([]);
  });

  it('DELETE-3: gives back only kept roles that the caller may grant', async () => {
    const { id: userId } = await account.addUserWithRole('administrator');
    await grant(userId, 'auditor');
    await users.mustAct(userId, 'delete', { keepRoles: true });
    const { api: coAdministrator } = await account.addUserWithRole('co-administrator');
    const theirs = userActions(account, coAdministrator);
    expect(await theirs.mustAct(userId, 'restore')).toMatchObject({ status: 'active', keptRoles: ['auditor'] });
    expect((await theirs.getUser(userId)).roles).toEqual(['auditor']);
    expect((await theirs.actionsOn(userId)).slice(0, 2)).toEqual(['user.role-revoked', 'user.restored']);
    expect((await coAdministrator.get(account.path())).body.administrators).toEqual([account.administratorId]);
  });

  it('ADMIN-4: counts a restored administrator again', async () => {
    const { id: userId } = await account.addUserWithRole('administrator');
    await users.mustAct(userId, 'delete', { keepRoles: true });
    expect((await account.administrator.get(account.path())).body.administrators).toEqual([account.administratorId]);
    await users.mustAct(userId, 'restore');
    expect((await account.administrator.get(account.path())).body.administrators.toSorted()).toEqual(
      [account.administratorId, userId].toSorted(),
    );
  });

  it('LIFE-9: refuses to restore a rejected user', async () => {
    const userId = await register();
    await users.mustAct(userId, 'reject');
    expect(offeredActions('user.not-restorable', await users.act(userId, 'restore'))).toEqual([]);
  });

  it('LIFE-9: refuses to restore a pending user, and offers to approve or reject them', async () => {
    expect(offeredActions('user.not-restorable', await users.act(await register(), 'restore'))).toEqual([
      'ApproveUser',
      'RejectUser',
    ]);
  });

  it('LIFE-9: refuses to restore a user who has been in another account since', async () => {
    const domain = newDomain();
    const userId = await account.addUser(newPerson(domain));
    await users.mustAct(userId, 'delete');
    expectStatus(200, await server.operator.put(other.path(`/domains/${domain}`)));
    const theirs = userActions(other);
    await theirs.mustAct(userId, 'add-to-account');
    expect(offeredActions('user.not-restorable', await users.act(userId, 'restore'))).toEqual([]);
    await theirs.mustAct(userId, 'delete');
    expect(offeredActions('user.not-restorable', await users.act(userId, 'restore'))).toEqual([]);
    expect(await theirs.mustAct(userId, 'restore')).toMatchObject({ status: 'active', changed: true });
  });
});

describe('the summary', () => {
  it('LIST-7: counts as restorable the users that this account can restore, without those who have been in another account since', async () => {
    const countRestorable = async (of = account) =>
      expectStatus(200, await of.administrator.get(of.path('/summary'))).body.restorable;
    const theirs = userActions(other);
    const before = await countRestorable(other);
    const domain = newDomain();
    const [mover, stayer] = [await account.addUser(newPerson(domain)), await account.addUser()];
    for (const userId of [mover, stayer]) await users.mustAct(userId, 'delete');
    expect(await countRestorable()).toBe(2);
    expectStatus(200, await server.operator.put(other.path(`/domains/${domain}`)));
    await theirs.mustAct(mover, 'add-to-account');
    expect([await countRestorable(), await countRestorable(other)]).toEqual([1, before]);
    await theirs.mustAct(mover, 'delete');
    expect([await countRestorable(), await countRestorable(other)]).toEqual([1, before + 1]);
    expectStatus(200, await server.operator.delete(other.path(`/domains/${domain}`)));
    expectStatus(200, await server.operator.put(account.path(`/domains/${domain}`)));
    await users.mustAct(mover, 'add-to-account');
    expect([await countRestorable(), await countRestorable(other)]).toEqual([1, before]);
    await users.mustAct(mover, 'delete');
    expect(await countRestorable()).toBe(2);
    // Both users are shown as they were when they left.
    expect(
      (await users.listUsers('?status=deleted')).map(
        ({ restorableUntil }: { restorableUntil?: string }) => typeof restorableUntil,
      ),
    ).toEqual(['string', 'string']);
  });
});

describe('adding a former user to the account again', () => {
  it('LIFE-5: brings kept roles back, and locks stay until they are removed; a repeat changes nothing', async () => {
    const userId = await account.addUser();
    await grant(userId, 'auditor');
    await users.mustAct(userId, 'delete', { reason: 'left', keepRoles: true });
    const added = {
      status: 'active',
      locks: [{ cause: 'unaffiliated', reason: 'left' }],
      changed: true,
      keptRoles: ['auditor'],
    };
    expect(await users.mustAct(userId, 'add-to-account')).toEqual(added);
    expect(await users.mustAct(userId, 'add-to-account')).toEqual({ ...added, changed: false });
    expect(await users.mustAct(userId, 'unlock')).toMatchObject({ locks: [] });
    expect((await users.getUser(userId)).roles).toEqual(['auditor']);
  });

  it('LOCK-9: shows the reason of a lock that this account set, also after the user was in another account', async () => {
    const domain = newDomain();
    const userId = await account.addUser(newPerson(domain));
    await users.mustAct(userId, 'lock', { reason: 'a matter of ours' });
    const [lock] = (await users.getUser(userId)).locks;
    await users.mustAct(userId, 'delete');
    expectStatus(200, await server.operator.put(other.path(`/domains/${domain}`)));
    await userActions(other).mustAct(userId, 'add-to-account');
    expect((await userActions(other).getUser(userId)).locks[0].reason).toBeNull();
    await userActions(other).mustAct(userId, 'delete');
    expectStatus(200, await server.operator.delete(other.path(`/domains/${domain}`)));
    expectStatus(200, await server.operator.put(account.path(`/domains/${domain}`)));
    await users.mustAct(userId, 'add-to-account');
    expect((await users.getUser(userId)).locks).toContainEqual(lock);
  });

  it('ADMIN-2: counts an administrator whose role was kept only after the locks are removed', async () => {
    const { id: userId } = await account.addUserWithRole('administrator');
    await users.mustAct(userId, 'delete', { keepRoles: true });
    await users.mustAct(userId, 'add-to-account');
    const isCounted = async () =>
      (await account.administrator.get(account.path())).body.administrators.includes(userId);
    expect(await isCounted()).toBe(false);
    await users.mustAct(userId, 'unlock');
    expect(await isCounted()).toBe(true);
  });

  it('LIFE-14: is refused for a user who waits for approval in this account', async () => {
    expect(offeredActions('user.not-unaffiliated', await users.act(await register(), 'add-to-account'))).toEqual([
      'ApproveUser',
      'RejectUser',
    ]);
  });
});

describe('changing', () => {
  const change = async (userId: string, fields: object) =>
    expectStatus(200, await account.administrator.patch(users.userPath(userId), fields));

  it('LIFE-10, LIFE-13: changes names, profile country, language and entitlement country at once; a repeat changes nothing', async () => {
    const userId = await account.addUser();
    const fields = { firstName: 'Ada', lastName: 'Byron', country: 'GB', language: 'de', entitlementCountry: 'FR' };
    expect((await change(userId, fields)).body).toEqual({ status: 'active', locks: [], changed: true });
    expect((await change(userId, fields)).body.changed).toBe(false);
    expect((await change(userId, {})).body.changed).toBe(false);
    expect(await users.getUser(userId)).toMatchObject(fields);
    expect(await fieldsChangedBy('user.renamed', userId)).toEqual([
      { field: 'firstName', before: 'Grace', after: 'Ada' },
      { field: 'lastName', before: 'Hopper', after: 'Byron' },
    ]);
  });

  it('LIFE-10: removes the entitlement country with null, and refuses null for other fields', async () => {
    const userId = await account.addUser({ entitlementCountry: 'FR' });
    expect((await change(userId, { entitlementCountry: null })).body.changed).toBe(true);
    expect(await users.getUser(userId)).toMatchObject({ entitlementCountry: null, firstName: 'Grace', country: 'US' });
    for (const field of ['firstName', 'lastName', 'country', 'language']) {
      const { status, body } = await account.administrator.patch(users.userPath(userId), { [field]: null });
      expect([status, [...new Set(body.errors.map((error: { field: string }) => error.field))]]).toEqual([
        400,
        [field],
      ]);
    }
  });

  it('LIFE-10: is allowed for a pending user, and refused for a rejected one', async () => {
    const userId = await register();
    expect((await change(userId, { lastName: 'Murray' })).body).toMatchObject({ status: 'pending', changed: true });
    await users.mustAct(userId, 'reject');
    expect(
      offeredActions(
        'user.not-active',
        await account.administrator.patch(users.userPath(userId), { lastName: 'Hopper' }),
      ),
    ).toEqual([]);
    expect(await users.getUser(userId)).toMatchObject({ status: 'rejected', lastName: 'Murray' });
  });
});

describe('roles', () => {
  it('LIFE-11, PERM-9: of a user can be several; repeated grants and revocations change nothing', async () => {
    const userId = await account.addUser();
    expect((await grant(userId, 'auditor')).body.changed).toBe(true);
    expect((await grant(userId, 'auditor')).body.changed).toBe(false);
    expect((await grant(userId, 'co-administrator')).body.changed).toBe(true);
    expect((await users.getUser(userId)).roles.toSorted()).toEqual(['auditor', 'co-administrator']);
    for (const changed of [true, false]) {
      expect(
        expectStatus(200, await account.administrator.delete(users.userPath(userId, '/roles/auditor'))).body.changed,
      ).toBe(changed);
    }
    expect((await users.getUser(userId)).roles).toEqual(['co-administrator']);
    expect((await account.administrator.put(users.userPath(userId, '/roles/king'))).status).toBe(400);
  });

  it('LIFE-11: can be granted to active members only', async () => {
    const refused = await account.administrator.put(users.userPath(await register(), '/roles/auditor'));
    expect(offeredActions('user.not-active', refused)).toEqual(['ApproveUser', 'RejectUser']);
  });
});

describe('an administrator', () => {
  it('PERM-12: cannot lock, delete or demote themselves, not even in a dry run', async () => {
    await account.addUserWithRole('administrator');
    const self = account.administratorId;
    for (const body of [{}, { dryRun: true }]) {
      for (const action of ['lock', 'delete'])
        expect(offeredActions('user.self', await users.act(self, action, body))).toEqual([]);
    }
    expect(
      offeredActions('user.self', await account.administrator.delete(users.userPath(self, '/roles/administrator'))),
    ).toEqual([]);
    expect(await users.getUser(self)).toMatchObject({ status: 'active', locks: [], roles: ['administrator'] });
  });
});

describe('the actions of a user', () => {
  const createUserWho: Record<string, () => Promise<string>> = {
    active: () => account.addUser(),
    'active and locked': async () => {
      const userId = await account.addUser();
      await users.mustAct(userId, 'lock');
      return userId;
    },
    pending: register,
    rejected: async () => {
      const userId = await register();
      await users.mustAct(userId, 'reject');
      return userId;
    },
    deleted: async () => {
      const userId = await account.addUser();
      await grant(userId, 'auditor');
      await users.mustAct(userId, 'delete', { keepRoles: true });
      return userId;
    },
    'an administrator': async () => (await account.addUserWithRole('administrator')).id,
    'the last administrator': async () => account.administratorId,
  };
  interface Possible extends ActionLink {
    allowed: boolean;
    changes: boolean;
    code?: string;
  }

  it.each(Object.keys(createUserWho))(
    'PERM-18: predict the result of each action on a user who is %s',
    async (condition) => {
      const listActions = async (userId: string): Promise<Possible[]> =>
        (await server.operator.get(users.userPath(userId, '/actions'))).body.items;
      let userId = await createUserWho[condition]!();
      const first = await listActions(userId);
      expect(first.length).toBe(15);
      for (const index of first.keys()) {
        const step = (await listActions(userId))[index]!;
        const reply = await followLink(
          server.operator,
          step,
          step.action === 'ChangeUser' ? { firstName: 'Somebody' } : {},
        );
        const result =
          reply.status === 200
            ? { allowed: true, changes: reply.body.changed }
            : { allowed: false, changes: false, code: reply.body.code };
        expect({ action: step.href, ...result }).toEqual({
          action: step.href,
          allowed: step.allowed,
          changes: step.changes,
          ...(step.code && { code: step.code }),
        });
        if (result.changes) userId = await createUserWho[condition]!();
      }
    },
  );
});

// Last in this file, because it moves the time.
describe('30 days after a deletion', () => {
  it('LIFE-9, LIST-7: a restore is accepted until the last moment, and refused after it', async () => {
    const [early, late] = [await account.addUser(), await account.addUser()];
    for (const userId of [early, late]) await users.mustAct(userId, 'delete');
    const operator = userActions(account, server.operator);
    const countRestorable = async () => (await server.operator.get(account.path('/summary'))).body.restorable;
    expect(await countRestorable()).toBe(2);
    server.clock.move(30 * day - 60_000);
    expect(await operator.mustAct(early, 'restore')).toMatchObject({ status: 'active', changed: true });
    expect(await countRestorable()).toBe(1);
    server.clock.move(61_000 + 60_000);
    expect(offeredActions('user.not-restorable', await operator.act(late, 'restore'))).toEqual([]);
    expect(await countRestorable()).toBe(0);
  });
});
