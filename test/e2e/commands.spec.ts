import { randomUUID } from 'node:crypto';
import { v5 as uuidv5 } from 'uuid';
import { EventStore } from '#libs/event-store';
import { Refusal } from '#libs/kernel';
import { userEvent } from '#libs/users';
import { Vault } from '#libs/vault';
import type { ApiResponse } from '../support/api.js';
import {
  expectStatus,
  openTestAccount,
  startTestServer,
  type TestAccount,
  type TestServer,
} from '../support/server.js';
import { newDomain, offeredActions, newPerson, createServiceApi, userActions } from '../support/user-actions.js';

let server: TestServer;
let account: TestAccount;
let other: TestAccount;
let users: ReturnType<typeof userActions>;

beforeAll(async () => {
  server = await startTestServer();
  other = await openTestAccount(server);
});
beforeEach(async () => {
  account = await openTestAccount(server);
  users = userActions(account);
});
afterAll(() => server.close());

const key = () => ({ 'idempotency-key': randomUUID() });
const lastPosition = async () => (await server.operator.get('/audit?limit=1')).body.items[0].position;

describe('a dry run', () => {
  it.each(['lock', 'delete'])('BULK-1: of %s returns what would happen, and writes nothing', async (action) => {
    const userId = await account.addUser();
    const before = [await users.getUser(userId), await lastPosition()];
    const { changed, ...would } = await users.mustAct(userId, action, { dryRun: true, reason: 'to see' });
    expect([await users.getUser(userId), await lastPosition()]).toEqual(before);
    expect(changed).toBe(true);
    expect(await users.mustAct(userId, action, { reason: 'to see' })).toEqual({ ...would, changed });
    expect(await users.mustAct(userId, action, { dryRun: true, reason: 'to see' })).toEqual({
      ...would,
      changed: false,
    });
  });

  it.each(['lock', 'delete'])('BULK-1: of %s refuses what would be refused', async (action) => {
    expect(
      (await server.operator.post(account.path(`/users/${account.administratorId}/${action}`), { dryRun: true })).body
        .code,
    ).toBe('account.last-administrator');
    expect((await users.act(other.administratorId, action, { dryRun: true })).body.code).toBe('user.not-found');
  });

  it('BULK-1: of granting a role returns what would happen, or the refusal, and writes nothing', async () => {
    const userId = await account.addUser();
    const path = account.path(`/users/${userId}/roles/auditor`);
    const before = await lastPosition();
    const dryRun = { dryRun: true, reason: 'to see' };
    expect(expectStatus(200, await server.operator.put(path, dryRun)).body.changed).toBe(true);
    expect([(await users.getUser(userId)).roles, await lastPosition()]).toEqual([[], before]);
    expectStatus(200, await server.operator.put(path, { reason: 'agreed' }));
    expect(expectStatus(200, await server.operator.put(path, dryRun)).body.changed).toBe(false);
    expect((await server.operator.put(account.path(`/users/${randomUUID()}/roles/auditor`), dryRun)).status).toBe(404);
  });

  it('BULK-1, HTTP-2: does not use up its Idempotency-Key', async () => {
    const userId = await account.addUser();
    const headers = key();
    expect(expectStatus(200, await users.act(userId, 'lock', { dryRun: true }, headers)).body.changed).toBe(true);
    expect(expectStatus(200, await users.act(userId, 'lock', {}, headers)).body.changed).toBe(true);
    expect((await users.getUser(userId)).locks.length).toBe(1);
  });
});

