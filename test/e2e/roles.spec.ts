import { randomUUID } from 'node:crypto';
import { METHOD_METADATA } from '@nestjs/common/constants.js';
import { NEEDS } from '#libs/http';
import { permissionsOfRoles } from '#libs/access';
import { permissions, type Permission } from '#libs/authorization';
import { Vault } from '#libs/vault';
import type { Act } from '../../libs/users/src/domain/act.js';
import { acts as actsOnUsers } from '../../libs/users/src/domain/user.acts.js';
import type { Api } from '../support/api.js';
import {
  callRoute,
  contract,
  createUserInState,
  issueMemberToken,
  issueServiceToken,
  tomorrow,
  type ContractRoute,
  type RouteIds,
  type UserState,
} from '../support/routes.js';
import {
  expectStatus,
  openTestAccount,
  startTestServer,
  type TestAccount,
  type TestServer,
} from '../support/server.js';

declare global {
  /** Imports without Jest's module registry (environment.js). */
  function importNatively<Module>(specifier: string): Promise<Module>;
}

/** The permissions of each kind of caller. The spec of `permissionsOfRoles` compares those of the roles with PERM-1 to PERM-8. */
const granted = {
  operator: permissions,
  administrator: permissionsOfRoles(['administrator']),
  'co-administrator': permissionsOfRoles(['co-administrator']),
  auditor: permissionsOfRoles(['auditor']),
  member: [],
  'service of the installation': permissions,
  'service of the account': permissions,
  'service that reports': ['logins:record', 'registrations:create'],
} as const satisfies Record<string, readonly Permission[]>;
type Kind = keyof typeof granted;
const kinds = Object.keys(granted) as Kind[];

let server: TestServer;
let account: TestAccount;
let other: TestAccount;
let stranger: string;
const callers = {} as Record<Kind, Api>;
const selves: Partial<Record<Kind, string>> = {};

beforeAll(async () => {
  server = await startTestServer();
  const { operator } = server;
  account = await openTestAccount(server);
  other = await openTestAccount(server);
  stranger = await other.addUser();
  const co = await account.addUserWithRole('co-administrator');
  const auditor = await account.addUserWithRole('auditor');
  Object.assign(selves, { administrator: account.administratorId, 'co-administrator': co.id, auditor: auditor.id });
  Object.assign(callers, {
    operator,
    administrator: account.administrator,
    'co-administrator': co.api,
    auditor: auditor.api,
    member: operator.as(await issueMemberToken(server, account)),
    'service of the installation': operator.as(await issueServiceToken(operator, permissions)),
    'service of the account': operator.as(await issueServiceToken(operator, permissions, account.id)),
    'service that reports': operator.as(await issueServiceToken(operator, ['logins:record', 'registrations:create'])),
  } satisfies Record<Kind, Api>);
});
afterAll(() => server.close());

/** Returns ids for a call of this route by this caller. A call that changes nothing needs no user of its own. */
async function idsFor({ path, userState, method }: ContractRoute, kind: Kind, may: boolean): Promise<RouteIds> {
  const isAbout = path.includes(':userId') || path.endsWith('/bulk');
  return {
    accountId: account.id,
    userId: !isAbout
      ? ''
      : may && method !== 'GET'
        ? await createUserInState(server, account, userState)
        : selves.auditor!,
    tokenId: path.includes(':tokenId') && may ? await ownToken(kind) : randomUUID(),
    ...(path.includes(':mailId') && may && { mailId: await mail() }),
    role: 'auditor',
    domain: path === '/registrations' ? account.domain : `fresh-${randomUUID()}.example`,
  };
}

/** Issues a token that the caller may end; returns its id. */
async function ownToken(kind: Kind): Promise<string> {
  const body = { name: 'to be ended', scopes: ['users:read'], expiresAt: tomorrow() };
  const self = selves[kind];
  const holder = self
    ? { kind: 'user', userId: self }
    : { kind: 'service', ...(kind !== 'service of the installation' && { accountId: account.id }) };
  return expectStatus(201, await server.operator.post('/access-tokens', { ...body, ...holder })).body.tokenId;
}

