import { randomUUID } from 'node:crypto';
import { AccessTokenDecider, accessTokenEvent, createPasswordLink } from '#libs/access';
import { EventStore } from '#libs/event-store';
import { UserDecider, type ExistingUser } from '#libs/users';
import { Vault } from '#libs/vault';
import type { Api } from '../support/api.js';
import { tomorrow } from '../support/routes.js';
import {
  expectStatus,
  openTestAccount,
  startTestServer,
  issueTokenFor,
  userScopes,
  type TestAccount,
  type TestServer,
} from '../support/server.js';

let test: TestServer;
let operator: Api;
let account: TestAccount;
beforeAll(async () => {
  test = await startTestServer({ TRUST_PROXY: '1' });
  ({ operator } = test);
  account = await openTestAccount(test);
}, 60_000);
afterAll(() => test.close());

let callers = 0;
/** Returns headers with a new IP address, so that refused requests are not throttled. */
const fromNewAddress = () => ({ 'x-forwarded-for': `10.0.${(++callers >> 8) & 255}.${callers & 255}` });

interface Issued {
  readonly tokenId: string;
  readonly api: Api;
}
async function issue(by: Api, fields: object = {}): Promise<Issued> {
  const body = {
    kind: 'service',
    accountId: account.id,
    name: 'a service',
    scopes: userScopes,
    expiresAt: tomorrow(),
    ...fields,
  };
  const { tokenId, token } = expectStatus(201, await by.post('/access-tokens', body)).body;
  return { tokenId, api: by.as(token) };
}
const works = async ({ api }: Issued): Promise<boolean> => (await api.get('/me', fromNewAddress())).status === 200;
const timeInDays = (days: number) => new Date(Date.now() + days * 86_400_000).toISOString();

/** Adds an administrator with a token that is valid for two days. */
async function addAdministrator() {
  const id = await account.addUser();
  expectStatus(200, await operator.put(account.path(`/users/${id}/roles/administrator`)));
  const { api } = await issue(operator, { kind: 'user', accountId: undefined, userId: id, expiresAt: timeInDays(2) });
  return { id, api, path: account.path(`/users/${id}`) };
}

describe('TOKEN-6: the tokens of a user end and do not come back', () => {
  it.each(['lock', 'delete'])('with a %s', async (act) => {
    const { api, path, id } = await addAdministrator();
    const own = await issue(api, { kind: 'user', accountId: undefined });
    expectStatus(200, await operator.post(`${path}/${act}`));
    expectStatus(200, await operator.post(`${path}/${act === 'lock' ? 'unlock' : 'restore'}`));
    test.clock.move(1_001);
    expect(await works(own)).toBe(false);
    expectStatus(401, await api.get('/me', fromNewAddress()));
    expectStatus(200, await operator.as(await issueTokenFor(operator, id)).get('/me'));
  });

  it('with a change of the password, but not with the first password', async () => {
    const { api, id } = await addAdministrator();
    const setPassword = async (typed: string) => {
      const { state } = await test.server.app.get(EventStore).load(UserDecider, id);
      const link = createPasswordLink(test.server.app.get(Vault), {
        userId: id,
        requestId: (state as ExistingUser).passwordLink!.request,
      });
      expectStatus(200, await operator.inBrowser().post('/password-resets/confirm', { link, password: typed }));
      test.clock.move(1_001);
    };
    await setPassword('correct horse battery staple');
    expectStatus(200, await api.get('/me', fromNewAddress()));
    expectStatus(200, await operator.post(account.path(`/users/${id}/reset-password`)));
    await setPassword('another horse battery staple');
    expectStatus(401, await api.get('/me', fromNewAddress()));
  });

  it('even if an older build issued them, which did not record the revision', async () => {
    const { id, path } = await addAdministrator();
    const store = test.server.app.get(EventStore);
    const { tokenId, api } = await issue(operator, { kind: 'user', accountId: undefined, userId: id });
    const old = { tokenId: randomUUID() };
    // The same event without the fields of newer builds, for a new token.
    for await (const { data, envelope } of store.read(`accessToken-${tokenId}`)) {
      const { revision: _, meWriteKnown: __, ...terms } = data as Record<string, unknown>;
      const subject = { kind: 'access-token', id: old.tokenId } as const;
      await store.append(`accessToken-${old.tokenId}`, -1, [
        {
          ...accessTokenEvent('AccessTokenIssued', terms as never),
          id: randomUUID(),
          envelope: { ...envelope, subject },
        },
      ]);
    }
    const secret = `rb_${randomUUID().replaceAll('-', '').padEnd(43, 'x')}`;
    const { createHash } = await import('node:crypto');
    await test.server.app.get(Vault).tokens.save(createHash('sha256').update(secret).digest('hex'), old.tokenId);
    const older = operator.as(secret);
    expect((await store.load(AccessTokenDecider, old.tokenId)).state).not.toHaveProperty('revision');
    expectStatus(200, await older.get('/me'));
    // PERM-21: for one release it may change the password and the sessions of its user without `me:write`.
    expectStatus(200, await older.delete('/me/sessions'));
    expect(await api.delete('/me/sessions')).toMatchObject({
      status: 403,
      body: { code: 'access.forbidden', needs: 'me:write' },
    });
    expectStatus(200, await operator.post(`${path}/lock`));
    expectStatus(200, await operator.post(`${path}/unlock`));
    test.clock.move(1_001);
    expectStatus(401, await older.get('/me', fromNewAddress()));
  });
});

