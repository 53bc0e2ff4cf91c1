import { readFileSync } from 'node:fs';
import { createPasswordLink } from '#libs/access';
import { EventStore } from '#libs/event-store';
import { UserDecider, type ExistingUser } from '#libs/users';
import { Vault } from '#libs/vault';
import type { Api } from '../support/api.js';
import { pollUntilDefined } from '../support/mail-server.js';
import { tomorrow } from '../support/routes.js';
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
beforeAll(async () => {
  test = await startTestServer();
  account = await openTestAccount(test);
}, 60_000);
afterAll(() => test.close());

const password = 'correct horse battery staple';
const minutes = (count: number) => count * 60_000;

/** Adds a user with this role and logs in with the password. */
async function startSession(
  role: 'administrator' | 'co-administrator',
): Promise<{ readonly id: string; readonly email: string; readonly api: Api }> {
  const id = await account.addUser();
  expectStatus(200, await test.operator.put(account.path(`/users/${id}/roles/${role}`)));
  const { state } = await test.server.app.get(EventStore).load(UserDecider, id);
  const link = createPasswordLink(test.server.app.get(Vault), {
    userId: id,
    requestId: (state as ExistingUser).passwordLink!.request,
  });
  const anybody = test.operator.inBrowser();
  expectStatus(200, await anybody.post('/password-resets/confirm', { link, password }));
  const { email } = state as ExistingUser;
  return { id, email, api: anybody.inBrowser(expectStatus(200, await anybody.post('/login', { email, password }))) };
}

const tokenRequest = (fields: object = {}) => ({
  kind: 'user',
  name: 'mine',
  scopes: ['users:read'],
  expiresAt: tomorrow(),
  ...fields,
});
const reauthenticationRequired = {
  status: 403,
  body: {
    code: 'access.reauthenticate',
    with: 'password',
    actions: [{ action: 'Reauthenticate', method: 'POST', href: '/api/v1/me/reauthenticate' }],
  },
};

describe('PERM-20: a session that was authenticated more than 15 minutes ago has to authenticate again', () => {
  it('before it issues a token, but not earlier than after 15 minutes', async () => {
    const { api } = await startSession('administrator');
    test.clock.move(minutes(14));
    expectStatus(201, await api.post('/access-tokens', tokenRequest()));
    test.clock.move(minutes(2));
    expect(await api.post('/access-tokens', tokenRequest())).toMatchObject(reauthenticationRequired);
    const me = expectStatus(200, await api.post('/me/reauthenticate', { password })).body;
    expect(Date.parse(me.session.authenticatedAt)).toBeGreaterThan(test.clock.now().getTime() - minutes(1));
    expectStatus(201, await api.post('/access-tokens', tokenRequest()));
    expect((await api.get('/me/sessions')).body.items[0]).toMatchObject({
      current: true,
      authenticatedBy: 'password',
      authenticatedAt: me.session.authenticatedAt,
    });
  });

  it('before it grants the role administrator, also by a restore, but not before it grants other roles', async () => {
    const { api } = await startSession('administrator');
    const [chief, other] = [await account.addUser(), await account.addUser()];
    expectStatus(200, await test.operator.put(account.path(`/users/${chief}/roles/administrator`)));
    expectStatus(200, await test.operator.post(account.path(`/users/${chief}/delete`), { keepRoles: true }));
    test.clock.move(minutes(16));
    expect(await api.put(account.path(`/users/${other}/roles/administrator`))).toMatchObject(reauthenticationRequired);
    expectStatus(200, await api.put(account.path(`/users/${other}/roles/administrator`), { dryRun: true }));
    expect(await api.post(account.path(`/users/${chief}/restore`))).toMatchObject(reauthenticationRequired);
    expect(await api.post(account.path('/users/bulk'), { action: 'restore', userIds: [chief, other] })).toMatchObject(
      reauthenticationRequired,
    );
    expect(
      expectStatus(
        200,
        await api.post(account.path('/users/bulk'), { action: 'restore', userIds: [chief], dryRun: true }),
      ).body.results,
    ).toMatchObject([{ ok: true, changed: true }]);
    expectStatus(200, await api.put(account.path(`/users/${other}/roles/auditor`)));
    expect((await test.operator.get(account.path(`/users/${other}`))).body.roles).toEqual(['auditor']);
    expectStatus(200, await api.post('/me/reauthenticate', { password }));
    expectStatus(200, await api.put(account.path(`/users/${other}/roles/administrator`)));
    expectStatus(200, await api.post(account.path(`/users/${chief}/restore`)));
  });

  it('before it deletes more than one user, but not before it deletes one user or for a dry run', async () => {
    const { api } = await startSession('co-administrator');
    const userIds = [await account.addUser(), await account.addUser()];
    test.clock.move(minutes(16));
    const bulk = (fields: object) => api.post(account.path('/users/bulk'), { action: 'delete', userIds, ...fields });
    expect(await bulk({})).toMatchObject(reauthenticationRequired);
    expect(expectStatus(200, await bulk({ dryRun: true })).body.results).toMatchObject([
      { ok: true, changed: true },
      { ok: true, changed: true },
    ]);
    expectStatus(200, await bulk({ action: 'lock' }));
    expectStatus(200, await bulk({ userIds: userIds.slice(0, 1) }));
    expect((await test.operator.get(account.path(`/users/${userIds[1]}`))).body.status).toBe('active');
    expectStatus(200, await api.post('/me/reauthenticate', { password }));
    expectStatus(200, await bulk({}));
  });

  it('with the token with which it began, if it is a session of an operator', async () => {
    const secret = readFileSync(test.server.operatorToken, 'utf8').trim();
    const logInAsOperator = async () =>
      test.operator.inBrowser(expectStatus(200, await test.operator.inBrowser().post('/login', { token: secret })));
    const api = await logInAsOperator();
    expect((await api.get('/me')).body.session).toMatchObject({ authenticatedBy: 'token' });
    test.clock.move(minutes(16));
    expect(await api.post('/access-tokens', tokenRequest({ kind: 'service' }))).toMatchObject({
      status: 403,
      body: { code: 'access.reauthenticate', with: 'token' },
    });
    const other = expectStatus(201, await test.operator.post('/access-tokens', tokenRequest({ kind: 'operator' }))).body
      .token;
    for (const wrong of ['rb_wrong', other])
      expect(await api.post('/me/reauthenticate', { token: wrong })).toMatchObject({
        status: 403,
        body: { code: 'token.wrong' },
      });
    expect(await api.post('/me/reauthenticate', { password })).toMatchObject({
      status: 400,
      body: { code: 'request.invalid', errors: [{ field: 'token' }] },
    });
    const opening = {
      name: 'New',
      domains: [],
      administrator: { email: 'ada@new.example', firstName: 'Ada', lastName: 'Lovelace', country: 'GB' },
    };
    const reauthenticate = { action: 'Reauthenticate', method: 'POST', href: '/api/v1/me/reauthenticate' };
    expect(await api.post('/accounts', opening)).toMatchObject({
      status: 403,
      body: { code: 'access.reauthenticate', with: 'token', actions: [reauthenticate] },
    });
    expectStatus(200, await api.post('/me/reauthenticate', { token: secret }));
    expectStatus(201, await api.post('/access-tokens', tokenRequest({ kind: 'service' })));
    expectStatus(201, await api.post('/accounts', opening));
  });

  it('but a caller with an access token does not', async () => {
    const { id } = await startSession('administrator');
    const api = test.operator.as(await issueTokenFor(test.operator, id));
    test.clock.move(minutes(16));
    expectStatus(
      201,
      await api.post(
        '/access-tokens',
        tokenRequest({ expiresAt: new Date(test.clock.now().getTime() + 60_000).toISOString() }),
      ),
    );
    expect(await api.post('/me/reauthenticate', { password })).toMatchObject({
      status: 404,
      body: { code: 'session.not-found' },
    });
  });
});