/** Queues a mail to an unknown user; returns its id. */
async function mail(): Promise<string> {
  const id = randomUUID();
  const { outbox } = server.server.app.get(Vault);
  const mailed = { id, kind: 'password-link', user: randomUUID(), about: randomUUID(), since: Date.now() };
  await outbox.save(outbox.enqueue(mailed));
  return id;
}

/** Returns the route; to issue a token, a caller who is not a user issues it to a service of the account. */
const issuing = (kind: Kind, route: ContractRoute): ContractRoute =>
  route.method === 'POST' && route.path === '/access-tokens' && !selves[kind]
    ? {
        ...route,
        body: () => ({
          kind: 'service',
          accountId: account.id,
          name: 'new',
          scopes: ['users:read'],
          expiresAt: new Date(Date.now() + 3_600_000).toISOString(),
        }),
      }
    : route;

/** Checks whether a route of the whole installation is closed to this caller, a service of one account. */
const isClosedToAccountService = (kind: Kind, { method, path }: ContractRoute) =>
  kind === 'service of the account' &&
  ((method === 'POST' && path === '/accounts') || path.startsWith('/mails') || path.startsWith('/log-incidents'));

describe('every route', () => {
  it('is in the list of routes, and the list names no other', async () => {
    const { body } = await server.operator.get('/api/docs/openapi.json');
    const served = Object.entries(body.paths as Record<string, object>).flatMap(([path, methods]) =>
      Object.keys(methods).map(
        (method) => `${method.toUpperCase()} ${path.replace('/api/v1', '').replace(/\{(\w+)\}/g, ':$1')}`,
      ),
    );
    expect(served.toSorted()).toEqual([...new Set(contract.map(({ method, path }) => `${method} ${path}`))].toSorted());
  });

  it('PERM-17: names the permission that it needs', async () => {
    const { app } = server.server;
    // The same Nest module that the server uses, not a copy by Jest.
    const { DiscoveryService, MetadataScanner, Reflector } =
      await importNatively<typeof import('@nestjs/core')>('@nestjs/core');
    const [discovery, scanner, reflector] = [app.get(DiscoveryService), app.get(MetadataScanner), app.get(Reflector)];
    const handlers = discovery.getControllers().flatMap(({ metatype }) => {
      const prototype = metatype!.prototype as Record<string, () => unknown>;
      const routed = scanner
        .getAllMethodNames(prototype)
        .filter((name) => reflector.get(METHOD_METADATA, prototype[name]!) !== undefined);
      return routed.map((name) => ({
        name,
        needs: reflector.getAllAndOverride<unknown>(NEEDS, [prototype[name]!, metatype as () => unknown]),
      }));
    });
    // The listed routes, health (2) and metrics.
    expect(handlers).toHaveLength(new Set(contract.map(({ method, path }) => `${method} ${path}`)).size + 3);
    expect(handlers.filter(({ needs }) => needs === undefined)).toEqual([]);
    expect(
      handlers
        .filter(({ needs }) => needs === 'anonymous')
        .map(({ name }) => name)
        .toSorted(),
    ).toEqual(['checkLink', 'followLink', 'get', 'live', 'logIn', 'ready', 'requestLink']);
  });

  describe.each(kinds)('as %s', (kind) => {
    it.each(
      contract
        .filter(({ testedElsewhere }) => !testedElsewhere)
        .map((route) => [`${route.method} ${route.path}`, route.needs, route] as const),
    )('PERM-10: %s (%s)', async (_, needs, route) => {
      const held: readonly string[] = granted[kind];
      const may = (needs === 'authenticated' || held.includes(needs)) && !isClosedToAccountService(kind, route);
      const reply = await callRoute(callers[kind], issuing(kind, route), await idsFor(route, kind, may));
      if (may) {
        expect([reply.status, reply.body?.code]).toEqual([route.successStatus, undefined]);
        for (const { ok } of reply.body?.results ?? []) expect(ok).toBe(true);
      } else {
        expect(reply).toMatchObject({ status: 403, body: { code: 'access.forbidden', actions: [] } });
        if (!held.includes(needs)) expect(reply.body.needs).toBe(needs);
      }
    });
  });
});

it('PERM-9: lists the roles with their permissions for every caller', async () => {
  const { items } = expectStatus(200, await callers.member.get('/roles')).body;
  expect(items).toEqual(
    (['administrator', 'co-administrator', 'auditor'] as const).map((role) => ({ role, permissions: granted[role] })),
  );
});