describe('TOKEN-6: an ended credential that the cache still accepts for a second cannot issue a lasting token', () => {
  /** Runs `work` and then sets the clock to the time before it. */
  const withClockSetBack = async (work: () => Promise<unknown>) => {
    const begun = test.clock.now().getTime();
    await work();
    test.clock.move(begun - test.clock.now().getTime());
  };

  it.each([
    ['token', 'user'],
    ['token', 'service'],
    ['session', 'user'],
    ['session', 'service'],
  ])('if it is a %s and the token is for a %s', async (means, kind) => {
    const { api, path, id } = await addAdministrator();
    const { state } = await test.server.app.get(EventStore).load(UserDecider, id);
    const link = createPasswordLink(test.server.app.get(Vault), {
      userId: id,
      requestId: (state as ExistingUser).passwordLink!.request,
    });
    const browser = operator.inBrowser(
      expectStatus(
        200,
        await operator.inBrowser().post('/password-resets/confirm', { link, password: 'correct horse battery staple' }),
      ),
    );
    const by = means === 'token' ? api : browser;
    expectStatus(200, await by.get('/me'));
    await withClockSetBack(async () => {
      expectStatus(200, await operator.post(`${path}/lock`));
      expectStatus(200, await operator.post(`${path}/unlock`));
    });
    const body = {
      kind,
      ...(kind === 'service' && { accountId: account.id }),
      name: 'late',
      scopes: ['users:read'],
      expiresAt: tomorrow(),
    };
    expect(await by.post('/access-tokens', body)).toMatchObject({
      status: 403,
      body: { code: 'token.holder-not-allowed' },
    });
    await issue(operator); // After this, the list shows the late token.
    expect((await operator.get('/access-tokens?limit=2')).body.items[1]).toMatchObject({
      name: 'late',
      endedAt: expect.any(String),
    });
  });
});

