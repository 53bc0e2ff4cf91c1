import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sql } from 'kysely';
import { startEmbeddedEventStore, type EmbeddedEventStore } from '#libs/embedded-eventstore';
import { ReadStore } from '#libs/read-store';
import { Api, type ApiResponse } from '../support/api.js';
import { TcpProxy } from '../support/tcp-proxy.js';
import { startServerProcess } from '../support/server-process.js';
import {
  expectStatus,
  openTestAccount,
  startTestServer,
  type TestAccount,
  type TestServer,
} from '../support/server.js';

const directory = mkdtempSync(join(tmpdir(), 'rollbook-outage-'));
let node: EmbeddedEventStore;
let cable: TcpProxy;
let server: TestServer;
let account: TestAccount;

beforeAll(async () => {
  node = await startEmbeddedEventStore({ directory });
  cable = await TcpProxy.open(node.url);
  server = await startTestServer({ EVENTSTORE_URL: cable.url });
  account = await openTestAccount(server);
});

afterAll(async () => {
  await server.close();
  await cable.disconnect();
  await node.close();
  rmSync(directory, { recursive: true, force: true });
});

/** Polls the health until it matches. */
async function untilHealth({ operator }: TestServer, expected: object): Promise<void> {
  for (;;) {
    const { body } = await operator.get('/health/ready', { 'rollbook-min-position': '0' });
    try {
      return expect(body).toMatchObject(expected);
    } catch {
      continue;
    }
  }
}

/** Repeats a request until it has this status; before, it must be 503. */
async function until(status: number, ask: () => Promise<ApiResponse>): Promise<ApiResponse> {
  for (;;) {
    const reply = await ask();
    if (reply.status === status) return reply;
    expect(reply.status).toBe(503);
  }
}

describe('while the event store is unavailable', () => {
  it('OPS-10: refuses with 503 and Retry-After, and recovers by itself', async () => {
    const { administrator: api } = account;
    const userId = await account.addUser();
    await api.get(account.path('/users'));
    const lock = { reason: 'left' };
    const key = { 'idempotency-key': randomUUID() };

    await cable.disconnect();
    // Different addresses, because the attempts for one address wait for each other.
    const login = (nth: number) =>
      server.operator
        .inBrowser()
        .post('/login', { email: `nobody-${nth}@nowhere.example`, password: 'correct horse battery' });
    const [refused, ...logins] = await Promise.all([
      api.post(account.path(`/users/${userId}/lock`), lock, key),
      ...Array.from({ length: 20 }, (_, nth) => login(nth)),
    ]);
    expect(new Set(logins.map(({ status }) => status))).toEqual(new Set([503]));
    expect(refused.body).toMatchObject({ status: 503, code: 'event-store.unavailable' });
    expect(refused.headers.get('retry-after')).toBe('1');
    const ready = await server.operator.as(undefined).get('/health/ready');
    expect([ready.status, ready.body]).toEqual([503, { status: 'unavailable' }]);
    expect((await server.operator.get('/health/live')).status).toBe(200);

    await cable.listen();
    const locked = await until(200, () => api.post(account.path(`/users/${userId}/lock`), lock, key));
    expect(locked.body).toMatchObject({ status: 'active', changed: true });
    const again = expectStatus(200, await api.post(account.path(`/users/${userId}/lock`), lock, key));
    expect(again.body).toEqual(locked.body);
    // The projections, whose subscription was interrupted too, have seen it.
    const list = await until(200, () => api.get(account.path('/users?locked=true')));
    expect(list.body.items).toMatchObject([{ userId }]);
    await untilHealth(server, { status: 'ok' });
    // An outage does not count as a failed login.
    expect((await login(0)).body.code).toBe('login.failed');
  });

  it('HTTP-2: completes an interrupted command when it is sent again with the same key', async () => {
    const { operator } = server;
    const domain = `${randomUUID().slice(0, 8)}.example`;
    const body = {
      name: 'Begun',
      domains: [domain],
      administrator: { email: `ada@${domain}`, firstName: 'Ada', lastName: 'Lovelace', country: 'GB' },
    };
    const key = { 'idempotency-key': randomUUID() };
    const opening = operator.post('/accounts', body, key);
    // The connection breaks in the middle of the workflow; the step does not matter.
    await new Promise((resolve) => setImmediate(resolve));
    await cable.disconnect();
    const first = await opening;
    await cable.listen();
    const opened = first.status === 201 ? first : await until(201, () => operator.post('/accounts', body, key));
    const found = await until(200, () => operator.get(`/accounts/${opened.body.accountId}`));
    expect(found.body).toMatchObject({
      name: 'Begun',
      domains: [domain],
      administrators: [opened.body.administratorId],
    });
    const users = await operator.get(`/accounts/${opened.body.accountId}/users`);
    expect(users.body.items).toMatchObject([{ userId: opened.body.administratorId, roles: ['administrator'] }]);
  });
});

