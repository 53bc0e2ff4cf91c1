import { mkdtempSync, rmSync } from 'node:fs';
import { createServer as createHttpServer } from 'node:http';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startEmbeddedEventStore, type EmbeddedEventStore } from '#libs/embedded-eventstore';
import { EventStore } from '#libs/event-store';
import type { StoreProblem } from '#libs/kernel';
import { openReadStore } from '#libs/read-store';

const directory = mkdtempSync(join(tmpdir(), 'store-problems-'));
const password = 'walnut-secret-4711';
let node: EmbeddedEventStore;
let inClear: EmbeddedEventStore;
const servers: Server[] = [];
const portOf = (server: Server): number => (server.address() as AddressInfo).port;
const closedPort = async (): Promise<number> => {
  const server = await listen(createServer());
  const port = portOf(server);
  await new Promise((resolve) => server.close(resolve));
  return port;
};

function listen(server: Server): Promise<Server> {
  servers.push(server);
  return new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(server)));
}

beforeAll(async () => {
  node = await startEmbeddedEventStore({ directory: join(directory, 'tls') });
  inClear = await startEmbeddedEventStore({ directory: join(directory, 'clear'), insecure: true });
});
afterAll(async () => {
  await node.close();
  await inClear.close();
  for (const server of servers) server.close();
  rmSync(directory, { recursive: true });
});

/** Calls an event store and returns the last problem that it reported to its observer. */
async function eventStoreProblem(url: string): Promise<StoreProblem> {
  const told: StoreProblem[] = [];
  const observer = { failed: (problem: StoreProblem) => void told.push(problem), recovered: () => {} };
  const keys = { findOrCreateKey: () => Buffer.alloc(32), findKeys: async () => new Map() };
  const store = new EventStore({
    url,
    namespace: 'test',
    catalogue: {},
    keys: keys as never,
    limits: { silenceMs: 300 },
    observer,
  });
  try {
    await expect(store.lastPosition()).rejects.toMatchObject({ code: 'event-store.unavailable', kind: 'unavailable' });
  } finally {
    await store.close().catch(() => {});
  }
  return told.at(-1)!;
}

describe('OPS-14: the reason why an event store can not be used', () => {
  const port = (url: string) => new URL(url).port;
  const cases: Record<string, [code: string, url: () => string | Promise<string>]> = {
    'nothing listens': ['connection-refused', async () => `esdb://localhost:${await closedPort()}?tls=false`],
    'no such host': ['host-unknown', () => 'esdb://no-such-host.invalid:2113'],
    'tlsCAFile is left out': ['certificate-untrusted', () => node.url.replace(/\?.*/, '')],
    'the certificate is for another host': [
      'certificate-wrong-host',
      () => node.url.replace('@localhost', '@127.0.0.1'),
    ],
    'the password is wrong': ['access-denied', () => node.url.replace(new URL(node.url).password, password)],
    'TLS against a server in clear': [
      'tls-not-spoken',
      () => `esdb://admin:${password}@localhost:${port(inClear.url)}`,
    ],
    'in clear against a server with TLS': ['connection-closed', () => `esdb://localhost:${port(node.url)}?tls=false`],
    'a web server': [
      'not-an-event-store',
      async () => `esdb://localhost:${portOf(await listen(createHttpServer()))}?tls=false`,
    ],
    'a cluster of which no node answers': [
      'no-cluster-node',
      async () =>
        `esdb://localhost:${await closedPort()},localhost:${await closedPort()}?tls=false&maxDiscoverAttempts=1`,
    ],
    'it does not answer': [
      'no-answer',
      async () => `esdb://localhost:${portOf(await listen(createServer()))}?tls=false`,
    ],
  };
  it.each(Object.entries(cases))('%s', async (_, [code, url]) => {
    const problem = await eventStoreProblem(await url());
    expect(problem).toMatchObject({ kind: 'away', code });
    expect(problem.detail).toMatch(/^[a-z].+\.$/);
    expect(JSON.stringify(problem)).not.toContain(password);
  });

  it('is reported for a wrong URL without quoting it', () => {
    const open = (url: string) => () => new EventStore({ url, namespace: 'test', catalogue: {}, keys: {} as never });
    expect(open(`esdb://admin:${password}`)).toThrow('not a URL of an event store (esdb://host:port)');
    expect(open(`esdb://admin:${password}@localhost?tlsCAFile=/no/such/file`)).toThrow(
      'names a certificate or key file that is not there',
    );
  });

  it('OPS-16: is the same for kurrentdb:// as for esdb://', async () => {
    expect(await eventStoreProblem(`kurrentdb://localhost:${await closedPort()}?tls=false`)).toMatchObject({
      code: 'connection-refused',
    });
    expect(
      await eventStoreProblem(`kurrentdb+discover://localhost:${await closedPort()}?tls=false&maxDiscoverAttempts=1`),
    ).toMatchObject({ code: 'no-cluster-node' });
  });
});

