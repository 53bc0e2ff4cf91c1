import { randomUUID } from 'node:crypto';
import { addPerson, logInBrowser } from '../support/people.js';
import { issueServiceToken } from '../support/routes.js';
import {
  expectStatus,
  issueTokenFor,
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

describe('one’s own account', () => {
  it('PROFILE-3: is shown to every user, with its administrators', async () => {
    const ann = await addPerson(test, account);
    const browser = await logInBrowser(test, ann);
    const second = await account.addUser({ firstName: 'Ada', lastName: 'Lovelace', email: `ada@${account.domain}` });
    expectStatus(200, await test.operator.put(account.path(`/users/${second}/roles/administrator`)));
    const { name } = (await test.operator.get(account.path())).body;
    const { email } = (await test.operator.get(account.path(`/users/${account.administratorId}`))).body;
    expect(expectStatus(200, await browser.get('/me/account')).body).toEqual({
      accountId: account.id,
      name,
      administrators: [
        { userId: account.administratorId, firstName: 'Grace', lastName: 'Hopper', email },
        { userId: second, firstName: 'Ada', lastName: 'Lovelace', email: `ada@${account.domain}` },
      ],
    });
    expectStatus(200, await test.operator.post(account.path(`/users/${second}/lock`)));
    expect((await browser.get('/me/account')).body.administrators).toHaveLength(1);
    expect((await browser.get(account.path())).body.code).toBe('access.forbidden');
  });

  it('PROFILE-3: is not found for operators and services', async () => {
    const service = test.operator.as(await issueServiceToken(test.operator, ['users:lock'], account.id));
    for (const api of [test.operator, service])
      expect((await api.get('/me/account')).body.code).toBe('account.not-found');
    expect((await test.operator.as(undefined).get('/me/account')).status).toBe(401);
  });
});

describe('one’s own name, country and language', () => {
  it('PROFILE-4: are changed by the user, recorded as their own act', async () => {
    const ann = await addPerson(test, account);
    const browser = await logInBrowser(test, ann);
    const me = await browser.get('/me');
    expect(me.body.profile).toMatchObject({ country: 'US', language: null });
    expect(me.etag).toBe(`"${me.body.profile.revision}"`);
    const changes = { firstName: 'Augusta', lastName: 'King', country: 'GB', language: 'de' };
    const changed = expectStatus(200, await browser.patch('/me', changes, { 'if-match': me.etag! }));
    expect(changed.body).toEqual({ changed: true });
    const after = await browser.get('/me');
    expect(after.body.profile).toMatchObject({ ...changes, email: ann.email });
    expect(after.etag).toBe(changed.etag);
    expect((await test.operator.get(ann.path)).body).toMatchObject(changes);
    const { items } = (await test.operator.get(`${ann.path}/history`)).body;
    expect(items.slice(0, 3)).toMatchObject(
      ['user.language-changed', 'user.country-changed', 'user.renamed'].map((action) => ({
        action,
        actor: { kind: 'user', id: ann.id },
      })),
    );
    expect((await browser.patch('/me', changes)).body).toEqual({ changed: false });
  });

  it('PROFILE-4, HTTP-3: are not overwritten unseen', async () => {
    const ann = await addPerson(test, account);
    const browser = await logInBrowser(test, ann);
    const { etag } = await browser.get('/me');
    expectStatus(200, await account.administrator.patch(ann.path, { firstName: 'Anna' }));
    const stale = await browser.patch('/me', { firstName: 'Ann' }, { 'if-match': etag! });
    expect([stale.status, stale.body.code]).toEqual([412, 'revision.stale']);
    expect((await browser.get('/me')).body.profile.firstName).toBe('Anna');
  });

  it('PROFILE-4: and nothing else: no address, no entitlement country, no role', async () => {
    const browser = await logInBrowser(test, await addPerson(test, account));
    for (const field of ['email', 'entitlementCountry', 'roles', 'reason', 'userId'])
      expect((await browser.patch('/me', { [field]: 'US' })).body).toMatchObject({
        code: 'request.invalid',
        errors: [{ field }],
      });
    for (const [field, value] of [
      ['firstName', ' '],
      ['country', 'usa'],
      ['language', 'xx'],
    ] as const)
      expect((await browser.patch('/me', { [field]: value })).body.errors[0]).toMatchObject({ field });
  });

  it('PROFILE-4, PERM-21: need a session or the scope me:write, and a user', async () => {
    const ann = await addPerson(test, account);
    const reader = test.operator.as(await issueTokenFor(test.operator, ann.id, ['users:read']));
    expect((await reader.patch('/me', { firstName: 'Ann' })).body.code).toBe('access.forbidden');
    const writer = test.operator.as(await issueTokenFor(test.operator, ann.id, ['me:write']));
    expectStatus(200, await writer.patch('/me', { firstName: 'Ann' }));
    const service = test.operator.as(await issueServiceToken(test.operator, ['me:write'], account.id));
    for (const api of [test.operator, service])
      expect((await api.patch('/me', { firstName: 'Ann' })).body.code).toBe('user.not-found');
  });

  it('PROFILE-4, HTTP-2: are changed once with an Idempotency-Key', async () => {
    const browser = await logInBrowser(test, await addPerson(test, account));
    const key = { 'idempotency-key': randomUUID() };
    const first = expectStatus(200, await browser.patch('/me', { firstName: 'Ann' }, key));
    expect((await browser.patch('/me', { firstName: 'Ann' }, key)).etag).toBe(first.etag);
    expect((await browser.patch('/me', { firstName: 'Anne' }, key)).body.code).toBe('idempotency.mismatch');
  });
});
