import { randomBytes, randomUUID } from 'node:crypto';
import { readFileSync, rmSync, statSync } from 'node:fs';
import type { Permission } from '#libs/authorization';
import { startServer } from '../../apps/server/src/server.js';
import { Api } from '../support/api.js';
import { callRoute, contract, tomorrow, type RouteIds } from '../support/routes.js';
import { bytesOf, filesIn, findTexts } from '../support/search-bytes.js';
import {
  expectStatus,
  openTestAccount,
  startTestServer,
  issueTokenFor,
  userScopes,
  type TestAccount,
  type TestServer,
} from '../support/server.js';

let server: TestServer;
let operator: Api;
let account: TestAccount;

beforeAll(async () => {
  server = await startTestServer({ TRUST_PROXY: '127.0.0.1' });
  ({ operator } = server);
  account = await openTestAccount(server);
});
afterAll(() => server.close());

/** Returns headers with a new IP address, so that refused requests are not throttled. */
const fromNewAddress = () => ({ 'x-forwarded-for': `10.${[...randomBytes(3)].join('.')}` });

const secrets: string[] = [];

/** Issues a token and remembers its secret. */
async function issue(api: Api, fields: object): Promise<{ tokenId: string; token: string; api: Api }> {
  const { body } = expectStatus(
    201,
    await api.post('/access-tokens', { name: 'for a test', scopes: ['users:read'], expiresAt: tomorrow(), ...fields }),
  );
  secrets.push(body.token);
  return { ...body, api: api.as(body.token) };
}

const tryIssue = (api: Api, fields: object) =>
  api.post('/access-tokens', { name: 'x', scopes: ['users:read'], expiresAt: tomorrow(), ...fields });