/** Starts a server that answers the first message of each connection, then closes it. */
const startAnsweringServer = (answer: Buffer | undefined) =>
  listen(
    createServer(
      (socket: Socket) =>
        void socket.once('data', () => (answer ? socket.end(answer) : undefined)).on('error', () => {}),
    ),
  );

/** Returns an ErrorResponse of PostgreSQL's protocol. */
function errorResponse(state: string): Buffer {
  const fields = Buffer.from(`SFATAL\0C${state}\0Mnothing to see\0\0`);
  const head = Buffer.from([0x45, 0, 0, 0, 0]);
  head.writeInt32BE(fields.length + 4, 1);
  return Buffer.concat([head, fields]);
}

describe('OPS-14: the reason why a PostgreSQL server can not be used', () => {
  const at = async (answer: Buffer | undefined, query = '') =>
    `postgres://rollbook:${password}@127.0.0.1:${portOf(await startAnsweringServer(answer))}/rollbook${query}`;
  const cases: Record<string, [code: string, url: () => Promise<string>]> = {
    'nothing listens': [
      'connection-refused',
      async () => `postgres://rollbook:${password}@localhost:${await closedPort()}/rollbook`,
    ],
    'no such host': ['host-unknown', async () => `postgres://rollbook:${password}@no-such-host.invalid/rollbook`],
    'it does not speak TLS': ['tls-not-spoken', () => at(Buffer.from('N'), '?sslmode=verify-full')],
    'the password is wrong': ['access-denied', () => at(errorResponse('28P01'))],
    'the database does not exist': ['database-missing', () => at(errorResponse('3D000'))],
    'it is starting': ['starting', () => at(errorResponse('57P03'))],
    'it has no connection left': ['too-many-connections', () => at(errorResponse('53300'))],
    'it does not answer': ['no-answer', () => at(undefined)],
  };
  it.each(Object.entries(cases))('%s', async (_, [code, url]) => {
    const told: StoreProblem[] = [];
    const observer = { failed: (problem: StoreProblem) => void told.push(problem), recovered: () => {} };
    const log = { installation: 'one', namespace: 'rollbook', restored: '' };
    const opening = openReadStore({ directory, databaseUrl: await url(), log, limits: { queryMs: 400 }, observer });
    await expect(opening).rejects.toMatchObject({ code: 'read-store.unavailable', problem: { code } });
    expect(told.at(-1)).toMatchObject({ kind: 'away', code });
    expect(JSON.stringify(told)).not.toContain(password);
  });

  it('is reported for a wrong URL without quoting it', async () => {
    const open = (databaseUrl: string) =>
      openReadStore({ directory, databaseUrl, log: { installation: 'one', namespace: 'rollbook', restored: '' } });
    await expect(open(`postgres://rollbook:${password}@localhost/rollbook?sslrootcert=/no/such/file`)).rejects.toThrow(
      'DATABASE_URL names a certificate or key file that is not there',
    );
  });
});