describe('a service token', () => {
  it('PERM-19: cannot make a user an administrator, not even by restoring one, but can grant other roles', async () => {
    const chief = await addAdministrator();
    const service = await issue(chief.api);
    expectStatus(200, await operator.post(`${chief.path}/delete`, { keepRoles: true }));
    expect((await service.api.post(`${chief.path}/restore`)).body).toMatchObject({ status: 'active', keptRoles: [] });
    expect(await service.api.put(`${chief.path}/roles/administrator`)).toMatchObject({
      status: 403,
      body: { code: 'role.not-grantable' },
    });
    expectStatus(200, await service.api.put(`${chief.path}/roles/auditor`));
  });

  it('PERM-19: opens an account with its first administrator', async () => {
    const service = await issue(operator, { accountId: undefined, scopes: ['accounts:open'] });
    const administrator = {
      email: `${randomUUID()}@x.example`,
      firstName: 'Ada',
      lastName: 'Lovelace',
      country: 'GB',
    };
    expectStatus(201, await service.api.post('/accounts', { name: 'New', domains: [], administrator }));
  });

  it('TOKEN-8: cannot issue a token that is valid for longer or has more scopes than itself', async () => {
    const expiresAt = timeInDays(1);
    const service = await issue(account.administrator, { expiresAt });
    const later = new Date(Date.parse(expiresAt) + 1).toISOString();
    const attempt = (fields: object) =>
      service.api.post('/access-tokens', {
        kind: 'service',
        accountId: account.id,
        name: 'x',
        scopes: ['users:read'],
        expiresAt,
        ...fields,
      });
    expect(await attempt({ expiresAt: later })).toMatchObject({
      status: 403,
      body: { code: 'token.outlives-issuer', until: expiresAt },
    });
    expect(await attempt({ scopes: ['accounts:open'] })).toMatchObject({
      status: 403,
      body: { code: 'token.scope-not-held' },
    });
    expect(await attempt({ accountId: undefined })).toMatchObject({
      status: 403,
      body: { code: 'token.holder-not-allowed' },
    });
    expectStatus(201, await attempt({}));
  });

  it('TOKEN-8: is limited like a user’s token and an operator’s token, except the operator’s token of the installation', async () => {
    const chief = await addAdministrator();
    const narrow = await issue(operator, { kind: 'operator', accountId: undefined, expiresAt: timeInDays(1) });
    for (const { api } of [chief, narrow]) {
      const body = {
        kind: 'service',
        accountId: account.id,
        name: 'x',
        scopes: ['users:read'],
        expiresAt: timeInDays(4),
      };
      expect(await api.post('/access-tokens', body)).toMatchObject({
        status: 403,
        body: { code: 'token.outlives-issuer' },
      });
    }
    await issue(operator, { expiresAt: timeInDays(399) });
  });
});

describe('PERM-21: the password and the sessions of the caller', () => {
  it('can be changed with the scope `me:write`, which every user may have', async () => {
    const { id } = await addAdministrator();
    const reader = operator.as(await issueTokenFor(operator, id, ['users:read']));
    for (const reply of [
      await reader.put('/me/password', { currentPassword: 'x', password: 'y' }),
      await reader.delete('/me/sessions'),
      await reader.delete(`/me/sessions/${randomUUID()}`),
    ]) {
      expect(reply).toMatchObject({ status: 403, body: { code: 'access.forbidden', needs: 'me:write' } });
    }
    expectStatus(200, await reader.get('/me/sessions'));
    const writer = operator.as(await issueTokenFor(operator, await account.addUser(), ['me:write']));
    expect((await writer.get('/me')).body.permissions).toEqual(['me:write']);
    expectStatus(200, await writer.delete('/me/sessions'));
  });
});

describe('TOKEN-10: ending a token', () => {
  /** Issues a service's token, then a token with the first, and a token with the second. */
  async function issueChain(by: Api): Promise<[Issued, Issued, Issued]> {
    const expiresAt = timeInDays(1);
    const first = await issue(by, { expiresAt });
    const second = await issue(first.api, { expiresAt, name: 'second' });
    return [first, second, await issue(second.api, { expiresAt, name: 'third' })];
  }

  it('ends only this token, or with `issued=true` also all tokens that were issued with it, directly or indirectly', async () => {
    const [first, second, third] = await issueChain(account.administrator);
    expectStatus(200, await account.administrator.delete(`/access-tokens/${second.tokenId}`));
    expect([await works(first), await works(second), await works(third)]).toEqual([true, false, true]);
    const ended = expectStatus(
      200,
      await account.administrator.delete(`/access-tokens/${first.tokenId}?issued=true`),
    ).body;
    expect(ended).toEqual({ ended: true, issued: [third.tokenId] });
    expect([await works(first), await works(third)]).toEqual([false, false]);
    expect(
      expectStatus(200, await account.administrator.delete(`/access-tokens/${first.tokenId}?issued=true`)).body,
    ).toEqual({ ended: true, issued: [] });
    const { items } = (await account.administrator.get(`/audit?action=access-token.ended&limit=2`)).body;
    expect(items.map(({ subject }: { subject: { id: string } }) => subject.id)).toEqual([third.tokenId, first.tokenId]);
    expect(items[0].correlationId).toBe(items[1].correlationId);
    expect(await account.administrator.delete(`/access-tokens/${first.tokenId}?issued=perhaps`)).toMatchObject({
      status: 400,
      body: { code: 'request.invalid', errors: [{ field: 'issued' }] },
    });
  });

  it('cannot end tokens of others', async () => {
    const other = await openTestAccount(test);
    const [first, second] = await issueChain(account.administrator);
    expect((await other.administrator.delete(`/access-tokens/${first.tokenId}?issued=true`)).status).toBe(404);
    expect([await works(first), await works(second)]).toEqual([true, true]);
  });
});

