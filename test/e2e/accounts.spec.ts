import { randomUUID } from 'node:crypto';
import type { Api, ApiResponse } from '../support/api.js';
import {
  expectStatus,
  openTestAccount,
  startTestServer,
  issueTokenFor,
  type TestAccount,
  type TestServer,
} from '../support/server.js';
import { newDomain, offeredActions, newPerson, createServiceApi, userActions } from '../support/user-actions.js';

let server: TestServer;
let operator: Api;

beforeAll(async () => {
  server = await startTestServer();
  operator = server.operator;
});
afterAll(() => server.close());

const opening = (fields: Record<string, unknown> = {}) => {
  const domain = newDomain();
  return { name: `Account ${randomUUID()}`, domains: [domain], administrator: newPerson(domain), ...fields };
};
const open = (body: object, headers = {}) => operator.post('/accounts', body, headers);
const accountOf = async (id: string) => expectStatus(200, await operator.get(`/accounts/${id}`)).body;

/** All accounts there are, page by page. */
async function allAccounts(): Promise<{ accountId: string; name: string; domains: string[] }[]> {
  const items = [];
  let cursor = '';
  do {
    const { body } = expectStatus(200, await operator.get(`/accounts?limit=3${cursor && `&cursor=${cursor}`}`));
    items.push(...body.items);
    cursor = body.next;
  } while (cursor);
  return items;
}

