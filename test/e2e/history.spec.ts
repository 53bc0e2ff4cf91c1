import { randomUUID } from 'node:crypto';
import type { Api } from '../support/api.js';
import {
  expectStatus,
  openTestAccount,
  startTestServer,
  type TestAccount,
  type TestServer,
} from '../support/server.js';
import { newDomain, newPerson, createServiceApi, userActions } from '../support/user-actions.js';

const minute = 60_000;

interface Row {
  position: number;
  revision: number;
  at: string;
  action: string;
  subject: { id: string; name: string };
  changes: { field: string; before: unknown; after: unknown }[];
  reason: string | null;
}

let server: TestServer;
let service: Api;
let account: TestAccount;
let users: ReturnType<typeof userActions>;

beforeAll(async () => {
  server = await startTestServer();
  service = await createServiceApi(server);
});
beforeEach(async () => {
  account = await openTestAccount(server);
  users = userActions(account);
});
afterAll(() => server.close());

const moveOneMinute = () => server.clock.move(minute);
const now = () => server.clock.now().toISOString();
const getHistory = async (userId: string, query = '', of = account): Promise<Row[]> =>
  expectStatus(200, await of.administrator.get(of.path(`/users/${userId}/history${query}`))).body.items;
const getAudit = async (query: string, api = account.administrator): Promise<Row[]> =>
  expectStatus(200, await api.get(`/audit?${query}`)).body.items;

/** Adds, locks, renames, unlocks and deletes a user, a minute apart; returns the user as read after each step, too. */
async function createHistory() {
  const userId = await account.addUser({ firstName: 'Alan', lastName: 'Turing' });
  const seen: { at: string; page: { revision: number; status: string; lastName: string; locks: object[] } }[] = [];
  const recordUser = async () => seen.push({ at: now(), page: await users.getUser(userId) });
  // The account's administrator sees what the operator wrote as soon as they write themselves.
  moveOneMinute();
  await users.mustAct(userId, 'lock', { reason: 'on leave' });
  await recordUser();
  moveOneMinute();
  expectStatus(
    200,
    await account.administrator.patch(users.userPath(userId), { lastName: 'Mathison', entitlementCountry: 'GB' }),
  );
  await recordUser();
  moveOneMinute();
  await users.mustAct(userId, 'unlock', { reason: 'back' });
  await recordUser();
  moveOneMinute();
  await users.mustAct(userId, 'delete', { reason: 'left' });
  await recordUser();
  return { userId, seen };
}

