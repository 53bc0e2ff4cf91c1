import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PasswordChecks } from '#libs/access';
import { startServerProcess } from '../support/server-process.js';
import { expectStatus, openTestAccount, startTestServer, type TestServer } from '../support/server.js';

let test: TestServer;
beforeAll(async () => void (test = await startTestServer({ TRUST_PROXY: '127.0.0.0/8,fd00::/8' })));
afterAll(() => test.close());

/** Makes three logins fail with the `X-Forwarded-For` that `from` returns; returns as how many sources they count. */
async function countSources(from: (nth: number) => string): Promise<number> {
  const sources = new Set<string>();
  const checks = test.server.app.get(PasswordChecks);
  const check = checks.check.bind(checks);
  checks.check = (attempt, compare) => {
    sources.add(attempt.source);
    return check(attempt, compare);
  };
  const guess = (nth: number) =>
    test.operator
      .inBrowser()
      .post('/login', { email: `nobody-${nth}@nowhere.example`, password: 'wrong' }, { 'x-forwarded-for': from(nth) });
  for (const reply of await Promise.all([1, 2, 3].map(guess))) expectStatus(401, reply);
  checks.check = check;
  return sources.size;
}

describe('behind a proxy', () => {
  it.each([
    ['that adds ports', (nth: number) => `203.0.113.1:${40_000 + nth}`],
    ['that adds ports to IPv6', (nth: number) => `[2001:db8:1::1]:${40_000 + nth}`],
    ['with a client that owns a /64', (nth: number) => `2001:db8:2::${nth}:1`],
    ['with a client that writes a header of its own', (nth: number) => `198.51.100.${nth}, 203.0.113.2`],
    ['behind another proxy that adds ports', (nth: number) => `198.51.100.${nth}, 203.0.113.3, [fd00::1]:${nth}`],
    ['that sometimes writes IPv4 as IPv6', (nth: number) => (nth % 2 ? '::ffff:203.0.113.4' : '203.0.113.4')],
    ['that forwards no address', (nth: number) => `unknown-${nth}`],
  ])('LOGIN-11: failures from one source count together, by a proxy %s', async (_, from) =>
    expect(await countSources(from)).toBe(1),
  );

  it('LOGIN-11: failures from several sources do not count together', async () =>
    expect(await countSources((nth) => `203.0.114.${nth}`)).toBe(3));
});

describe('behind a proxy', () => {
  it.each([
    ['203.0.113.50:5678', '203.0.113.50'],
    ['[2001:DB8::50]:5678', '2001:db8::50'],
    ['::ffff:203.0.113.50', '203.0.113.50'],
  ])('OPS-9: the audit shows %s as %s', async (forwardedFor, ip) => {
    const account = await openTestAccount(test);
    const email = `somebody@${account.id}.example`;
    const { userId } = expectStatus(
      201,
      await test.operator.post(
        account.path('/users'),
        { email, firstName: 'Ann', lastName: 'Lee', country: 'US' },
        { 'x-forwarded-for': forwardedFor },
      ),
    ).body;
    const { items } = expectStatus(200, await test.operator.get(`/audit?subject=${userId}`)).body;
    expect(items.map((item: { ip: string }) => item.ip)).toEqual([ip]);
  });
});

it('OPS-9: a server without TRUST_PROXY warns once when a request seems to come through a proxy', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'rollbook-'));
  const server = await startServerProcess(directory);
  try {
    const get = (headers: Record<string, string> = {}) => fetch(`${server.url}/health/live`, { headers });
    await get();
    expect(server.output()).not.toContain('TRUST_PROXY');
    for (let nth = 0; nth < 3; nth++) await get({ 'x-forwarded-for': '203.0.113.1' });
  } finally {
    await server.end('SIGTERM');
    rmSync(directory, { recursive: true, force: true });
  }
  expect(server.output().match(/TRUST_PROXY/g)).toHaveLength(2);
  expect(server.output()).not.toContain('203.0.113.1');
});