describe('opening an account', () => {
  it('ACCOUNT-1: makes the account, its domains and its administrator', async () => {
    const contracts = [{ country: 'DE', recurringRevenue: 10.5 }];
    const administrator = newPerson('', { email: `Anna@BÜCHER.${randomUUID().slice(0, 8)}.example`, country: 'DE' });
    const body = opening({ contracts, domains: [administrator.email.split('@')[1]!, newDomain()], administrator });
    const opened = expectStatus(201, await open(body));
    const { accountId, administratorId } = opened.body;
    expect(opened.headers.get('location')).toBe(`/api/v1/accounts/${accountId}`);
    const account = await operator.get(opened.headers.get('location')!);
    const domains = body.domains.map((domain) => domain.toLowerCase().replace('bücher', 'xn--bcher-kva'));
    expect(account.body).toMatchObject({
      accountId,
      name: body.name,
      contracts,
      domains: domains.toSorted(),
      administrators: [administratorId],
    });
    expect([opened.etag, account.etag]).toEqual([`"${account.body.revision}"`, `"${account.body.revision}"`]);
    const user = (await operator.get(`/accounts/${accountId}/users/${administratorId}`)).body;
    expect(user).toMatchObject({ ...administrator, status: 'active', roles: ['administrator'], locks: [] });
    const me = operator.as(await issueTokenFor(operator, administratorId));
    expect((await me.get('/me')).body).toMatchObject({ accountId, roles: ['administrator'] });
    expect((await me.get('/accounts')).body).toMatchObject({ items: [{ accountId }], next: null });
  });

  it('ACCOUNT-1: works with an administrator on a domain that nobody owns, and with no domain at all', async () => {
    const { accountId } = expectStatus(
      201,
      await open(opening({ domains: [], administrator: newPerson(newDomain()) })),
    ).body;
    expect(await accountOf(accountId)).toMatchObject({ domains: [], contracts: [] });
  });

  it('HTTP-5: lists each field that can’t be used', async () => {
    const bad: [object, string][] = [
      [{ name: '' }, 'name'],
      [{ domains: ['no domain'] }, 'domains'],
      [{ domains: 'example.com' }, 'domains'],
      [{ contracts: [{ country: 'XX', recurringRevenue: 1 }] }, 'contracts.0.country'],
      [{ contracts: [{ country: 'DE', recurringRevenue: -1 }] }, 'contracts.0.recurringRevenue'],
      [{ administrator: { ...newPerson('example.com'), email: 'nobody' } }, 'administrator.email'],
      [{ administrator: { ...newPerson('example.com'), title: 'Dr' } }, 'administrator.title'],
      [{ owner: 'me' }, 'owner'],
    ];
    for (const [fields, field] of bad) {
      const { status, body } = await open(opening(fields as Record<string, unknown>));
      expect([field, status]).toEqual([field, 400]);
      if (body.code === 'request.invalid')
        expect(body.errors.map((error: { field: string }) => error.field)).toContain(field);
    }
  });

  it.each<[string, string, (other: TestAccount) => Promise<Record<string, unknown>>]>([
    [
      'a domain that another account owns',
      'domain.owned-by-another',
      async (other) => ({ domains: [newDomain(), other.domain] }),
    ],
    [
      'an administrator on another account’s domain',
      'domain.owned-by-another',
      async (other) => ({ administrator: newPerson(other.domain) }),
    ],
    [
      'an administrator who is in another account',
      'user.in-another-account',
      async (other) => {
        const administrator = newPerson(newDomain());
        await other.addUser(administrator);
        return { administrator };
      },
    ],
    [
      'an administrator who is unaffiliated, on a domain of the account',
      'user.exists-unaffiliated',
      async () => {
        const administrator = newPerson(newDomain());
        expectStatus(201, await (await createServiceApi(server)).post('/registrations', administrator));
        return { administrator, domains: [administrator.email.split('@')[1]] };
      },
    ],
    [
      'an administrator who is unaffiliated, on any other domain',
      'user.outside-domain',
      async () => {
        const administrator = newPerson(newDomain());
        expectStatus(201, await (await createServiceApi(server)).post('/registrations', administrator));
        return { administrator };
      },
    ],
  ])('ACCOUNT-1: with %s is refused, and nothing remains', async (_, code, fields) => {
    const other = await openTestAccount(server);
    const body = opening(await fields(other));
    const before = await allAccounts();
    const refused = await open(body);
    expect(offeredActions(code, refused)).toEqual([]);
    expect(refused.text).not.toContain(other.id);
    expect(await allAccounts()).toEqual(before);
    const free = body.domains.filter((domain) => domain !== other.domain);
    expect((await open(opening({ domains: free, administrator: newPerson(newDomain()) }))).status).toBe(201);
  });

  /** Sends openings that stand in each other's way, all at once. */
  async function racing(
    bodies: readonly object[],
  ): Promise<{ reply: ApiResponse; key: { 'idempotency-key': string }; body: object }[]> {
    return Promise.all(
      bodies.map(async (body) => {
        const key = { 'idempotency-key': randomUUID() };
        return { reply: await open(body, key), key, body };
      }),
    );
  }
  /** Ids of the openings that were undone, by name. */
  const undone = async (): Promise<Map<string, string>> =>
    new Map(
      (await operator.get('/audit?action=account.closed&limit=200')).body.items.map(
        ({ subject }: { subject: { name: string; id: string } }) => [subject.name, subject.id],
      ),
    );

  it.each([
    ['domain', 'domain.owned-by-another'],
    ['address', 'user.in-another-account'],
  ])(
    'ACCOUNT-2: that loses its %s half-way leaves nothing: domains free, no user, no account; and stays refused',
    async (contested, code) => {
      let halfWay = 0;
      for (let round = 0; round < 8 && halfWay === 0; round++) {
        const shared = newDomain();
        const { email } = newPerson(newDomain());
        const rivals = [1, 2, 3].map(() => {
          const own = [newDomain(), newDomain()] as const;
          return contested === 'domain'
            ? opening({ domains: [own[0], shared, own[1]], administrator: newPerson(own[0]) })
            : opening({ domains: own, administrator: newPerson('', { email }) });
        });
        const outcomes = await racing(rivals);
        // A refusal tells no position: reads wait for a later write.
        await openTestAccount(server);
        const lost = outcomes.filter(({ reply }) => reply.status !== 201);
        expect(outcomes.length - lost.length).toBeLessThanOrEqual(1);
        const accounts = await allAccounts();
        for (const { reply, key, body } of lost) {
          const { name, domains, administrator } = body as ReturnType<typeof opening>;
          const own = domains.filter((domain) => domain !== shared);
          expect(offeredActions(code, reply)).toEqual([]);
          expect(
            accounts.filter(
              (account) => account.name === name || own.some((domain) => account.domains.includes(domain)),
            ),
          ).toEqual([]);
          const closed = (await undone()).get(name);
          if (!closed) continue;
          halfWay++;
          const replies = [
            await operator.get(`/accounts/${closed}`),
            await operator.get(`/accounts/${closed}/users`),
            await operator.post(`/accounts/${closed}/users`, newPerson(own[0]!)),
          ];
          expect(replies.map((there) => there.status)).toEqual([404, 404, 404]);
          expect(offeredActions('account.not-opened', await open(body, key))).toEqual([]);
          expectStatus(
            201,
            await open(
              opening({ domains: own, administrator: contested === 'domain' ? administrator : newPerson(own[0]!) }),
            ),
          );
          expect((await allAccounts()).map((account) => account.name)).not.toContain(name);
        }
      }
      expect(halfWay).toBeGreaterThan(0);
    },
  );

  it('HTTP-2: with a key answers the first answer again; with another body is refused', async () => {
    const body = opening();
    const headers = { 'idempotency-key': randomUUID() };
    const first = expectStatus(201, await open(body, headers));
    await openTestAccount(server);
    const again = expectStatus(201, await open(body, headers));
    expect(again.body).toEqual(first.body);
    expect((await allAccounts()).filter(({ name }) => name === body.name).length).toBe(1);
    expect((await open({ ...body, name: 'Another' }, headers)).body).toMatchObject({
      status: 422,
      code: 'idempotency.mismatch',
    });
  });
});