describe('replay', () => {
  it('REPLAY-1, REPLAY-3: shows the user as the account saw them at any time and at any revision', async () => {
    const { userId, seen } = await createHistory();
    const revisions = [1, 3, 4, 5];
    for (const [index, { at, page }] of seen.entries()) {
      expect(page.revision).toBe(revisions[index]);
      expect(await users.getUser(userId, `?at=${at}`)).toEqual(page);
      expect(await users.getUser(userId, `?at=${encodeURIComponent(at.replace('Z', '+00:00'))}`)).toEqual(page);
      expect(await users.getUser(userId, `?at=${encodeURIComponent(at.replace('Z', '000000001Z'))}`)).toEqual(page);
      expect(await users.getUser(userId, `?at=${page.revision}`)).toEqual(page);
      expect(await users.getUser(userId, `?revision=${page.revision}`)).toEqual(page);
    }
    expect(seen.map(({ page }) => [page.status, page.lastName, page.locks.length])).toEqual([
      ['active', 'Turing', 1],
      ['active', 'Mathison', 1],
      ['active', 'Mathison', 0],
      ['deleted', 'Mathison', 1],
    ]);
    expect(await users.getUser(userId, '?at=0')).toMatchObject({
      status: 'active',
      lastName: 'Turing',
      locks: [],
      revision: 0,
    });
    expect(await users.getUser(userId, '?at=2')).toMatchObject({
      lastName: 'Mathison',
      entitlementCountry: null,
      revision: 2,
    });
  });

  it('REPLAY-3: refuses a revision that does not exist, as `at` and as `revision`', async () => {
    const { userId, seen } = await createHistory();
    const { revision } = seen.at(-1)!.page;
    for (const query of [
      `at=${revision + 1}`,
      `revision=${revision + 1}`,
      'at=99',
      'at=2026',
      'at=1767225600000',
      'revision=999999999999999',
      'at=1&revision=1',
      `at=${now()}&revision=1`,
    ]) {
      const reply = await account.administrator.get(users.userPath(userId, `?${query}`));
      expect([query, reply.status, reply.body.code]).toEqual([query, 400, 'at.invalid']);
    }
    for (const query of [
      'revision=',
      'revision=-1',
      'revision=1.5',
      'revision=x',
      'revision=0x1',
      'revision=1e0',
      'revision=%201',
      'revision=1&revision=1',
      'tz=Mars',
      'tz=',
      'tz=%2B02:00',
      'tz=UTC&tz=UTC',
      'at=1&at=1',
    ]) {
      const reply = await account.administrator.get(users.userPath(userId, `?${query}`));
      expect([query, reply.status, reply.body.code]).toEqual([query, 400, 'request.invalid']);
    }
    expect((await account.administrator.get(users.userPath(randomUUID(), '?revision=99'))).body.code).toBe(
      'user.not-found',
    );
  });

  it('REPLAY-1: no event is earlier than the one before it, although the clock was set back', async () => {
    const userId = await account.addUser();
    moveOneMinute();
    expectStatus(200, await account.administrator.patch(users.userPath(userId), { lastName: 'Later' }));
    server.clock.move(-500);
    await users.mustAct(userId, 'lock');
    server.clock.move(500);
    const [locked, renamed] = expectStatus(200, await account.administrator.get(users.userPath(userId, '/history')))
      .body.items;
    expect(locked.at).toBe(renamed.at);
    expect(await users.getUser(userId, `?at=${locked.at}`)).toEqual(await users.getUser(userId));
    expect(await users.getUser(userId, '?at=1')).toMatchObject({ lastName: 'Later', locks: [] });
  });

  it('REPLAY-2: does not find a user before they were added, and refuses an invalid time or revision', async () => {
    const { userId } = await createHistory();
    const replayed = (at: string) => account.administrator.get(users.userPath(userId, `?at=${encodeURIComponent(at)}`));
    expect((await replayed('2020-01-31T12:00:00Z')).body).toMatchObject({ status: 404, code: 'user.not-found' });
    for (const at of [
      '',
      'yesterday',
      '-1',
      '1.5',
      '2026-13-01',
      '2026-02-30',
      '2026-01-31T12:00:00',
      '2026-01-31T12:00:00 02:00',
      '2026-01-31 or so',
      '2026-01',
      '2026-01-31T12:00Z',
      '2026-W05',
      '20260131',
      '2026-01-31T12:00:00.Z',
      '+2026-01-31',
      '1e3',
      new Date(server.clock.now().getTime() + 10 * minute).toISOString(),
      '9999-12-31',
    ]) {
      expect([at, (await replayed(at)).status]).toEqual([at, 400]);
    }
  });

  it('REPLAY-1: includes logins up to that time or revision', async () => {
    const userId = await account.addUser();
    moveOneMinute();
    const first = expectStatus(201, await service.post(`/users/${userId}/logins`, { method: 'password' }));
    const [before, loginAt] = [new Date(server.clock.now().getTime() - minute / 2).toISOString(), now()];
    moveOneMinute();
    await users.mustAct(userId, 'lock');
    expect(first.position).toBeGreaterThan(0);
    expect((await users.getUser(userId, `?at=${before}`)).lastLoginAt).toBeNull();
    expect(Date.parse((await users.getUser(userId, `?at=${loginAt}`)).lastLoginAt)).toBeLessThanOrEqual(
      Date.parse(loginAt),
    );
    expect((await users.getUser(userId, '?at=0')).lastLoginAt).toBeNull();
    expect((await users.getUser(userId, '?at=1')).lastLoginAt).toEqual((await users.getUser(userId)).lastLoginAt);
  });
});