describe('If-Match', () => {
  it('HTTP-3: accepts a write only at the revision of the ETag; a refusal names the current one', async () => {
    const userId = await account.addUser();
    const seen = await account.administrator.get(users.userPath(userId));
    expect(seen.etag).toBe('"0"');
    const locked = await users.act(userId, 'lock', {}, { 'if-match': seen.etag! });
    expect([locked.status, locked.etag]).toEqual([200, '"1"']);
    const stale = await users.act(userId, 'unlock', {}, { 'if-match': seen.etag! });
    expect(stale.status).toBe(412);
    expect(stale.body).toMatchObject({ code: 'revision.stale', revision: 1 });
    expect((await users.getUser(userId)).locks.length).toBe(1);
    expect((await account.administrator.get(users.userPath(userId))).etag).toBe('"1"');
    expect((await users.act(userId, 'unlock', {}, { 'if-match': '"1"' })).status).toBe(200);
  });

  it('HTTP-3: applies to profile changes and roles too', async () => {
    const userId = await account.addUser();
    const stale = { 'if-match': '"7"' };
    const replies = [
      await account.administrator.patch(users.userPath(userId), { lastName: 'Byron' }, stale),
      await account.administrator.put(users.userPath(userId, '/roles/auditor'), {}, stale),
      await account.administrator.delete(users.userPath(userId, '/roles/auditor'), stale),
    ];
    expect(replies.map(({ status, body }) => [status, body.revision])).toEqual(replies.map(() => [412, 0]));
    expect(await users.getUser(userId)).toMatchObject({ lastName: 'Hopper', roles: [], revision: 0 });
  });

  it('HTTP-3: discloses nothing about a user of another account', async () => {
    for (const userId of [other.administratorId, randomUUID()]) {
      const { status, body } = await users.act(userId, 'lock', {}, { 'if-match': '"99"' });
      expect([status, body.code, body.revision]).toEqual([404, 'user.not-found', undefined]);
    }
  });

  it('HTTP-3: must be an entity tag', async () => {
    const userId = await account.addUser();
    expect((await users.act(userId, 'lock', {}, { 'if-match': 'W/"0"' })).body).toMatchObject({
      status: 400,
      code: 'revision.invalid',
    });
  });
});