describe('authenticating again', () => {
  it('SESSION-7: with a wrong password is refused and counts as a failed login, and the session continues', async () => {
    const { id, api } = await startSession('co-administrator');
    for (let nth = 0; nth < 3; nth++)
      expect(await api.post('/me/reauthenticate', { password: `guess-${nth}` })).toMatchObject({
        status: 403,
        body: { code: 'password.wrong' },
      });
    // A refusal tells no position that a read could wait for.
    const actions = await pollUntilDefined(async () => {
      const { items } = (await test.operator.get(account.path(`/users/${id}/history`))).body;
      const newest = items.slice(0, 3).map(({ action }: { action: string }) => action) as string[];
      return newest.includes('user.logged-in') ? undefined : newest;
    });
    expect(actions).toEqual(['login.failed', 'login.failed', 'login.failed']);
    expectStatus(200, await api.get('/me'));
    expect(await api.post('/me/reauthenticate', {})).toMatchObject({
      status: 400,
      body: { errors: [{ field: 'password' }] },
    });
  });

  it('is refused to pages of other origins and to strangers', async () => {
    const { api } = await startSession('co-administrator');
    expect(await api.post('/me/reauthenticate', { password }, { origin: 'https://evil.example' })).toMatchObject({
      status: 403,
      body: { code: 'access.foreign-origin' },
    });
    expect((await test.operator.inBrowser().post('/me/reauthenticate', { password })).status).toBe(401);
  });

  it('SESSION-6: is not needed after a mailed link or a change of the password, which authenticate a session, too', async () => {
    const { api, email } = await startSession('co-administrator');
    test.clock.move(minutes(16));
    const changed = expectStatus(
      200,
      await api.put('/me/password', { currentPassword: password, password: `${password}!` }),
    );
    const fresh = api.inBrowser(changed);
    expect(changed.body.session).toMatchObject({ authenticatedBy: 'password' });
    expectStatus(201, await fresh.post('/access-tokens', tokenRequest()));
    expect(changed.body.profile.email).toBe(email);
  });
});