it('OPS-14: the log says once that a store is unavailable, with the reason, and once that it is available again', async () => {
  const home = mkdtempSync(join(tmpdir(), 'rollbook-'));
  const watched = await startServerProcess(home, { EVENTSTORE_URL: cable.url, EVENTSTORE_NAMESPACE: 'watched' });
  const api = new Api(watched.url, watched.token);
  const mine = async (status: number) => {
    while ((await api.get('/me')).status !== status);
  };
  const lines = (what: RegExp) => watched.output().match(what)?.length ?? 0;
  await mine(200);
  await cable.disconnect();
  await mine(503);
  // The projections and the mail process retry many times meanwhile.
  for (let attempt = 0; attempt < 20; attempt++) expect((await api.get('/me')).status).toBe(503);
  await cable.listen();
  await mine(200);
  while (lines(/The event store is available again/g) === 0) await api.get('/me');
  await watched.end('SIGTERM');
  expect(watched.output()).toMatch(/The event store is not available \(connection-(refused|closed)\): /);
  expect(lines(/The event store is available again/g)).toBe(1);
  // At most one line for each reason: a connection breaks before it is refused.
  expect(lines(/The event store is not available/g)).toBeLessThanOrEqual(2);
  expect(watched.output()).not.toMatch(/can not be projected|can not be determined|unexpected error/);
  expect(watched.output()).not.toContain(new URL(cable.url).password);
  rmSync(home, { recursive: true, force: true });
});

describe('while the read store is unavailable', () => {
  it('OPS-2: health is degraded, lists are refused with Retry-After, commands work, and it recovers by itself', async () => {
    const slow = await startTestServer({ QUERY_TIMEOUT: '1', BATCH_TIMEOUT: '10', DATABASE_URL: '' });
    const there = await openTestAccount(slow);
    const userId = await there.addUser();
    expectStatus(200, await there.administrator.get(there.path('/users')));
    // An endless query keeps the thread of the embedded store busy.
    const endless = sql`select count(*) from generate_series(1, 100000000000)`.execute(
      slow.server.app.get(ReadStore).db,
    );
    await expect(endless).rejects.toMatchObject({ code: 'read-store.unavailable' });
    const list = expectStatus(
      503,
      await there.administrator.get(there.path('/users'), { 'rollbook-min-position': '0' }),
    );
    expect([list.body.code, list.headers.get('retry-after')]).toEqual(['read-store.unavailable', '1']);
    await untilHealth(slow, {
      status: 'degraded',
      eventStore: 'ok',
      readStore: 'unavailable',
      problems: [{ store: 'read-store', code: 'no-answer' }],
    });
    const ready = await slow.operator.as(undefined).get('/health/ready');
    expect([ready.status, ready.body]).toEqual([200, { status: 'degraded' }]);
    expectStatus(200, await there.administrator.post(there.path(`/users/${userId}/lock`), { reason: 'left' }));
    await untilHealth(slow, { status: 'ok', problems: [], projections: { status: 'ok' } });
    expect(
      (await until(200, () => there.administrator.get(there.path('/users?locked=true')))).body.items,
    ).toMatchObject([{ userId }]);
    await slow.close();
  }, 180_000);
});