describe('a user’s history', () => {
  it('AUDIT-1: lists who did what, when, from where, why and with which token, with values before and after, newest first', async () => {
    const { userId } = await createHistory();
    const rows = await getHistory(userId);
    expect(rows.map(({ action }) => action)).toEqual([
      'user.deleted',
      'user.unlocked',
      'user.entitlement-country-changed',
      'user.renamed',
      'user.locked',
      'user.added',
    ]);
    expect(rows.map(({ reason }) => reason)).toEqual(['left', 'back', null, null, 'on leave', null]);
    expect(rows.map(({ revision }) => revision)).toEqual([5, 4, 3, 2, 1, 0]);
    expect(rows.map(({ position }) => position)).toEqual(
      rows.map(({ position }) => position).toSorted((one, two) => two - one),
    );
    const locked = {
      cause: 'administrator',
      reason: 'on leave',
      until: null,
      by: { id: account.administratorId, kind: 'user' },
    };
    expect(rows[4]).toEqual({
      position: expect.any(Number),
      revision: 1,
      at: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
      action: 'user.locked',
      subject: { kind: 'user', id: userId, name: 'Alan Mathison' },
      accountId: account.id,
      account: account.id,
      actor: { id: account.administratorId, kind: 'user', name: 'Grace Hopper' },
      via: {
        tokenId: expect.any(String),
        token: expect.any(String),
        name: 'test',
        issuedBy: { id: expect.any(String), kind: 'operator' },
      },
      reason: 'on leave',
      ip: '127.0.0.1',
      changes: [{ field: 'locks', before: [], after: [locked] }],
      correlationId: expect.any(String),
    });
    expect(rows[3]!.changes).toEqual([{ field: 'lastName', before: 'Turing', after: 'Mathison' }]);
    expect(rows[2]!.changes).toEqual([{ field: 'entitlementCountry', before: null, after: 'GB' }]);
    expect(rows[1]!.changes).toEqual([{ field: 'locks', before: [locked], after: [] }]);
    expect(rows[0]!.changes).toContainEqual({ field: 'status', before: 'active', after: 'deleted' });
    expect(rows[5]!.changes).toContainEqual({ field: 'firstName', before: null, after: 'Alan' });
  });

  it('LOGIN-12: shows logins with method and address', async () => {
    const userId = await account.addUser();
    expectStatus(201, await service.post(`/users/${userId}/logins`, { method: 'password', ip: '2001:db8::7' }));
    await users.mustAct(userId, 'lock');
    const login = (await getHistory(userId)).find(({ action }) => action === 'user.logged-in')!;
    expect(login).toMatchObject({ ip: '2001:db8::7', actor: { kind: 'service' } });
    expect(login.changes).toContainEqual({ field: 'login', before: null, after: { method: 'password', at: login.at } });
  });

  it('AUDIT-2: comes page by page, which stay the same while events arrive', async () => {
    const { userId } = await createHistory();
    const whole = await getHistory(userId);
    const first = (await account.administrator.get(users.userPath(userId, '/history?limit=2'))).body;
    await users.mustAct(userId, 'restore');
    const second = (await account.administrator.get(users.userPath(userId, `/history?limit=200&cursor=${first.next}`)))
      .body;
    expect([...first.items, ...second.items]).toEqual(whole);
    expect(second.next).toBeNull();
    expect((await account.administrator.get(users.userPath(userId, '/history?cursor=x'))).body).toMatchObject({
      status: 400,
      code: 'cursor.invalid',
    });
  });
});

