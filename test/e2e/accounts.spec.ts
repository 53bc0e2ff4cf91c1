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

const openingBody = (fields: Record<string, unknown> = {}) => {
  const domain = newDomain();
  return { name: `Account ${randomUUID()}`, domains: [domain], administrator: newPerson(domain), ...fields };
};
const openAccount = (body: object, headers = {}) => operator.post('/accounts', body, headers);
const getAccount = async (id: string) => expectStatus(200, await operator.get(`/accounts/${id}`)).body;

/** Returns all accounts, which it reads page by page. */
async function listAccounts(): Promise<{ accountId: string; name: string; domains: string[] }[]> {
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
    const body = openingBody({ contracts, domains: [administrator.email.split('@')[1]!, newDomain()], administrator });
    const opened = expectStatus(201, await openAccount(body));
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

  it('ACCOUNT-1: works with an administrator on a domain without an owner, and with no domain at all', async () => {
    const { accountId } = expectStatus(
      201,
      await openAccount(openingBody({ domains: [], administrator: newPerson(newDomain()) })),
    ).body;
    expect(await getAccount(accountId)).toMatchObject({ domains: [], contracts: [] });
  });

  it('HTTP-5: lists each invalid field', async () => {
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
      const { status, body } = await openAccount(openingBody(fields as Record<string, unknown>));
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
  ])('ACCOUNT-1: with %s is refused, and writes nothing', async (_, code, fields) => {
    const other = await openTestAccount(server);
    const body = openingBody(await fields(other));
    const before = await listAccounts();
    const refused = await openAccount(body);
    expect(offeredActions(code, refused)).toEqual([]);
    expect(refused.text).not.toContain(other.id);
    expect(await listAccounts()).toEqual(before);
    const free = body.domains.filter((domain) => domain !== other.domain);
    expect((await openAccount(openingBody({ domains: free, administrator: newPerson(newDomain()) }))).status).toBe(201);
  });

  /** Sends conflicting openings at the same time, each with a key of its own. */
  async function sendAtOnce(
    bodies: readonly object[],
  ): Promise<{ reply: ApiResponse; key: { 'idempotency-key': string }; body: object }[]> {
    return Promise.all(
      bodies.map(async (body) => {
        const key = { 'idempotency-key': randomUUID() };
        return { reply: await openAccount(body, key), key, body };
      }),
    );
  }
  /** Returns the ids of the accounts whose opening was undone, by name. */
  const listUndone = async (): Promise<Map<string, string>> =>
    new Map(
      (await operator.get('/audit?action=account.closed&limit=200')).body.items.map(
        ({ subject }: { subject: { name: string; id: string } }) => [subject.name, subject.id],
      ),
    );

  it.each([
    ['domain', 'domain.owned-by-another'],
    ['address', 'user.in-another-account'],
  ])(
    'ACCOUNT-2: that loses its %s to another request half-way leaves no account, no user and no owned domain; a repeat is refused',
    async (contested, code) => {
      let undoneCount = 0;
      for (let round = 0; round < 8 && undoneCount === 0; round++) {
        const shared = newDomain();
        const { email } = newPerson(newDomain());
        const rivals = [1, 2, 3].map(() => {
          const own = [newDomain(), newDomain()] as const;
          return contested === 'domain'
            ? openingBody({ domains: [own[0], shared, own[1]], administrator: newPerson(own[0]) })
            : openingBody({ domains: own, administrator: newPerson('', { email }) });
        });
        const outcomes = await sendAtOnce(rivals);
        // A refusal has no position that a read could wait for, so the reads wait for this later write.
        await openTestAccount(server);
        const lost = outcomes.filter(({ reply }) => reply.status !== 201);
        expect(outcomes.length - lost.length).toBeLessThanOrEqual(1);
        const accounts = await listAccounts();
        for (const { reply, key, body } of lost) {
          const { name, domains, administrator } = body as ReturnType<typeof openingBody>;
          const own = domains.filter((domain) => domain !== shared);
          expect(offeredActions(code, reply)).toEqual([]);
          expect(
            accounts.filter(
              (account) => account.name === name || own.some((domain) => account.domains.includes(domain)),
            ),
          ).toEqual([]);
          const closed = (await listUndone()).get(name);
          if (!closed) continue;
          undoneCount++;
          const replies = [
            await operator.get(`/accounts/${closed}`),
            await operator.get(`/accounts/${closed}/users`),
            await operator.post(`/accounts/${closed}/users`, newPerson(own[0]!)),
          ];
          expect(replies.map((there) => there.status)).toEqual([404, 404, 404]);
          expect(offeredActions('account.not-opened', await openAccount(body, key))).toEqual([]);
          expectStatus(
            201,
            await openAccount(
              openingBody({ domains: own, administrator: contested === 'domain' ? administrator : newPerson(own[0]!) }),
            ),
          );
          expect((await listAccounts()).map((account) => account.name)).not.toContain(name);
        }
      }
      expect(undoneCount).toBeGreaterThan(0);
    },
  );

  it('HTTP-2: with the same key returns the first response again, and with another body is refused', async () => {
    const body = openingBody();
    const headers = { 'idempotency-key': randomUUID() };
    const first = expectStatus(201, await openAccount(body, headers));
    await openTestAccount(server);
    const again = expectStatus(201, await openAccount(body, headers));
    expect(again.body).toEqual(first.body);
    expect((await listAccounts()).filter(({ name }) => name === body.name).length).toBe(1);
    expect((await openAccount({ ...body, name: 'Another' }, headers)).body).toMatchObject({
      status: 422,
      code: 'idempotency.mismatch',
    });
  });
});