describe('an Idempotency-Key', () => {
  it('HTTP-2: returns the first response again, whatever has happened since', async () => {
    const userId = await account.addUser();
    const headers = key();
    const first = expectStatus(200, await users.act(userId, 'lock', { reason: 'once' }, headers));
    await users.mustAct(userId, 'unlock');
    await users.mustAct(userId, 'delete');
    const again = expectStatus(200, await users.act(userId, 'lock', { reason: 'once' }, headers));
    expect([again.body, again.etag, again.position]).toEqual([first.body, first.etag, first.position]);
    expect(await users.actionsOn(userId)).toEqual(['user.deleted', 'user.unlocked', 'user.locked', 'user.added']);
  });

  it('HTTP-2: with another body is refused', async () => {
    const userId = await account.addUser();
    const headers = key();
    expectStatus(200, await users.act(userId, 'lock', { reason: 'once' }, headers));
    const mismatch = await users.act(userId, 'lock', { reason: 'twice' }, headers);
    expect([mismatch.status, mismatch.body.code]).toEqual([422, 'idempotency.mismatch']);
    expect((await users.getUser(userId)).locks[0].reason).toBe('once');
  });

  it('HTTP-2, ADD-7: adds one user when it is sent many times, also at the same time', async () => {
    const fields = newPerson(account.domain);
    const headers = key();
    const send = () => account.administrator.post(account.path('/users'), fields, headers);
    const replies = [...(await Promise.all([send(), send(), send()])), await send()];
    expect(new Set(replies.map(({ status, text, position }) => [status, text, position].join(' '))).size).toBe(1);
    expect(replies[0]!.status).toBe(201);
    expect(
      (await account.administrator.post(account.path('/users'), { ...fields, firstName: 'Ada' }, headers)).status,
    ).toBe(422);
    expect((await users.listUsers()).length).toBe(2);
    await users.mustAct(replies[0]!.body.userId, 'delete');
    expect(await send()).toMatchObject({
      status: 201,
      body: replies[0]!.body,
      etag: replies[0]!.etag,
      position: replies[0]!.position,
    });
    expect((await users.listUsers()).length).toBe(1);
  });

  it('HTTP-2: belongs to one caller and one path', async () => {
    const [one, two] = [await account.addUser(), await account.addUser()];
    const headers = key();
    const asOperator = userActions(account, server.operator);
    expect(expectStatus(200, await users.act(one, 'lock', {}, headers)).body.changed).toBe(true);
    expect(expectStatus(200, await users.act(two, 'lock', {}, headers)).body.changed).toBe(true);
    expect(expectStatus(200, await asOperator.act(one, 'lock', {}, headers)).body.changed).toBe(false);
  });

  it('HTTP-2: is looked up before If-Match, so that a repeat with If-Match returns the first response', async () => {
    const userId = await account.addUser();
    const headers = { ...key(), 'if-match': '"0"' };
    for (const _ of ['first', 'again'])
      expect(await users.act(userId, 'lock', {}, headers)).toMatchObject({
        status: 200,
        etag: '"1"',
        body: { changed: true },
      });
  });

  it('HTTP-2: that an earlier build has stored is recognised, with the same body and with another', async () => {
    const userId = await account.addUser();
    const [headers, store, vault] = [key(), server.server.app.get(EventStore), server.server.app.get(Vault)];
    const actor = { kind: 'user', id: account.administratorId } as const;
    const path = `/api/v1${account.path(`/users/${userId}/lock`)}`;
    // The command's id and the digest as earlier builds computed them.
    const origin = [actor.kind, actor.id, 'POST', path, headers['idempotency-key']].join('\n');
    await store.append(`user-${userId}`, 0, [
      {
        id: randomUUID(),
        ...userEvent('UserLocked', { cause: 'administrator', disableModeDays: 7 }),
        envelope: {
          correlationId: randomUUID(),
          causationId: uuidv5(origin, 'c8a1d0b6-9a52-4f0e-8d8f-2b8f6f0f3a51'),
          actor,
          subject: { kind: 'user', id: userId },
          account: account.id,
          at: new Date().toISOString(),
          schema: 1,
          digest: vault.hmac('digest', JSON.stringify({ reason: 'once' })),
        },
      },
    ]);
    const mismatch = await users.act(userId, 'lock', { reason: 'twice' }, headers);
    expect([mismatch.status, mismatch.body.code]).toEqual([422, 'idempotency.mismatch']);
    expect(await users.act(userId, 'lock', { reason: 'once' }, headers)).toMatchObject({
      status: 200,
      etag: '"1"',
      body: { changed: true },
    });
    expect(await users.actionsOn(userId)).toEqual(['user.locked', 'user.added']);
  });

  it('HTTP-2: has a digest of target and body, which names its format', async () => {
    const userIds = [await account.addUser(), await account.addUser()];
    const headers = key();
    const digests = new Set<string | undefined>();
    for (const userId of userIds) {
      expectStatus(200, await users.act(userId, 'lock', { reason: 'once' }, headers));
      const [, locked] = await Array.fromAsync(server.server.app.get(EventStore).read(`user-${userId}`));
      expect(locked!.envelope.digest).toMatch(/^2:[0-9a-f]{64}$/);
      digests.add(locked!.envelope.digest);
    }
    expect(digests.size).toBe(2);
  });

  it('HTTP-2: is used in one stream only: a removal from the administrators stores no digest', async () => {
    const { id } = await account.addUserWithRole('administrator');
    expectStatus(200, await users.act(id, 'lock', { reason: 'once' }, key()));
    const events = await Array.fromAsync(server.server.app.get(EventStore).read(`account-${account.id}`));
    const removal = events.find(({ type }) => type === 'AdministratorStoodDown')!;
    expect(removal.envelope.digest).toBeUndefined();
  });

  it('HTTP-2: of a refused command is not stored: a repeat is decided again', async () => {
    const userId = await account.addUser();
    const headers = key();
    await users.mustAct(userId, 'delete');
    expect(offeredActions('user.not-active', await users.act(userId, 'lock', {}, headers))).toEqual(['RestoreUser']);
    await users.mustAct(userId, 'restore');
    expect(expectStatus(200, await users.act(userId, 'lock', {}, headers)).body.changed).toBe(true);
  });
});