describe('the domains of an account', () => {
  it('DOMAIN-2, DOMAIN-4: are asserted and released by the operator, each once', async () => {
    const [account, other] = [await openTestAccount(server), await openTestAccount(server)];
    const domain = newDomain();
    const path = (of: TestAccount) => of.path(`/domains/${domain.toUpperCase()}`);
    const asserted = expectStatus(200, await operator.put(path(account)));
    expect(asserted.body.changed).toBe(true);
    expect(expectStatus(200, await operator.put(path(account))).body.changed).toBe(false);
    expect((await accountOf(account.id)).domains).toEqual([account.domain, domain].toSorted());
    const refused = await operator.put(path(other));
    expect(offeredActions('domain.owned-by-another', refused)).toEqual([]);
    expect(refused.text).not.toContain(account.id);
    expect(expectStatus(200, await operator.delete(path(other))).body.changed).toBe(false);
    expect((await accountOf(account.id)).domains).toContain(domain);
    expect(expectStatus(200, await operator.delete(path(account))).body.changed).toBe(true);
    expect(expectStatus(200, await operator.delete(path(account))).body.changed).toBe(false);
    expect((await accountOf(account.id)).domains).toEqual([account.domain]);
    expect(expectStatus(200, await operator.put(path(other))).body.changed).toBe(true);
  });

  it('DOMAIN-1: are refused where they are none, and for an account that is not there', async () => {
    const account = await openTestAccount(server);
    expect((await operator.put(account.path('/domains/nodomain'))).body).toMatchObject({
      status: 400,
      code: 'domain.invalid',
    });
    expect((await operator.put(`/accounts/${randomUUID()}/domains/${newDomain()}`)).body).toMatchObject({
      status: 404,
      code: 'account.not-found',
    });
    expect((await account.administrator.put(account.path(`/domains/${newDomain()}`))).status).toBe(403);
  });
});

describe('an account that is not there', () => {
  it('ACCOUNT-1: has no users, and takes none', async () => {
    const path = `/accounts/${randomUUID()}`;
    const replies = [
      await operator.get(path),
      await operator.get(`${path}/users`),
      await operator.get(`${path}/summary`),
      await operator.post(`${path}/users`, newPerson(newDomain())),
    ];
    expect(replies.map(({ status, body }) => [status, body.code])).toEqual(
      replies.map(() => [404, 'account.not-found']),
    );
  });
});