describe('TOKEN-11: the caller who restricts a user', () => {
  const acts = [
    ['lock', (path: string, by: Api, query: Record<string, boolean>) => by.post(`${path}/lock`, query)],
    ['delete', (path: string, by: Api, query: Record<string, boolean>) => by.post(`${path}/delete`, query)],
    [
      'demote',
      (path: string, by: Api, query: Record<string, boolean>) =>
        by.delete(
          `${path}/roles/administrator?${Object.entries(query)
            .map(([name, value]) => `${name}=${value}`)
            .join('&')}`,
        ),
    ],
  ] as const;

  it.each(acts)('by a %s sees the tokens that the user issued, and can end them', async (_, act) => {
    const chief = await addAdministrator();
    await issue(chief.api, { kind: 'user', accountId: undefined });
    const expiresAt = timeInDays(1);
    const first = await issue(chief.api, { name: 'nightly', expiresAt });
    const second = await issue(first.api, { expiresAt });
    const { administrator: by } = account;
    const shown = expectStatus(200, await act(chief.path, by, { dryRun: true })).body.issuedTokens;
    expect(shown).toMatchObject([
      { tokenId: first.tokenId, name: 'nightly', kind: 'service', scopes: userScopes },
      { tokenId: second.tokenId },
    ]);
    expect((await by.get(chief.path)).body).toMatchObject({ status: 'active', locks: [], roles: ['administrator'] });
    // Without `endIssuedTokens` they remain valid.
    const left = expectStatus(200, await act(chief.path, by, {})).body.issuedTokens;
    expect(left.map(({ tokenId }: Issued) => tokenId)).toEqual([first.tokenId, second.tokenId]);
    expect([await works(first), await works(second)]).toEqual([true, true]);
    const ended = expectStatus(200, await act(chief.path, by, { endIssuedTokens: true })).body.issuedTokens;
    expect(ended).toMatchObject([
      { tokenId: first.tokenId, ended: true },
      { tokenId: second.tokenId, ended: true },
    ]);
    expect([await works(first), await works(second)]).toEqual([false, false]);
    expect(expectStatus(200, await act(chief.path, by, { endIssuedTokens: true })).body).not.toHaveProperty(
      'issuedTokens',
    );
  });

  it('in bulk sees the tokens of each user, and can end them', async () => {
    const [one, two] = [await addAdministrator(), await addAdministrator()];
    const plain = await account.addUser();
    const tokens = [await issue(one.api), await issue(two.api)];
    const bulk = async (fields: object) =>
      expectStatus(
        200,
        await account.administrator.post(account.path('/users/bulk'), {
          action: 'lock',
          userIds: [one.id, plain, two.id],
          ...fields,
        }),
      ).body.results;
    const foreseen = await bulk({ dryRun: true });
    expect(foreseen).toMatchObject([
      { issuedTokens: [{ tokenId: tokens[0]!.tokenId }] },
      {},
      { issuedTokens: [{ tokenId: tokens[1]!.tokenId }] },
    ]);
    expect(foreseen[1]).not.toHaveProperty('issuedTokens');
    await bulk({ endIssuedTokens: true });
    expect([await works(tokens[0]!), await works(tokens[1]!)]).toEqual([false, false]);
    expect(
      (
        await account.administrator.post(account.path('/users/bulk'), {
          action: 'unlock',
          userIds: [plain],
          endIssuedTokens: true,
        })
      ).status,
    ).toBe(400);
  });

  it('without the permission to manage tokens sees no tokens and ends none', async () => {
    const chief = await addAdministrator();
    const service = await issue(chief.api);
    const locker = operator.as(await issueTokenFor(operator, account.administratorId, ['users:lock']));
    expect(await locker.post(`${chief.path}/lock`, { endIssuedTokens: true })).toMatchObject({
      status: 403,
      body: { code: 'access.forbidden', needs: 'tokens:manage' },
    });
    expect((await operator.get(chief.path)).body.locks).toEqual([]);
    expect(expectStatus(200, await locker.post(`${chief.path}/lock`)).body).not.toHaveProperty('issuedTokens');
    expect(await works(service)).toBe(true);
  });
});