it('PERM-17: refuses a bulk action that has no permission to every caller', async () => {
  const path = account.path('/users/bulk');
  const body = { action: 'suspend', userIds: [selves.auditor] };
  expect(await server.operator.as(undefined).post(path, body)).toMatchObject({
    status: 401,
    body: { code: 'access.unauthenticated' },
  });
  for (const kind of ['member', 'operator'] as const)
    expect(await callers[kind].post(path, body)).toMatchObject({
      status: 400,
      body: { code: 'request.invalid', errors: [{ field: 'action', message: expect.stringContaining('one of') }] },
    });
});

describe('the offered actions', () => {
  /** The names of the commands that the acts list, one for each role where the command has one. */
  const listedCommands = Object.values<Act>(actsOnUsers)
    .flatMap(({ examples }) => examples?.() ?? [])
    .map((command) => command.constructor.name)
    .toSorted();

  type Subject = UserState | 'administrator' | 'co-administrator' | 'auditor' | 'self';
  /** The users that each kind of caller asks about. */
  const asked = {
    operator: ['active', 'pending', 'deleted', 'administrator'],
    administrator: ['active', 'pending', 'deleted', 'unaffiliated', 'administrator', 'self'],
    'co-administrator': [
      'active',
      'pending',
      'deleted',
      'unaffiliated',
      'administrator',
      'co-administrator',
      'auditor',
      'self',
    ],
    auditor: ['active', 'pending', 'deleted', 'administrator', 'self'],
    'service of the account': ['active', 'unaffiliated'],
  } as const satisfies Partial<Record<Kind, readonly Subject[]>>;

  async function subject(kind: Kind, what: Subject): Promise<string> {
    if (what === 'self') return selves[kind]!;
    if (what === 'administrator' || what === 'co-administrator' || what === 'auditor') {
      const userId = await account.addUser();
      expectStatus(200, await server.operator.put(account.path(`/users/${userId}/roles/${what}`)));
      return userId;
    }
    return createUserInState(server, account, what);
  }

  const cases = Object.entries(asked).flatMap(([kind, subjects]) =>
    subjects.map((what) => [kind as keyof typeof asked, what] as const),
  );

  it.each(cases)('PERM-18: offered to %s on a user who is %s are exactly those that succeed', async (kind, what) => {
    const api = callers[kind];
    const first = await subject(kind, what);
    const { items } = expectStatus(200, await api.get(account.path(`/users/${first}/actions`))).body;
    expect(items.map((item: { action: string }) => item.action).toSorted()).toEqual(listedCommands);
    for (const { action, method, href, allowed, changes, code } of items) {
      // The caller's own user must remain. An action that changes nothing leaves the user ready for the next action.
      if (changes && what === 'self') continue;
      const userId = changes ? await subject(kind, what) : first;
      const reply = await api.send(
        method,
        href.replace(first, userId),
        action === 'ChangeUser' ? { firstName: 'Changed' } : undefined,
      );
      const tried = {
        action,
        allowed: reply.status === 200,
        changes: reply.body.changed ?? false,
        code: reply.body.code,
      };
      expect(tried).toEqual({ action, allowed, changes, code });
      if (!allowed) expect([403, 409]).toContain(reply.status);
    }
  });

  it('PERM-18: are none for an auditor', async () => {
    const { items } = expectStatus(
      200,
      await callers.auditor.get(account.path(`/users/${await account.addUser()}/actions`)),
    ).body;
    expect(items.filter(({ allowed }: { allowed: boolean }) => allowed)).toEqual([]);
  });
});