describe('an account is never without an administrator who can log in', () => {
  /** Those who count, each of whom must be able to serve. */
  async function serving(account: TestAccount): Promise<string[]> {
    const { administrators } = await accountOf(account.id);
    for (const id of administrators) {
      const { status, roles, locks } = await userActions(account, operator).getUser(id);
      expect({ status, roles, locks }).toEqual({
        status: 'active',
        roles: expect.arrayContaining(['administrator']),
        locks: [],
      });
    }
    return administrators;
  }

  it('ADMIN-1: the last one can’t be locked, deleted or demoted, not even by the operator', async () => {
    const account = await openTestAccount(server);
    const { act, userPath } = userActions(account, operator);
    const self = account.administratorId;
    await account.addUserWithRole('co-administrator');
    for (const action of ['lock', 'delete'])
      expect(offeredActions('account.last-administrator', await act(self, action))).toEqual([]);
    expect(
      offeredActions('account.last-administrator', await operator.delete(userPath(self, '/roles/administrator'))),
    ).toEqual([]);
    expect(await serving(account)).toEqual([self]);
  });

  it('ADMIN-2: one who is locked does not count, until unlocked', async () => {
    const account = await openTestAccount(server);
    const { id: second } = await account.addUserWithRole('administrator');
    const { act, mustAct } = userActions(account, operator);
    await mustAct(second, 'lock');
    expect(await serving(account)).toEqual([account.administratorId]);
    expect(offeredActions('account.last-administrator', await act(account.administratorId, 'lock'))).toEqual([]);
    await mustAct(second, 'unlock');
    await mustAct(account.administratorId, 'lock');
    expect(await serving(account)).toEqual([second]);
  });

  it.each(['demote', 'lock', 'delete'])('ADMIN-1: two who %s each other at once: one stays', async (harm) => {
    for (let round = 0; round < 4; round++) {
      const account = await openTestAccount(server);
      const { id: second, api } = await account.addUserWithRole('administrator');
      const on = (by: Api, userId: string) =>
        harm === 'demote'
          ? by.delete(account.path(`/users/${userId}/roles/administrator`))
          : by.post(account.path(`/users/${userId}/${harm}`));
      const replies = await Promise.all([on(account.administrator, second), on(api, account.administratorId)]);
      const refused = replies.filter(({ status }) => status !== 200);
      expect(refused.length).toBe(1);
      expect([401, 403, 409]).toContain(refused[0]!.status);
      if (refused[0]!.status === 409) expect(refused[0]!.body.code).toBe('account.last-administrator');
      expect(await serving(account)).toEqual([replies[0].status === 200 ? account.administratorId : second]);
    }
  });

  it('ADMIN-1: a lock racing an unlock: whoever counts can log in, and somebody does', async () => {
    for (let round = 0; round < 4; round++) {
      const account = await openTestAccount(server);
      const { id: second } = await account.addUserWithRole('administrator');
      const { act, mustAct } = userActions(account, operator);
      await mustAct(second, 'lock');
      const [locked, unlocked] = await Promise.all([act(account.administratorId, 'lock'), act(second, 'unlock')]);
      expect(unlocked.status).toBe(200);
      if (locked.status !== 200) expect(offeredActions('account.last-administrator', locked)).toEqual([]);
      expect((await serving(account)).toSorted()).toEqual(
        (locked.status === 200 ? [second] : [account.administratorId, second]).toSorted(),
      );
      const again = await Promise.all([
        act(second, 'lock', { reason: 'again' }),
        act(second, 'unlock'),
        act(account.administratorId, 'unlock'),
      ]);
      for (const reply of again) expect([200, 409]).toContain(reply.status);
      expect(await serving(account)).toContain(account.administratorId);
    }
  });
});