describe('a bulk action', () => {
  const bulk = (body: object, headers = {}) => account.administrator.post(account.path('/users/bulk'), body, headers);
  const addMany = (count: number) => Promise.all(Array.from({ length: count }, () => account.addUser()));
  const registerMany = async (count: number) => {
    const service = await createServiceApi(server);
    return Promise.all(
      Array.from(
        { length: count },
        async () =>
          expectStatus(201, await service.post('/registrations', newPerson(account.domain))).body.userId as string,
      ),
    );
  };

  it('BULK-3: returns a result for each user, in the order of the request; a refusal does not stop the others', async () => {
    const [locked, open] = (await addMany(2)) as [string, string];
    await users.mustAct(locked, 'lock', { reason: 'audit' });
    const stranger = randomUUID();
    const userIds = [open, stranger, account.administratorId, locked, other.administratorId];
    const reply = expectStatus(200, await bulk({ action: 'lock', userIds, reason: 'audit' }));
    expect(reply.body).toEqual({
      results: [
        { userId: open, ok: true, changed: true },
        { userId: stranger, ok: false, code: 'user.not-found', detail: expect.any(String), actions: [] },
        { userId: account.administratorId, ok: false, code: 'user.self', detail: expect.any(String), actions: [] },
        { userId: locked, ok: true, changed: false },
        { userId: other.administratorId, ok: false, code: 'user.not-found', detail: expect.any(String), actions: [] },
      ],
    });
    expect((await users.getUser(open)).locks).toMatchObject([{ cause: 'administrator', reason: 'audit' }]);
  });

  it.each([
    ['lock', 'user.locked', 20],
    ['unlock', 'user.unlocked', 5],
    ['delete', 'user.deleted', 5],
    ['restore', 'user.restored', 5],
    ['approve', 'user.approved', 5],
    ['reject', 'user.rejected', 5],
  ])('BULK-4: of %s has one correlation id of its own', async (action, name, count) => {
    const userIds = await (action === 'approve' || action === 'reject' ? registerMany(count) : addMany(count));
    const before = { unlock: 'lock', restore: 'delete' }[action];
    if (before) expectStatus(200, await bulk({ action: before, userIds }));
    const { results } = expectStatus(200, await bulk({ action, userIds, reason: 'all of them' })).body;
    expect(results).toEqual(userIds.map((userId) => ({ userId, ok: true, changed: true })));
    const rows = (await account.administrator.get('/audit?limit=200')).body.items as {
      action: string;
      correlationId: string;
      reason: string;
      subject: { id: string };
    }[];
    const done = rows.slice(0, count);
    expect(new Set(done.map((row) => row.correlationId)).size).toBe(1);
    expect(new Set(done.map((row) => `${row.action} ${row.reason}`))).toEqual(new Set([`${name} all of them`]));
    expect(done.map(({ subject }) => subject.id).toSorted()).toEqual(userIds.toSorted());
    expect(rows.filter(({ correlationId }) => correlationId === done[0]!.correlationId).length).toBe(count);
  });

  it('BULK-1: as a dry run returns what would happen to each user, and writes nothing', async () => {
    const userIds = [...(await addMany(2)), account.administratorId];
    const before = [await users.listUsers(), await lastPosition()];
    const foretold = expectStatus(200, await bulk({ action: 'delete', userIds, dryRun: true }));
    expect([await users.listUsers(), await lastPosition()]).toEqual(before);
    expect(
      foretold.body.results.map(({ ok, changed, code }: Record<string, unknown>) => code ?? [ok, changed]),
    ).toEqual([[true, true], [true, true], 'user.self']);
    expect(expectStatus(200, await bulk({ action: 'delete', userIds })).body).toEqual(foretold.body);
  });

  it('BULK-2, DELETE-2: keeps the roles of deleted users if the request says so', async () => {
    const [kept, gone] = [await account.addUserWithRole('auditor'), await account.addUserWithRole('auditor')];
    expectStatus(200, await bulk({ action: 'delete', userIds: [kept.id], keepRoles: true }));
    expectStatus(200, await bulk({ action: 'delete', userIds: [gone.id], keepRoles: false }));
    expectStatus(200, await bulk({ action: 'restore', userIds: [kept.id, gone.id] }));
    const rolesOf = async (id: string) =>
      expectStatus(200, await account.administrator.get(account.path(`/users/${id}`))).body.roles;
    expect([await rolesOf(kept.id), await rolesOf(gone.id)]).toEqual([['auditor'], []]);
  });

  it('ADMIN-1: always leaves one administrator', async () => {
    const more = [await account.addUserWithRole('administrator'), await account.addUserWithRole('administrator')].map(
      ({ id }) => id,
    );
    const all = [account.administratorId, ...more];
    const foretold = expectStatus(
      200,
      await server.operator.post(account.path('/users/bulk'), { action: 'lock', userIds: all, dryRun: true }),
    ).body.results;
    expect(foretold.flatMap(({ code }: { code?: string }) => code ?? [])).toEqual(['account.last-administrator']);
    const { results } = expectStatus(
      200,
      await server.operator.post(account.path('/users/bulk'), { action: 'lock', userIds: all }),
    ).body;
    expect(results.filter(({ ok }: { ok: boolean }) => ok).length).toBe(2);
    expect(results.find(({ ok }: { ok: boolean }) => !ok)).toMatchObject({ code: 'account.last-administrator' });
  });

  it.each(['lock', 'delete'])(
    'ADMIN-5: of %s handles administrators in order, so that the last one named stays, as in its dry run',
    async (action) => {
      const members = await addMany(8);
      const administrators = [
        account.administratorId,
        ...(await Promise.all(
          Array.from({ length: 7 }, async () => (await account.addUserWithRole('administrator')).id),
        )),
      ];
      const userIds = administrators.toReversed().flatMap((userId, nth) => [members[nth]!, userId]);
      const run = async (fields: object) =>
        expectStatus(200, await server.operator.post(account.path('/users/bulk'), { action, userIds, ...fields })).body
          .results;
      const foretold = await run({ dryRun: true });
      expect(
        foretold.flatMap(({ userId, code }: { userId: string; code?: string }) => (code ? [[userId, code]] : [])),
      ).toEqual([[account.administratorId, 'account.last-administrator']]);
      expect(await run({})).toEqual(foretold);
      expect((await server.operator.get(account.path())).body.administrators).toEqual([account.administratorId]);
    },
  );

  it('BULK-5: with the same key returns the same response, and with another body is refused', async () => {
    const userIds = await addMany(3);
    const headers = key();
    const first = expectStatus(200, await bulk({ action: 'lock', userIds }, headers));
    await users.mustAct(userIds[0]!, 'unlock');
    const again = expectStatus(200, await bulk({ action: 'lock', userIds }, headers));
    expect([again.body, again.position]).toEqual([first.body, first.position]);
    expect((await users.getUser(userIds[0]!)).locks).toEqual([]);
    const others = await addMany(1);
    for (const body of [
      { action: 'lock', userIds, reason: 'other' },
      { action: 'lock', userIds: others },
      { action: 'unlock', userIds },
    ]) {
      const mismatch = await bulk(body, headers);
      expect([mismatch.status, mismatch.body.code]).toEqual([422, 'idempotency.mismatch']);
    }
    expect((await users.getUser(others[0]!)).locks).toEqual([]);
  });

  it('BULK-5: with a key that an earlier build has stored is recognised, with the same body and with another', async () => {
    const body = { action: 'lock', userIds: await addMany(1) };
    const headers = key();
    const vault = server.server.app.get(Vault);
    const path = `/api/v1${account.path('/users/bulk')}`;
    const origin = ['user', account.administratorId, 'POST', path, headers['idempotency-key']].join('\n');
    const commandId = uuidv5(origin, 'c8a1d0b6-9a52-4f0e-8d8f-2b8f6f0f3a51');
    await vault.bulkDigests.findOrSave(commandId, vault.hmac('digest', JSON.stringify(body)));
    expect((await bulk({ ...body, reason: 'other' }, headers)).body.code).toBe('idempotency.mismatch');
    expect(expectStatus(200, await bulk(body, headers)).body.results).toMatchObject([{ ok: true, changed: true }]);
  });

  it('BULK-5, BULK-1: with the key of an earlier dry run is carried out', async () => {
    const userIds = await addMany(1);
    const headers = key();
    for (const dryRun of [true, false]) expectStatus(200, await bulk({ action: 'lock', userIds, dryRun }, headers));
    expect((await users.getUser(userIds[0]!)).locks).toHaveLength(1);
  });

  it('BULK-2: accepts at most 1,000 users, none twice, and only known actions', async () => {
    const ids = Array.from({ length: 1_001 }, () => randomUUID());
    const { results } = expectStatus(200, await bulk({ action: 'unlock', userIds: ids.slice(1) })).body;
    expect(results.length).toBe(1_000);
    const bad = [
      { action: 'unlock', userIds: ids },
      { action: 'unlock', userIds: [] },
      { action: 'unlock', userIds: [ids[0], ids[0]] },
      { action: 'unlock', userIds: ['x'] },
      { action: 'erase', userIds: ids.slice(0, 1) },
    ];
    for (const body of bad) expect((await bulk(body)).status).toBe(400);
  });
});