describe('a co-administrator', () => {
  const acts = ['lock', 'unlock', 'delete'] as const;

  it.each(acts)('PERM-13: cannot %s an account administrator, alone or in bulk', async (act) => {
    const chief = await account.addUserWithRole('administrator');
    const api = callers['co-administrator'];
    expect(await api.post(account.path(`/users/${chief.id}/${act}`))).toMatchObject({
      status: 403,
      body: { code: 'user.outranks-caller' },
    });
    const bulk = expectStatus(200, await api.post(account.path('/users/bulk'), { action: act, userIds: [chief.id] }));
    expect(bulk.body.results).toMatchObject([{ userId: chief.id, ok: false, code: 'user.outranks-caller' }]);
  });

  it('PERM-13, PERM-11: cannot rename or demote an account administrator, and cannot appoint one', async () => {
    const chief = await account.addUserWithRole('administrator');
    const api = callers['co-administrator'];
    expect(await api.patch(account.path(`/users/${chief.id}`), { lastName: 'X' })).toMatchObject({
      status: 403,
      body: { code: 'user.outranks-caller' },
    });
    expect((await api.delete(account.path(`/users/${chief.id}/roles/administrator`))).status).toBe(403);
    const plain = await account.addUser();
    expect(await api.put(account.path(`/users/${plain}/roles/administrator`))).toMatchObject({
      status: 403,
      body: { code: 'role.not-grantable' },
    });
    expectStatus(200, await api.put(account.path(`/users/${plain}/roles/co-administrator`)));
  });

  it('DELETE-3: restores a deleted administrator without that role', async () => {
    const chief = await account.addUserWithRole('administrator');
    expectStatus(200, await callers.administrator.post(account.path(`/users/${chief.id}/delete`), { keepRoles: true }));
    expectStatus(200, await callers['co-administrator'].post(account.path(`/users/${chief.id}/restore`)));
    expect((await callers['co-administrator'].get(account.path(`/users/${chief.id}`))).body).toMatchObject({
      status: 'active',
      roles: [],
    });
  });
});

describe('no caller', () => {
  it.each(['administrator', 'co-administrator'] as const)(
    'PERM-12: locks, deletes or demotes themselves: %s',
    async (kind) => {
      const self = account.path(`/users/${selves[kind]}`);
      const api = callers[kind];
      for (const act of ['lock', 'delete']) {
        const refused = { status: 409, body: { code: 'user.self' } };
        expect(await api.post(`${self}/${act}`)).toMatchObject(refused);
        expect(await api.post(`${self}/${act}`, { dryRun: true })).toMatchObject(refused);
      }
      expect(await api.delete(`${self}/roles/${kind}`)).toMatchObject({ status: 409, body: { code: 'user.self' } });
      const bulk = await api.post(account.path('/users/bulk'), { action: 'delete', userIds: [selves[kind]] });
      expect(bulk.body.results).toMatchObject([{ ok: false, code: 'user.self' }]);
    },
  );

  it('PERM-11: grants more than their token holds', async () => {
    const { operator } = server;
    const narrow = operator.as(
      expectStatus(
        201,
        await callers.administrator.post('/access-tokens', {
          kind: 'user',
          name: 'narrow',
          scopes: ['users:read', 'roles:grant'],
          expiresAt: tomorrow(),
        }),
      ).body.token,
    );
    const userId = await account.addUser();
    for (const role of ['auditor', 'co-administrator', 'administrator']) {
      expect(await narrow.put(account.path(`/users/${userId}/roles/${role}`))).toMatchObject({
        status: 403,
        body: { code: 'role.not-grantable' },
      });
    }
    expect((await operator.get(account.path(`/users/${userId}`))).body.roles).toEqual([]);
  });
});

