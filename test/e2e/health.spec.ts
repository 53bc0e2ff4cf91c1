import { pollUntilDefined } from '../support/mail-server.js';
import {
  expectStatus,
  openTestAccount,
  startTestServer,
  issueTokenFor,
  type TestAccount,
  type TestServer,
} from '../support/server.js';

let test: TestServer;
let account: TestAccount;
beforeAll(async () => {
  test = await startTestServer({ METRICS_PORT: '0' });
  account = await openTestAccount(test);
  // Until the read models have caught up, it is degraded.
  await pollUntilDefined(async () => (await test.operator.get('/health/ready')).body.status === 'ok' || undefined);
}, 180_000);
afterAll(() => test.close());

const details = {
  status: 'ok',
  eventStore: 'ok',
  foreignData: { status: 'ok', eventRanges: 0, changedStreams: 0, tamperedStreams: 0, vaultRows: 0, latest: [] },
  readStore: 'ok',
  problems: [],
  projections: {
    status: 'ok',
    position: expect.any(Number),
    head: expect.any(Number),
    failing: null,
    building: [],
    rebuilding: [],
  },
  mails: expect.any(Object),
};

/** Sends a request as a stranger; returns the response without the headers that differ each time. */
async function asStranger(path: string, init?: RequestInit) {
  const { status, headers, ...answer } = await fetch(test.server.url + path, init);
  const told = Object.fromEntries([...headers].filter(([name]) => !['date', 'content-length'].includes(name)));
  return { status, headers: told, ...answer };
}

describe('health', () => {
  it('OPS-1: shows strangers only whether the server works', async () => {
    const stranger = test.operator.as(undefined);
    expect(await stranger.get('/health/live')).toMatchObject({ status: 200, body: { status: 'ok' } });
    const ready = expectStatus(200, await stranger.get('/health/ready'));
    expect(ready.body).toEqual({ status: 'ok' });
    expect(ready.headers.has('rollbook-position')).toBe(false);
  });

  it('OPS-1: shows details to operators only; a wrong token is refused', async () => {
    expect((await test.operator.get('/health/ready')).body).toEqual(details);
    expect((await account.administrator.get('/health/ready')).body).toEqual({ status: 'ok' });
    expectStatus(401, await test.operator.as('rb_wrong').get('/health/ready'));
  });

  it('OPS-1: shows metrics to operators only', async () => {
    expect((await test.operator.get('/metrics')).text).toMatch(/^rollbook_store_available\{store="event-store"\} 1$/m);
    expectStatus(401, await test.operator.as(undefined).get('/metrics'));
    expectStatus(403, await account.administrator.get('/metrics'));
    const service = await test.operator.post('/access-tokens', {
      kind: 'service',
      name: 'scraper',
      scopes: ['accounts:open'],
      expiresAt: new Date(Date.now() + 3_600_000).toISOString(),
    });
    expectStatus(403, await test.operator.as(service.body.token).get('/metrics'));
    expectStatus(
      403,
      await test.operator.as(await issueTokenFor(test.operator, account.administratorId)).get('/metrics'),
    );
  });

  it('OPS-1: shows everything on the second listener without a token, and serves nothing else there', async () => {
    const get = (path: string, method = 'GET') => fetch(test.server.metricsUrl! + path, { method });
    expect(new URL(test.server.metricsUrl!).hostname).toBe('127.0.0.1');
    expect(await (await get('/health/ready')).json()).toEqual(details);
    expect(await (await get('/health/live')).json()).toEqual({ status: 'ok' });
    const metrics = await get('/metrics');
    expect([metrics.status, metrics.headers.get('content-type')]).toEqual([
      200,
      'text/plain; version=0.0.4; charset=utf-8',
    ]);
    expect(await metrics.text()).toMatch(/^rollbook_projection_lag_positions \d+$/m);
    expect((await get('/api/v1/me')).status).toBe(404);
    const posted = await get('/metrics', 'POST');
    expect([posted.status, posted.headers.get('allow')]).toEqual([405, 'GET, HEAD']);
  });
});

describe('a stranger', () => {
  it('HTTP-4: cannot learn from a public route whether the log has grown', async () => {
    const { head } = (await test.operator.get('/health/ready')).body.projections;
    const context = ['/health/live', '/health/ready', '/api/v1/installation', '/api/docs/openapi.json', '/'];
    const guessing = (email: string) => ({
      method: 'POST',
      headers: { 'content-type': 'application/json', origin: test.server.url },
      body: JSON.stringify({ email, password: 'wrong horse battery' }),
    });
    for (const path of context) {
      const ahead = { headers: { 'rollbook-min-position': String(head + 1_000_000) } };
      expect({ path, ...(await asStranger(path, ahead)) }).toMatchObject({ path, status: 200 });
      expect((await asStranger(path)).headers).not.toHaveProperty('rollbook-position');
    }
    const guess = guessing('nobody@nowhere.example');
    const waiting = { ...guess, headers: { ...guess.headers, 'rollbook-min-position': String(head + 1_000_000) } };
    expect(await asStranger('/api/v1/login', waiting)).toEqual(await asStranger('/api/v1/login', guess));
  });
});