describe('a request that an outage interrupted and a retry completed', () => {
  /** Sends a request while the event store refuses these writes, then repeats it with the same key. */
  async function doTwice(
    isRefused: (stream: string) => boolean,
    act: (headers: Record<string, string>) => Promise<ApiResponse>,
  ): Promise<ApiResponse> {
    const store = server.server.app.get(EventStore);
    const append = store.append.bind(store);
    store.append = async (stream, ...event) => {
      if (isRefused(stream)) throw new Refusal('event-store.unavailable', 'unavailable', 'Away for now.');
      return append(stream, ...event);
    };
    const headers = key();
    expectStatus(503, await act(headers));
    store.append = append;
    return act(headers);
  }
  const actionsOf = async (correlationId: string) =>
    (await server.operator.get(`/audit?correlationId=${correlationId}`)).body.items
      .map(({ action }: { action: string }) => action)
      .toSorted();

  it('BULK-4: has one correlation id if it is a bulk action', async () => {
    const userIds = [await account.addUser(), await account.addUser()];
    const path = account.path('/users/bulk');
    expectStatus(
      200,
      await doTwice(
        (stream) => stream === `user-${userIds[1]}`,
        (headers) => account.administrator.post(path, { action: 'lock', userIds }, headers),
      ),
    );
    const { items } = (await account.administrator.get(`/audit?subject=${userIds[0]}&action=user.locked`)).body;
    expect(await actionsOf(items[0].correlationId)).toEqual(['user.locked', 'user.locked']);
  });

  it('BULK-4: has one correlation id if it opens an account', async () => {
    const domain = newDomain();
    const body = { name: 'Broken off', domains: [domain], administrator: newPerson(domain) };
    const { accountId } = expectStatus(
      201,
      await doTwice(
        (stream) => stream.startsWith('address-'),
        (headers) => server.operator.post('/accounts', body, headers),
      ),
    ).body;
    const { items } = (await server.operator.get(`/audit?subject=${accountId}&action=account.opened`)).body;
    expect(await actionsOf(items[0].correlationId)).toEqual([
      'account.opened',
      'administrator.appointed',
      'domain.owned',
      'user.added',
      'user.role-granted',
    ]);
  });
});