describe('another account', () => {
  const confined = ['administrator', 'co-administrator', 'auditor', 'service of the account'] as const satisfies Kind[];
  const placed = contract.filter(({ path }) => /:(?:account|user|token)Id/.test(path));
  let foreignToken: string;

  beforeAll(async () => {
    const body = {
      kind: 'user',
      userId: other.administratorId,
      name: 'theirs',
      scopes: ['users:read'],
      expiresAt: tomorrow(),
    };
    foreignToken = expectStatus(201, await server.operator.post('/access-tokens', body)).body.tokenId;
  });

  const withoutIds = (text: string, ids: RouteIds) =>
    [ids.accountId, ids.userId, ids.tokenId].reduce((seen, id) => seen.replaceAll(id, '<id>'), text);

  /** Makes the same call with ids of another account and with ids that do not exist. */
  async function bothWays(kind: Kind, route: ContractRoute, fixed: Partial<RouteIds> = {}) {
    const theirs = {
      accountId: other.id,
      userId: stranger,
      tokenId: foreignToken,
      role: 'auditor',
      domain: other.domain,
      ...fixed,
    };
    const unknownIds = {
      accountId: randomUUID(),
      userId: randomUUID(),
      tokenId: randomUUID(),
      role: 'auditor',
      domain: other.domain,
      ...fixed,
    };
    const [real, unreal] = [
      await callRoute(callers[kind], route, theirs),
      await callRoute(callers[kind], route, unknownIds),
    ];
    const seen = ({ status, text, headers }: typeof real, ids: RouteIds) => ({
      status,
      text: withoutIds(text, ids),
      headers: [...headers.keys()],
    });
    return { real: seen(real, theirs), unreal: seen(unreal, unknownIds), code: real.body?.code, status: real.status };
  }

  describe.each(confined)('to %s', (kind) => {
    it.each(placed.map((route) => [`${route.method} ${route.path}`, route] as const))(
      'PERM-14: does not exist at %s',
      async (_, route) => {
        const { real, unreal, status, code } = await bothWays(kind, route);
        expect(real).toEqual(unreal);
        const may = route.path.includes(':accountId') || (granted[kind] as readonly string[]).includes(route.needs);
        expect([status, code]).toEqual(
          may ? [404, expect.stringMatching(/^(?:account|user|token)\.not-found$/)] : [403, 'access.forbidden'],
        );
      },
    );

    it.each(
      placed
        .filter(({ path }) => path.includes(':accountId/users/:userId'))
        .map((route) => [`${route.method} ${route.path}`, route] as const),
    )('PERM-14: has no users that are visible through the caller’s account: %s', async (_, route) => {
      const { real, unreal, status } = await bothWays(kind, route, { accountId: account.id });
      expect(real).toEqual(unreal);
      expect(status).toBe((granted[kind] as readonly string[]).includes(route.needs) ? 404 : 403);
    });
  });

  it("PERM-15: gets no registrations by a service of the caller's account", async () => {
    const register = (domain: string) =>
      callers['service of the account'].post('/registrations', {
        email: `someone-${randomUUID()}@${domain}`,
        firstName: 'A',
        lastName: 'B',
        country: 'DE',
      });
    for (const domain of [other.domain, 'nobodys.example'])
      expect(await register(domain)).toMatchObject({ status: 409, body: { code: 'user.outside-domain' } });
    expectStatus(201, await register(account.domain));
  });

  it('PERM-14: does not exist in the audit, in bulk actions or for tokens', async () => {
    const api = callers.administrator;
    const pairs: ((id: { account: string; user: string }) => ReturnType<Api['get']>)[] = [
      ({ account: id }) => api.get(`/audit?accountId=${id}`),
      ({ user }) => api.get(`/audit?subject=${user}`),
      ({ user }) => api.get(`/audit?actor=${user}`),
      ({ user }) => api.post(account.path('/users/bulk'), { action: 'lock', userIds: [user] }),
      ({ user }) => api.post(account.path('/users/bulk'), { action: 'restore', userIds: [user], dryRun: true }),
      ({ user }) =>
        api.post('/access-tokens', {
          kind: 'user',
          userId: user,
          name: 'x',
          scopes: ['users:read'],
          expiresAt: tomorrow(),
        }),
      ({ account: id }) =>
        api.post('/access-tokens', {
          kind: 'service',
          accountId: id,
          name: 'x',
          scopes: ['users:read'],
          expiresAt: tomorrow(),
        }),
    ];
    for (const ask of pairs) {
      const unknown = { account: randomUUID(), user: randomUUID() };
      const [real, unreal] = [await ask({ account: other.id, user: stranger }), await ask(unknown)];
      expect([real.status, real.text.replaceAll(stranger, '<id>')]).toEqual([
        unreal.status,
        unreal.text.replaceAll(unknown.user, '<id>'),
      ]);
      expect(real.text).not.toContain(other.domain);
    }
  });

  it.each(
    placed
      .filter(({ path }) => path.includes(':accountId'))
      .map((route) => [`${route.method} ${route.path}`, route] as const),
  )('PERM-14: is 404 to the operator, too, if it does not exist: %s', async (_, route) => {
    const ids = {
      accountId: randomUUID(),
      userId: stranger,
      tokenId: '',
      role: 'auditor',
      domain: `${randomUUID()}.example`,
    };
    expect(await callRoute(server.operator, route, ids)).toMatchObject({
      status: 404,
      body: { code: 'account.not-found' },
    });
  });
});