describe('an access token', () => {
  it('TOKEN-1: is shown once, works, is listed without its secret, and is in the audit', async () => {
    const reply = await operator.post('/access-tokens', {
      kind: 'user',
      userId: account.administratorId,
      name: 'laptop',
      scopes: userScopes,
      expiresAt: tomorrow(),
    });
    expectStatus(201, reply);
    secrets.push(reply.body.token);
    expect(reply.body).toEqual({ tokenId: expect.any(String), token: expect.stringMatching(/^rb_[\w-]{43}$/) });
    expect(reply.headers.get('cache-control')).toBe('no-store');
    const me = expectStatus(200, await operator.as(reply.body.token).get('/me')).body;
    expect(me).toMatchObject({
      actor: { id: account.administratorId, kind: 'user' },
      accountId: account.id,
      roles: ['administrator'],
      scopes: userScopes,
    });
    const listed = await operator.get('/access-tokens');
    expect(listed.body.items[0]).toMatchObject({
      tokenId: reply.body.tokenId,
      kind: 'user',
      userId: account.administratorId,
      name: 'laptop',
      endedAt: null,
    });
    expect(listed.text).not.toContain(reply.body.token);
    const audit = await operator.get(`/audit?subject=${reply.body.tokenId}`);
    expect(audit.body.items).toMatchObject([{ action: 'access-token.issued', actor: { kind: 'operator' } }]);
    expect(audit.text).not.toContain(reply.body.token);
  });

  it('TOKEN-4: is issued for a user, a service or an operator only if the caller may do that', async () => {
    const co = await account.addUserWithRole('co-administrator');
    const auditor = await account.addUserWithRole('auditor');
    const { administrator: api } = account;
    const allowed = [
      [operator, { kind: 'operator' }],
      [operator, { kind: 'service' }],
      [operator, { kind: 'service', accountId: account.id }],
      [operator, { kind: 'user', userId: co.id }],
      [api, { kind: 'user' }],
      [api, { kind: 'user', userId: account.administratorId }],
      [api, { kind: 'service', accountId: account.id }],
      [co.api, { kind: 'user' }],
      [auditor.api, { kind: 'user' }],
    ] as const;
    for (const [by, fields] of allowed) expectStatus(200, await (await issue(by, fields)).api.get('/me'));

    const forbidden = [
      [api, { kind: 'operator' }],
      [api, { kind: 'service' }],
      [api, { kind: 'user', userId: co.id }],
      [co.api, { kind: 'service', accountId: account.id }],
      [co.api, { kind: 'user', userId: account.administratorId }],
      [auditor.api, { kind: 'service', accountId: account.id }],
    ] as const;
    for (const [by, fields] of forbidden)
      expect(await tryIssue(by, fields)).toMatchObject({ status: 403, body: { code: 'token.holder-not-allowed' } });
    expect(await tryIssue(operator, { kind: 'user' })).toMatchObject({
      status: 400,
      body: { code: 'token.holder-invalid' },
    });
    expect(await tryIssue(operator, { kind: 'operator', userId: co.id })).toMatchObject({
      status: 400,
      body: { code: 'token.holder-invalid' },
    });
    expect(await tryIssue(operator, { kind: 'user', userId: account.id })).toMatchObject({
      status: 404,
      body: { code: 'user.not-found' },
    });
    expect(await tryIssue(operator, { kind: 'service', accountId: co.id })).toMatchObject({
      status: 404,
      body: { code: 'account.not-found' },
    });
  });

  it('TOKEN-2: holds no scope that its issuer lacks', async () => {
    const co = await account.addUserWithRole('co-administrator');
    const auditor = await account.addUserWithRole('auditor');
    const narrow = await issue(account.administrator, { kind: 'user', scopes: ['tokens:manage', 'users:read'] });
    const lacking: [Api, Permission[]][] = [
      [account.administrator, ['accounts:open']],
      [account.administrator, ['logins:record', 'registrations:create']],
      [co.api, ['accounts:open']],
      [auditor.api, ['users:lock']],
      [narrow.api, ['users:lock']],
    ];
    for (const [api, scopes] of lacking) {
      expect(await tryIssue(api, { kind: 'user', scopes: ['users:read', ...scopes] })).toMatchObject({
        status: 403,
        body: { code: 'token.scope-not-held', scopes },
      });
    }
  });

  it('HTTP-2: is not issued with an Idempotency-Key', async () => {
    const before = (await operator.get('/health/ready')).body.projections.head;
    const body = { kind: 'service', name: 'x', scopes: ['users:read'], expiresAt: tomorrow() };
    expect(await operator.post('/access-tokens', body, { 'idempotency-key': 'k' })).toMatchObject({
      status: 400,
      body: { code: 'idempotency.not-here' },
    });
    expect((await operator.get('/health/ready')).body.projections.head).toBe(before);
  });

  it('HTTP-2: of the whole installation is ended once with an Idempotency-Key', async () => {
    const { tokenId } = await issue(operator, { kind: 'service' });
    const headers = { 'idempotency-key': randomUUID() };
    const end = (query = '') => operator.delete(`/access-tokens/${tokenId}${query}`, headers);
    const first = expectStatus(200, await end());
    expect(await end()).toMatchObject({ status: 200, body: first.body, position: first.position });
    expect((await end('?issued=true')).body.code).toBe('idempotency.mismatch');
  });

  it('TOKEN-3: expires within 400 days, at a time with a zone', async () => {
    const in400 = server.clock.now().getTime() + 400 * 86_400_000;
    const times = [
      new Date(in400 + 60_000).toISOString(),
      server.clock.now().toISOString(),
      '2020-01-01T00:00:00Z',
      tomorrow().replace('Z', ''),
    ];
    for (const expiresAt of times) {
      expect(await tryIssue(operator, { kind: 'service', expiresAt })).toMatchObject({
        status: 400,
        body: { code: 'token.expiry-invalid' },
      });
    }
    await issue(operator, { kind: 'service', expiresAt: new Date(in400 - 60_000).toISOString() });
  });

  it('PERM-7, TOKEN-9: is listed and can be ended only by callers who may manage it', async () => {
    const other = await openTestAccount(server);
    const co = await account.addUserWithRole('co-administrator');
    const service = await issue(operator, { kind: 'service', accountId: account.id, name: 'importer' });
    const own = await issue(co.api, { kind: 'user', name: 'my own' });
    const ids = async (api: Api) =>
      (await api.get('/access-tokens?limit=200')).body.items.map(({ tokenId }: { tokenId: string }) => tokenId);
    const { position } = await operator.delete(
      `/access-tokens/${(await issue(operator, { kind: 'service' })).tokenId}`,
    );
    const seen = { 'rollbook-min-position': String(position) };
    for (const api of [account.administrator, co.api, other.administrator])
      expectStatus(200, await api.get('/access-tokens', seen));
    expect(await ids(operator)).toEqual(expect.arrayContaining([service.tokenId, own.tokenId]));
    expect(await ids(account.administrator)).toContain(service.tokenId);
    expect(await ids(account.administrator)).toContain(own.tokenId);
    expect(await ids(co.api)).toContain(own.tokenId);
    expect(await ids(co.api)).not.toContain(service.tokenId);
    for (const { tokenId } of [service, own]) expect(await ids(other.administrator)).not.toContain(tokenId);

    for (const [api, { tokenId }] of [
      [other.administrator, service],
      [other.administrator, own],
      [co.api, service],
    ] as const) {
      expect(await api.delete(`/access-tokens/${tokenId}`)).toMatchObject({
        status: 404,
        body: { code: 'token.not-found' },
      });
    }
    expectStatus(200, await service.api.get('/me'));
    expectStatus(200, await account.administrator.delete(`/access-tokens/${service.tokenId}`));
    expectStatus(200, await account.administrator.delete(`/access-tokens/${service.tokenId}`));
    expectStatus(401, await service.api.get('/me', fromNewAddress()));
    const audit = await account.administrator.get(`/audit?subject=${service.tokenId}`);
    expect(audit.body.items).toMatchObject([
      { action: 'access-token.ended', actor: { id: account.administratorId } },
      { action: 'access-token.issued' },
    ]);
  });

  it('PERM-14: of one account shows nothing of other accounts with a cursor that names them', async () => {
    const later = await openTestAccount(server);
    const forged = Buffer.from(JSON.stringify([account.id])).toString('base64url');
    expect(await later.administrator.get(`/accounts?cursor=${forged}`)).toMatchObject({
      status: 400,
      body: { code: 'cursor.invalid' },
    });
    const { next } = expectStatus(200, await server.operator.get('/accounts?limit=1')).body;
    const { items } = expectStatus(200, await later.administrator.get(`/accounts?cursor=${next}`)).body;
    expect(items.map(({ accountId }: { accountId: string }) => accountId)).toEqual([later.id]);
  });

  it('TOKEN-5: of a former user, when they end it, does not appear in the audit of either account', async () => {
    const [home, next] = [await openTestAccount(server), await openTestAccount(server)];
    const domain = `${randomUUID()}.example`;
    const userId = await home.addUser({ email: `ann@${domain}` });
    const old = await issue(operator, { kind: 'user', userId });
    expectStatus(200, await operator.post(home.path(`/users/${userId}/delete`)));
    expectStatus(200, await operator.put(next.path(`/domains/${domain}`)));
    for (const act of ['add-to-account', 'unlock'])
      expectStatus(200, await operator.post(next.path(`/users/${userId}/${act}`)));
    expectStatus(200, await operator.put(next.path(`/users/${userId}/roles/auditor`)));
    const ann = operator.as(await issueTokenFor(operator, userId));
    expectStatus(200, await ann.delete(`/access-tokens/${old.tokenId}`));
    const countEndings = async (api: Api) =>
      (await api.get(`/audit?subject=${old.tokenId}&action=access-token.ended`)).body.items.length;
    expect([
      await countEndings(operator),
      await countEndings(home.administrator),
      await countEndings(next.administrator),
    ]).toEqual([1, 0, 0]);
  });

  it('AUDIT-1: is shown in the history with its issuer, an operator or the user', async () => {
    const chief = await account.addUserWithRole('administrator');
    const own = await issue(chief.api, { kind: 'user', scopes: userScopes });
    for (const [api, issuedBy] of [
      [chief.api, { kind: 'operator' }],
      [own.api, { kind: 'user', id: chief.id }],
    ] as const) {
      const userId = await account.addUser();
      expectStatus(200, await api.post(account.path(`/users/${userId}/lock`)));
      const [row] = (await api.get(account.path(`/users/${userId}/history`))).body.items;
      expect(row).toMatchObject({
        action: 'user.locked',
        actor: { id: chief.id, kind: 'user' },
        via: { tokenId: expect.any(String), issuedBy },
      });
    }
  });
});