describe('the audit', () => {
  it('AUDIT-2: lists who locked or deleted which user, when and why', async () => {
    const [one, two] = [await account.addUser({ firstName: 'Ada' }), await account.addUser({ firstName: 'Bea' })];
    const { id: second, api } = await account.addUserWithRole('administrator');
    await users.mustAct(one, 'lock', { reason: 'lost phone' });
    await users.mustAct(one, 'unlock');
    await userActions(account, api).mustAct(two, 'delete', { reason: 'left' });
    const rows = await getAudit('action=user.locked&action=user.deleted', api);
    expect(rows).toMatchObject([
      { action: 'user.deleted', subject: { id: two, name: 'Bea Hopper' }, actor: { id: second }, reason: 'left' },
      {
        action: 'user.locked',
        subject: { id: one, name: 'Ada Hopper' },
        actor: { id: account.administratorId },
        reason: 'lost phone',
      },
    ]);
    expect((await getAudit(`actor=${second}`, api)).map(({ action }) => action)).toEqual(['user.deleted']);
    expect((await getAudit(`subject=${one}`, api)).map(({ action }) => action)).toEqual([
      'user.unlocked',
      'user.locked',
      'user.added',
    ]);
    expect(await getAudit(`subject=${one}&action=user.deleted`, api)).toEqual([]);
  });

  it('AUDIT-2: can be limited to events from a time on and before a time', async () => {
    const { userId } = await createHistory();
    const [deleted, unlocked, , , locked] = (await getHistory(userId)) as [Row, Row, Row, Row, Row];
    const between = (query: string) =>
      getAudit(`subject=${userId}&${query}`).then((rows) => rows.map(({ action }) => action));
    expect(await between(`from=${unlocked.at}`)).toEqual(['user.deleted', 'user.unlocked']);
    expect(await between(`to=${locked.at}`)).toEqual(['user.added']);
    expect(await between(`from=${locked.at}&to=${deleted.at}&action=user.locked&action=user.unlocked`)).toEqual([
      'user.unlocked',
      'user.locked',
    ]);
  });

  it('AUDIT-4: shows administrators their own account, and operators all accounts', async () => {
    const other = await openTestAccount(server);
    const { userId } = await createHistory();
    expect(await getAudit(`subject=${userId}`, other.administrator)).toEqual([]);
    expect((await other.administrator.get(`/audit?accountId=${account.id}`)).status).toBe(404);
    expect(
      (await other.administrator.get('/audit?limit=200')).body.items.every(
        (row: { accountId: string }) => row.accountId === other.id,
      ),
    ).toBe(true);
    const all = (await server.operator.get('/audit?limit=200')).body.items.map(
      (row: { accountId: string }) => row.accountId,
    );
    expect(all).toEqual(expect.arrayContaining([account.id, other.id]));
    expect(
      new Set(
        (await getAudit(`accountId=${other.id}`, server.operator)).map(
          (row) => (row as unknown as { accountId: string }).accountId,
        ),
      ),
    ).toEqual(new Set([other.id]));
  });

  it('AUDIT-2: comes page by page, which stay the same while events arrive', async () => {
    await createHistory();
    const whole = await getAudit('limit=200');
    const walked: Row[] = [];
    for (let cursor = ''; cursor !== null;) {
      const { items, next }: { items: Row[]; next: string } = (
        await account.administrator.get(`/audit?limit=3${cursor && `&cursor=${cursor}`}`)
      ).body;
      walked.push(...items);
      cursor = next;
      await account.administrator.post(account.path('/users'), newPerson(account.domain));
    }
    expect(walked).toEqual(whole);
  });

  it('AUDIT-2: refuses unknown and invalid filters', async () => {
    const bad = [
      'action=user.locked&action=user.kissed',
      'from=yesterday',
      'to=2026-01-31T12:00:00',
      'limit=0',
      'limit=201',
      'cursor=x',
      'colour=red',
    ];
    for (const query of bad)
      expect([query, (await account.administrator.get(`/audit?${query}`)).status]).toEqual([query, 400]);
  });
});

