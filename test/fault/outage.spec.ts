import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startEmbeddedEventStore, type EmbeddedEventStore } from '#libs/embedded-eventstore';
import { Cable } from '../support/cable.js';
import { expectStatus, openTestAccount, startTestServer, type TestAccount, type TestServer } from '../support/server.js';
import type { Reply } from '../support/api.js';

const directory = mkdtempSync(join(tmpdir(), 'rollbook-outage-'));
let node: EmbeddedEventStore;
let cable: Cable;
let server: TestServer;
let account: TestAccount;

beforeAll(async () => {
  node = await startEmbeddedEventStore({ directory });
  cable = await Cable.to(node.url);
  server = await startTestServer({ EVENTSTORE_URL: cable.url });
  account = await openTestAccount(server);
});

afterAll(async () => {
  await server.close();
  await cable.cut();
  await node.close();
  rmSync(directory, { recursive: true, force: true });
});

/** Asks until it gets this status: what comes back by itself comes back without being told. */
async function until(status: number, ask: () => Promise<Reply>): Promise<Reply> {
  for (;;) {
    const reply = await ask();
    if (reply.status === status) return reply;
    expect(reply.status).toBe(503);
  }
}

describe('with the event store away', () => {
  it('OPS-10: refuses with 503 and Retry-After, and comes back by itself', async () => {
    const { administrator: api } = account;
    const userId = await account.add();
    await api.get(account.path('/users'));
    const lock = { reason: 'left' };
    const key = { 'idempotency-key': randomUUID() };

    await cable.cut();
    const login = () => server.operator.inBrowser().post('/login', { email: 'nobody@nowhere.example', password: 'correct horse battery' });
    const [refused, ready, ...logins] = await Promise.all([
      api.post(account.path(`/users/${userId}/lock`), lock, key),
      server.operator.get('/health/ready'),
      ...Array.from({ length: 20 }, login),
    ]);
    expect(new Set(logins.map(({ status }) => status))).toEqual(new Set([503]));
    expect(refused.body).toMatchObject({ status: 503, code: 'event-store.unavailable' });
    expect(refused.headers.get('retry-after')).toBe('1');
    expect(ready.status).toBe(503);
    expect((await server.operator.get('/health/live')).status).toBe(200);

    await cable.mend();
    const locked = await until(200, () => api.post(account.path(`/users/${userId}/lock`), lock, key));
    expect(locked.body).toMatchObject({ status: 'active', changed: true });
    const again = expectStatus(200, await api.post(account.path(`/users/${userId}/lock`), lock, key));
    expect(again.body).toEqual(locked.body);
    // Seen by the projections, whose subscription was cut too.
    const list = await until(200, () => api.get(account.path('/users?locked=true')));
    expect(list.body.items).toMatchObject([{ userId }]);
    expect((await until(200, () => server.operator.get('/health/ready'))).body.status).toBe('ok');
    // An outage is no failed login.
    expect((await login()).body.code).toBe('login.failed');
  });

  it('HTTP-2: completes with the same key what it had begun', async () => {
    const { operator } = server;
    const domain = `${randomUUID().slice(0, 8)}.example`;
    const body = { name: 'Begun', domains: [domain], administrator: { email: `ada@${domain}`, firstName: 'Ada', lastName: 'Lovelace', country: 'GB' } };
    const key = { 'idempotency-key': randomUUID() };
    const opening = operator.post('/accounts', body, key);
    // Pulled while the workflow is on its way through its streams: at which step does not matter.
    await new Promise((resolve) => setImmediate(resolve));
    await cable.cut();
    const first = await opening;
    await cable.mend();
    const opened = first.status === 201 ? first : await until(201, () => operator.post('/accounts', body, key));
    const found = await until(200, () => operator.get(`/accounts/${opened.body.accountId}`));
    expect(found.body).toMatchObject({ name: 'Begun', domains: [domain], administrators: [opened.body.administratorId] });
    const users = await operator.get(`/accounts/${opened.body.accountId}/users`);
    expect(users.body.items).toMatchObject([{ userId: opened.body.administratorId, roles: ['administrator'] }]);
  });
});