describe('every route is closed', () => {
  const ids = (): RouteIds => ({
    accountId: account.id,
    userId: account.administratorId,
    tokenId: account.id,
    role: 'auditor',
    domain: 'x.example',
  });

  /** Calls every route that is not public; returns the distinct answers. The caller's own routes (`own`) need no permission. */
  async function listAnswers(api: Api): Promise<Set<string>> {
    const seen = new Set<string>();
    for (const route of contract.filter(({ needs }) => needs !== 'anonymous')) {
      const { status, body } = await callRoute(api, route, ids(), fromNewAddress());
      if (route.needs !== 'authenticated') seen.add(`${status} ${body?.code}`);
      else seen.add(status === 401 ? 'own 401' : 'own');
    }
    return seen;
  }

  /** Adds an administrator and uses their token, so that it is cached. */
  async function knownAdministrator() {
    const chief = await account.addUserWithRole('administrator');
    expectStatus(200, await chief.api.get(account.path('/users')));
    return chief;
  }

  it.each(['lock', 'delete'])('LOCK-3: to a user after a %s within a second', async (act) => {
    const chief = await knownAdministrator();
    expectStatus(200, await operator.post(account.path(`/users/${chief.id}/${act}`)));
    server.clock.move(1_001);
    expect(await listAnswers(chief.api)).toEqual(new Set(['own 401', '401 access.unauthenticated']));
    expectStatus(200, await operator.post(account.path(`/users/${chief.id}/${act === 'lock' ? 'unlock' : 'restore'}`)));
    // TOKEN-6: an ended token does not come back.
    server.clock.move(1_001);
    expect(await listAnswers(chief.api)).toEqual(new Set(['own 401', '401 access.unauthenticated']));
  });

  it('PERM-10: to a demoted user within a second', async () => {
    const chief = await knownAdministrator();
    expectStatus(200, await operator.delete(account.path(`/users/${chief.id}/roles/administrator`)));
    server.clock.move(1_001);
    expect(await listAnswers(chief.api)).toEqual(new Set(['own', '403 access.forbidden']));
  });

  it('TOKEN-12: to an ended token at once', async () => {
    const chief = await knownAdministrator();
    const { tokenId, api } = await issue(chief.api, { kind: 'user', scopes: userScopes });
    expectStatus(200, await api.get('/me'));
    expectStatus(200, await chief.api.delete(`/access-tokens/${tokenId}`));
    expect(await listAnswers(api)).toEqual(new Set(['own 401', '401 access.unauthenticated']));
  });

  it('TOKEN-14: to an expired token', async () => {
    const { api } = await issue(operator, {
      kind: 'service',
      scopes: ['users:read'],
      expiresAt: new Date(server.clock.now().getTime() + 60_000).toISOString(),
    });
    server.clock.move(59_000 - 5_000);
    expectStatus(200, await api.get('/me'));
    server.clock.move(6_000);
    expect(await listAnswers(api)).toEqual(new Set(['own 401', '401 access.unauthenticated']));
  });

  it('TOKEN-14: to requests without a token or with an invalid one', async () => {
    for (const token of [undefined, 'x', `rb_${'a'.repeat(43)}`, `${secrets[0]}x`]) {
      expect(await listAnswers(operator.as(token))).toEqual(new Set(['own 401', '401 access.unauthenticated']));
    }
    for (const authorization of ['', 'Basic dTpw', 'Bearer', `Token ${secrets[0]}`, `Bearer ${secrets[0]} x`]) {
      const reply = await operator.as(undefined).get('/me', { authorization, ...fromNewAddress() });
      expectStatus(401, reply);
      expect(reply.headers.get('www-authenticate')).toBe('Bearer');
    }
  });

  it('TOKEN-5: to a token from before its user moved to another account', async () => {
    const other = await openTestAccount(server);
    const userId = await account.addUser();
    const old = operator.as(await issueTokenFor(operator, userId));
    expectStatus(200, await old.get('/me'));
    expectStatus(200, await operator.post(account.path(`/users/${userId}/delete`)));
    expectStatus(200, await operator.delete(account.path(`/domains/${account.domain}`)));
    expectStatus(200, await operator.put(other.path(`/domains/${account.domain}`)));
    expectStatus(200, await operator.post(other.path(`/users/${userId}/add-to-account`)));
    expectStatus(200, await operator.post(other.path(`/users/${userId}/unlock`)));
    server.clock.move(1_001);
    expectStatus(401, await old.get('/me', fromNewAddress()));
    expectStatus(200, await operator.as(await issueTokenFor(operator, userId)).get('/me'));
  });
});