describe('a former user', () => {
  it('LIFE-16, LIFE-17, LOCK-9, AUDIT-5: stays readable in the old account as at departure, without later changes, and the new account sees no earlier ones', async () => {
    const domain = newDomain();
    const other = await openTestAccount(server);
    const theirs = userActions(other);
    const userId = await account.addUser({ email: `mover@${domain}`, firstName: 'Mo', lastName: 'Ver' });
    await users.mustAct(userId, 'lock', { reason: 'secret of the old one' });
    const { position: deletedAt } = expectStatus(200, await users.act(userId, 'delete', { reason: 'moved on' }));
    const [frozen, history] = [await users.getUser(userId), await getHistory(userId)];
    expectStatus(200, await server.operator.put(other.path(`/domains/${domain}`)));

    await theirs.mustAct(userId, 'add-to-account', { reason: 'welcome' });
    const unknown = { reason: null, by: { id: '00000000-0000-0000-0000-000000000000', kind: 'another-account' } };
    expect(await theirs.getUser(userId)).toMatchObject({
      status: 'active',
      locks: [
        { cause: 'administrator', ...unknown },
        { cause: 'unaffiliated', ...unknown },
      ],
      roles: [],
    });
    expect((await theirs.listUsers('?locked=true'))[0].locks).toMatchObject([unknown, unknown]);
    const [row] = await getHistory(userId, '', other);
    expect(row!.changes.find(({ field }) => field === 'locks')!.after).toMatchObject([unknown, unknown]);
    await theirs.mustAct(userId, 'unlock');
    expectStatus(200, await other.administrator.patch(theirs.userPath(userId), { lastName: 'Newname', country: 'PL' }));
    expectStatus(201, await service.post(`/users/${userId}/logins`, { method: 'password' }));
    await theirs.mustAct(userId, 'lock', { reason: 'secret of the new one' });

    // The reads of the old account's administrator wait for this later write of theirs.
    await users.mustAct(await account.addUser(), 'lock');
    expect(await users.getUser(userId)).toEqual(frozen);
    expect(await users.listUsers('?status=deleted')).toMatchObject([
      {
        userId,
        lastName: 'Ver',
        locks: [{ reason: 'secret of the old one' }, { reason: 'moved on' }],
        lastLoginAt: null,
      },
    ]);
    expect(await getHistory(userId)).toEqual(history);
    expect(await users.getUser(userId, `?revision=${frozen.revision}`)).toEqual(frozen);
    // Later revisions exist for other accounts only; here they are refused like unknown ones.
    for (const revision of [frozen.revision + 1, frozen.revision + 2, 99])
      expect((await account.administrator.get(users.userPath(userId, `?revision=${revision}`))).body.code).toBe(
        'at.invalid',
      );
    expect(await getAudit(`subject=${userId}`)).toEqual(history);
    expect(await users.listUsers('?search=newname')).toEqual([]);

    const seen = [
      await theirs.getUser(userId),
      await getHistory(userId, '', other),
      await getAudit('limit=200', other.administrator),
      await theirs.getUser(userId, `?at=${now()}`),
    ];
    expect(seen[1]).toMatchObject(
      [
        'user.locked',
        'user.logged-in',
        'user.country-changed',
        'user.renamed',
        'user.unlocked',
        'user.added-to-account',
      ].map((action) => ({ action })),
    );
    expect(JSON.stringify(seen)).not.toMatch(/secret of the old one|moved on/);
    for (const secret of [account.id, account.administratorId]) expect(JSON.stringify(seen)).not.toContain(secret);
    expect((await other.administrator.get(theirs.userPath(userId, '?at=0'))).status).toBe(404);
    expect((await server.operator.get(`/audit?subject=${userId}`)).body.items.length).toBe(history.length + 6);

    // Nor do the responses to a write that changes nothing or is refused reveal later changes to the old account.
    const again = await users.act(userId, 'delete');
    const { etag } = await account.administrator.get(users.userPath(userId));
    expect([again.status, again.body.changed, again.etag]).toEqual([200, false, etag]);
    expect(again.position).toBe(deletedAt);
    expect((await users.act(userId, 'delete', {}, { 'if-match': etag! })).status).toBe(200);
    expect((await users.act(userId, 'delete', {}, { 'if-match': '"0"' })).body).toMatchObject({
      code: 'revision.stale',
      revision: frozen.revision,
    });
  });
});

describe('Rollbook-Position', () => {
  it('LIST-8, HTTP-4: of a write, given to a read as Rollbook-Min-Position, shows the write', async () => {
    for (let round = 0; round < 10; round++) {
      const { position, body } = expectStatus(
        201,
        await server.operator.post(account.path('/users'), newPerson(account.domain)),
      );
      const read = await account.administrator.get(users.userPath(body.userId), {
        'rollbook-min-position': String(position),
      });
      expect(read.status).toBe(200);
      expect(read.position).toBeGreaterThanOrEqual(position);
    }
  });

  it('HTTP-4: of a write that changed nothing is the position of the event on which that was decided', async () => {
    const userId = await account.addUser();
    const first = await users.act(userId, 'lock');
    expect((await users.act(userId, 'lock')).position).toBe(first.position);
    expect(
      (await account.administrator.post(account.path('/users/bulk'), { action: 'lock', userIds: [userId] })).position,
    ).toBe(first.position);
  });

  it('LIST-8: beyond the end of the log is 503 with Retry-After, and an invalid one is 400', async () => {
    const beyond = await account.administrator.get(account.path('/users'), {
      'rollbook-min-position': '999999999999999',
    });
    expect([beyond.status, beyond.body.code, Number(beyond.headers.get('retry-after'))]).toEqual([
      503,
      'projections.behind',
      1,
    ]);
    for (const position of ['-1', 'x', '1.5', '']) {
      expect([
        position,
        (await account.administrator.get(account.path('/users'), { 'rollbook-min-position': position })).status,
      ]).toEqual([position, 400]);
    }
    expect((await account.administrator.get(account.path(`/users/${randomUUID()}/history`))).status).toBe(404);
  });
});
