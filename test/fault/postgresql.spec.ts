import { createDatabase, type TestDatabase } from '../support/database.js';
import { TcpProxy } from '../support/tcp-proxy.js';
import { expectStatus, openTestAccount, startTestServer, type TestServer } from '../support/server.js';

const { DATABASE_URL } = process.env;
if (!DATABASE_URL) console.warn('DATABASE_URL is not set: what a PostgreSQL that hangs or is away does is not tested.');

(DATABASE_URL ? describe : describe.skip)('a server on a PostgreSQL', () => {
  let database: TestDatabase;
  let cable: TcpProxy;
  let test: TestServer;
  beforeAll(async () => {
    database = await createDatabase(DATABASE_URL!);
    cable = await TcpProxy.open(database.url);
    test = await startTestServer({ DATABASE_URL: cable.url });
  });
  afterAll(async () => {
    await test.close();
    await cable.disconnect();
    await database.drop();
  });

  /** Polls the health until it matches. */
  async function untilHealth(expected: object): Promise<void> {
    for (;;) {
      const { body } = await test.operator.get('/health/ready', { 'rollbook-min-position': '0' });
      try {
        return expect(body).toMatchObject(expected);
      } catch {
        continue;
      }
    }
  }

  const outages = [
    ['hangs', 'no-answer', () => cable.pause(), () => cable.resume()],
    ['is away', 'connection-refused', () => cable.disconnect(), () => cable.listen()],
  ] as const;

  it.each(outages)(
    'OPS-12: that %s refuses lists and degrades health, and goes on by itself',
    async (_, code, begin, end) => {
      const account = await openTestAccount(test);
      const userId = await account.addUser();
      expectStatus(200, await account.administrator.get(account.path('/users')));
      await begin();
      const lists = await Promise.all(
        Array.from({ length: 30 }, () =>
          account.administrator.get(account.path('/users'), { 'rollbook-min-position': '0' }),
        ),
      );
      for (const { status, body, headers } of lists)
        expect([status, body.code, headers.get('retry-after')]).toEqual([503, 'read-store.unavailable', '1']);
      expectStatus(200, await account.administrator.post(account.path(`/users/${userId}/lock`), { reason: 'left' }));
      await untilHealth({
        status: 'degraded',
        eventStore: 'ok',
        readStore: 'unavailable',
        problems: [{ store: 'read-store', code }],
      });
      expect((await test.operator.as(undefined).get('/health/ready')).status).toBe(200);
      await end();
      await untilHealth({ status: 'ok', problems: [], projections: { status: 'ok' } });
      expect(
        expectStatus(200, await account.administrator.get(account.path('/users?locked=true'))).body.items,
      ).toMatchObject([{ userId }]);
    },
  );
});
