import { readFileSync } from 'node:fs';
import { runDemo, type DemoReport } from '../demo/run-demo.js';
import { startTestServer, type TestServer } from '../support/server.js';

let server: TestServer;
let report: DemoReport;

beforeAll(async () => {
  server = await startTestServer();
  const token = readFileSync(server.server.operatorToken, 'utf8').trim();
  report = await runDemo({ url: server.server.url, token, users: 60, seed: 1 });
});
afterAll(() => server.close());

const path = (rest: string) => `/accounts/${report.accounts[0]!.id}${rest}`;

/** Returns the items of a list as soon as the read models show everything that was written before. */
async function itemsOf(list: string) {
  const head = (await server.operator.get('/health/ready')).body.projections.head;
  return (await server.operator.get(list, { 'rollbook-min-position': String(head) })).body.items as unknown[];
}

describe('the demo', () => {
  it('creates the given number of users', () => {
    expect(report.counts.get('accounts opened')).toBe(12);
    expect(report.accounts.reduce((sum, { users }) => sum + users, 0)).toBe(60);
    expect(12 + report.counts.get('added')! + report.counts.get('registered')!).toBe(60);
  });

  it.each([
    '/users',
    '/users?status=pending',
    '/users?status=rejected',
    '/users?status=deleted',
    '/users?locked=true',
    '/users?role=administrator',
    '/users?role=co-administrator',
    '/users?role=auditor',
    '/users?lastLoginBefore=2000-01-01',
    '/pending-approvals',
  ])('fills the list %s of its largest account', async (list) => {
    expect((await itemsOf(path(list))).length).toBeGreaterThan(0);
  });

  it.each([
    '/accounts',
    '/access-tokens',
    '/audit?action=user.locked&action=user.deleted',
    '/audit?action=user.logged-in',
  ])('fills the list %s', async (list) => {
    expect((await itemsOf(list)).length).toBeGreaterThan(0);
  });

  it('records logins at different times, and locks by administrators of the account', async () => {
    const { items } = (await server.operator.get(path('/users?sort=-lastLoginAt&limit=200'))).body;
    const days = new Set(
      items
        .filter(({ lastLoginAt }: { lastLoginAt: string | null }) => lastLoginAt)
        .map(({ lastLoginAt }: { lastLoginAt: string }) => lastLoginAt.slice(0, 10)),
    );
    expect(days.size).toBeGreaterThan(2);
    const locks = (await server.operator.get(`/audit?action=user.locked&accountId=${report.accounts[0]!.id}`)).body
      .items;
    expect(locks.every(({ actor }: { actor: { kind: string } }) => actor.kind === 'user')).toBe(true);
  });

  it('can be run again', async () => {
    const token = readFileSync(server.server.operatorToken, 'utf8').trim();
    const again = await runDemo({ url: server.server.url, token, users: 20, seed: 1 });
    expect(again.accounts).toHaveLength(12);
  });
});