describe('the domains of an account', () => {
  it('DOMAIN-2, DOMAIN-4: are given and released by the operator; a repeat changes nothing', async () => {
    const [account, other] = [await openTestAccount(server), await openTestAccount(server)];
    const domain = newDomain();
    const path = (of: TestAccount) => of.path(`/domains/${domain.toUpperCase()}`);
    const asserted = expectStatus(200, await operator.put(path(account)));
    expect(asserted.body.changed).toBe(true);
    expect(expectStatus(200, await operator.put(path(account))).body.changed).toBe(false);
    expect((await getAccount(account.id)).domains).toEqual([account.domain, domain].toSorted());
    const refused = await operator.put(path(other));
    expect(offeredActions('domain.owned-by-another', refused)).toEqual([]);
    expect(refused.text).not.toContain(account.id);
    expect(expectStatus(200, await operator.delete(path(other))).body.changed).toBe(false);
    expect((await getAccount(account.id)).domains).toContain(domain);
    expect(expectStatus(200, await operator.delete(path(account))).body.changed).toBe(true);
    expect(expectStatus(200, await operator.delete(path(account))).body.changed).toBe(false);
    expect((await getAccount(account.id)).domains).toEqual([account.domain]);
    expect(expectStatus(200, await operator.put(path(other))).body.changed).toBe(true);
  });

  it('DOMAIN-1: are refused if the name is no domain, and for an unknown account', async () => {
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

describe('an unknown account', () => {
  it('ACCOUNT-1: has no users, and no user can be added to it', async () => {
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

describe('an account always has an administrator who can log in', () => {
  /** Returns the ids of the account's administrators, and checks that each of them can log in. */
  async function listServing(account: TestAccount): Promise<string[]> {
    const { administrators } = await getAccount(account.id);
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

  it('ADMIN-1: the last administrator cannot be locked, deleted or demoted, not even by the operator', async () => {
    const account = await openTestAccount(server);
    const { act, userPath } = userActions(account, operator);
    const self = account.administratorId;
    await account.addUserWithRole('co-administrator');
    for (const action of ['lock', 'delete'])
      expect(offeredActions('account.last-administrator', await act(self, action))).toEqual([]);
    expect(
      offeredActions('account.last-administrator', await operator.delete(userPath(self, '/roles/administrator'))),
    ).toEqual([]);
    expect(await listServing(account)).toEqual([self]);
  });

  it('ADMIN-2: a locked administrator does not count until the lock is removed', async () => {
    const account = await openTestAccount(server);
    const { id: second } = await account.addUserWithRole('administrator');
    const { act, mustAct } = userActions(account, operator);
    await mustAct(second, 'lock');
    expect(await listServing(account)).toEqual([account.administratorId]);
    expect(offeredActions('account.last-administrator', await act(account.administratorId, 'lock'))).toEqual([]);
    await mustAct(second, 'unlock');
    await mustAct(account.administratorId, 'lock');
    expect(await listServing(account)).toEqual([second]);
  });

  it.each(['demote', 'lock', 'delete'])(
    'ADMIN-1: if two administrators %s each other at the same time, one stays',
    async (harm) => {
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
        expect(await listServing(account)).toEqual([replies[0].status === 200 ? account.administratorId : second]);
      }
    },
  );

  it('ADMIN-1: after a concurrent lock and unlock, at least one administrator counts, and all who count can log in', async () => {
    for (let round = 0; round < 4; round++) {
      const account = await openTestAccount(server);
      const { id: second } = await account.addUserWithRole('administrator');
      const { act, mustAct } = userActions(account, operator);
      await mustAct(second, 'lock');
      const [locked, unlocked] = await Promise.all([act(account.administratorId, 'lock'), act(second, 'unlock')]);
      expect(unlocked.status).toBe(200);
      if (locked.status !== 200) expect(offeredActions('account.last-administrator', locked)).toEqual([]);
      expect((await listServing(account)).toSorted()).toEqual(
        (locked.status === 200 ? [second] : [account.administratorId, second]).toSorted(),
      );
      const again = await Promise.all([
        act(second, 'lock', { reason: 'again' }),
        act(second, 'unlock'),
        act(account.administratorId, 'unlock'),
      ]);
      for (const reply of again) expect([200, 409]).toContain(reply.status);
      expect(await listServing(account)).toContain(account.administratorId);
    }
  });
});