describe('bad input', () => {
  it('HTTP-5: is refused with each invalid field, and nothing is written', async () => {
    const before = await lastPosition();
    const add = (fields: unknown) => account.administrator.post(account.path('/users'), fields);
    const bad = {
      email: 'nobody',
      firstName: '',
      lastName: 'a\u0000b',
      country: 'de',
      language: 'fr',
      entitlementCountry: 'ZZ',
      title: 'Dr',
    };
    const { status, body } = await add(bad);
    expect([status, body.code]).toEqual([400, 'request.invalid']);
    expect(new Set(body.errors.map(({ field }: { field: string }) => field))).toEqual(new Set(Object.keys(bad)));
    const one = [
      { firstName: 'a'.repeat(101) },
      { lastName: 7 },
      { email: `${'a'.repeat(250)}@${account.domain}` },
      { country: 'XX' },
      { country: null },
      { firstName: ' ' },
    ];
    for (const fields of one) {
      const answer = await add(newPerson(account.domain, fields));
      expect([answer.status, answer.body.errors.every(({ field }: { field: string }) => field in fields)]).toEqual([
        400,
        true,
      ]);
    }
    expect((await add(newPerson(account.domain, { firstName: 'a'.repeat(300_000) }))).status).toBe(413);
    expect(
      (await account.administrator.post(account.path('/users'), 'email=x', { 'content-type': 'text/plain' })).status,
    ).toBe(415);
    for (const text of ['{', '[]', '"text"', '7', 'null'])
      expect([text, (await add(text)).status]).toEqual([text, 400]);
    expect(await lastPosition()).toBe(before);
  });

  it('LIFE-15: is refused in a reason that is too long, has control characters or is no text', async () => {
    const userId = await account.addUser();
    for (const reason of ['a'.repeat(501), 'a\nb', '', 7, null])
      expect([reason, (await users.act(userId, 'lock', { reason })).status]).toEqual([reason, 400]);
    expect((await users.getUser(userId)).revision).toBe(0);
  });
});