describe('a guessed token', () => {
  it('LOGIN-11: gets 401 at every attempt and is not throttled, because tokens are too long to be guessed', async () => {
    const from = { 'x-forwarded-for': '192.0.2.7' };
    const guess = () => operator.as(`rb_${randomBytes(32).toString('base64url')}`).get('/me', from);
    const statuses = new Set<number>();
    for (let tries = 0; tries < 30; tries++) statuses.add((await guess()).status);
    expect(statuses).toEqual(new Set([401]));
    expectStatus(200, await operator.get('/me', from));
  });
});

describe('the secrets of tokens', () => {
  it('TOKEN-1: are in no file of the server, except that of the operator in its own file', () => {
    expect(secrets.length).toBeGreaterThan(10);
    const kept = bytesOf(filesIn(server.directory).filter((file) => file !== server.server.operatorToken));
    expect(findTexts(secrets, kept)).toEqual([]);
    expect(findTexts(secrets.slice(0, 1), Buffer.from(`x${secrets[0]}x`))).toEqual(secrets.slice(0, 1));
    const operators = readFileSync(server.server.operatorToken, 'utf8').trim();
    expect(findTexts([operators], kept)).toEqual([]);
  });
});

describe("the operator's token", () => {
  const readSecret = (file: string) => readFileSync(file, 'utf8').trim();

  it('TOKEN-13: is issued again if its file is missing at a start, and the old one is ended, both recorded in the audit', async () => {
    const file = server.server.operatorToken;
    const [first, startAgain] = [readSecret(file), async () => startServer(server.config, { clock: server.clock })];
    expect(statSync(file).mode & 0o777).toBe(0o600);
    await server.server.close();
    let again = await startAgain();
    expect(readSecret(file)).toBe(first);
    await again.close();

    rmSync(file);
    again = await startAgain();
    try {
      const fresh = readSecret(file);
      expect(fresh).not.toBe(first);
      expect(statSync(file).mode & 0o777).toBe(0o600);
      const api = new Api(again.url, fresh);
      expectStatus(401, await api.as(first).get('/me', fromNewAddress()));
      const me = expectStatus(200, await api.get('/me')).body;
      expect(me.actor.kind).toBe('operator');
      const { head } = (await api.get('/health/ready')).body.projections;
      const { items } = (
        await api.get('/audit?action=access-token.issued&action=access-token.ended&limit=2', {
          'rollbook-min-position': String(head),
        })
      ).body;
      expect(items).toMatchObject([
        { action: 'access-token.ended', actor: { kind: 'system', name: 'Rollbook' } },
        {
          action: 'access-token.issued',
          actor: { kind: 'system', name: 'Rollbook' },
          subject: { id: me.token.tokenId },
        },
      ]);
    } finally {
      await again.close();
    }
  });
});
