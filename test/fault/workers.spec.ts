import { execFileSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { request, type IncomingMessage } from 'node:http';
import { createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { Api, type ApiResponse } from '../support/api.js';
import { startEventStoreProcess, type EventStoreProcess } from '../support/event-store-process.js';
import { pollUntilDefined } from '../support/mail-server.js';
import { PostgresqlProcess, hasPostgresql } from '../support/postgresql-process.js';
import { runProgram, startServerProcess, type ServerProcess } from '../support/server-process.js';
import { newDirectory, startRefusal } from '../support/start-refusal.js';

if (!hasPostgresql) console.warn('PostgreSQL is not installed: workers are not tested.');

(hasPostgresql ? describe : describe.skip)('workers behind one port', () => {
  const directory = newDirectory();
  let node: EventStoreProcess;
  let postgresql: PostgresqlProcess;
  let settings: Record<string, string>;
  let monitoring: string;
  let server: ServerProcess;
  let token: string;
  let api: Api;
  let users: string;

  beforeAll(async () => {
    node = await startEventStoreProcess(newDirectory());
    postgresql = await PostgresqlProcess.start();
    const metricsPort = await freePort();
    monitoring = `http://127.0.0.1:${metricsPort}`;
    settings = {
      EVENTSTORE_URL: node.url,
      DATABASE_URL: postgresql.url,
      STATE_URL: postgresql.url,
      VAULT_KEY: '5'.repeat(64),
      MAIL_DIR: newDirectory(),
      WORKERS: '2',
    };
    server = await startServerProcess(directory, { ...settings, METRICS_PORT: String(metricsPort) });
    expect(runProgram('dist/apps/server/src/operator-token.js', { ...settings, DATA_DIR: directory })).toMatchObject({
      status: 0,
    });
    token = readFileSync(join(directory, 'operator-token'), 'utf8').trim();
    api = new Api(server.url, token);
    const administrator = { email: 'ada@workers.example', firstName: 'Ada', lastName: 'Lovelace', country: 'GB' };
    const account = { name: 'Workers', domains: ['workers.example'], administrator };
    users = `/accounts/${(await api.post('/accounts', account)).body.accountId}/users`;
  }, 120_000);

  afterAll(async () => {
    await server.end('SIGKILL');
    postgresql.remove();
    await node.kill();
  });

  /** Adds a user, again with the same key if the worker dies before it answers. Returns the id. */
  async function addUser(): Promise<string> {
    const person = { ...grace, email: `${randomUUID()}@workers.example` };
    const headers = { 'idempotency-key': randomUUID() };
    for (;;) {
      try {
        const added = await Promise.race([api.send('POST', users, person, headers), pause(5_000)]);
        if (added) return idOf(added);
      } catch (error) {
        if (!/fetch failed|terminated|other side closed/.test((error as Error).message)) throw error;
      }
      await pause(20);
    }
  }

  /** Sends the head of a request and waits until a worker has it. Returns a function that sends the body and returns the status. */
  async function beginToAddUser(): Promise<() => Promise<number>> {
    const body = JSON.stringify({ ...grace, email: `${randomUUID()}@workers.example` });
    const sent = request(`${server.url}/api/v1${users}`, {
      method: 'POST',
      agent: false,
      headers: {
        authorization: `Bearer ${token}`,
        'content-type': 'application/json',
        'content-length': Buffer.byteLength(body),
        expect: '100-continue',
      },
    });
    sent.flushHeaders();
    await once(sent, 'continue');
    return async () => {
      sent.end(body);
      const [answer] = (await once(sent, 'response')) as [IncomingMessage];
      answer.resume();
      return answer.statusCode!;
    };
  }

  /** Waits until two workers serve, without those that were killed. Returns the ids of their processes. */
  const untilTwoServe = (...killed: number[]): Promise<number[]> =>
    pollUntilDefined(async () => {
      const found = workersOf(server);
      const isComplete = found.length === 2 && !found.some((id) => killed.includes(id));
      return isComplete && valueOf(await scrape(), 'rollbook_workers') === 2 ? found : undefined;
    });

  const untilAvailable = (path: string): Promise<number> =>
    pollUntilDefined(async () => {
      const { status } = await api.get(path);
      return status === 503 ? undefined : status;
    });

  const scrape = async (): Promise<string> => (await fetch(`${monitoring}/metrics`)).text();

  it('OPS-25: have their metrics added up, also those of a worker that has ended', async () => {
    const [first] = await untilTwoServe();
    await Promise.all(Array.from({ length: 24 }, addUser));
    const before = await scrape();
    expect(valueOf(before, added)).toBe(24);
    // They share the vault, so it is available once.
    expect(valueOf(before, 'rollbook_store_available{store="vault"}')).toBe(1);
    process.kill(first!, 'SIGKILL');
    await untilTwoServe(first!);
    expect(valueOf(await scrape(), added)).toBe(24);
  }, 60_000);

  it('OPS-25: are replaced while requests go on', async () => {
    // Each dies once: if only one served the port, no request would go on.
    for (const id of await untilTwoServe()) {
      let isReplaced = false;
      const ids: string[] = [];
      const work = async (until: () => boolean) => {
        while (!until()) ids.push(await addUser());
      };
      const working = Promise.all(Array.from({ length: 4 }, () => work(() => isReplaced)));
      process.kill(id, 'SIGKILL');
      await addUser();
      await untilTwoServe(id);
      isReplaced = true;
      await working;
      // Until another worker has the lease of the one that was killed, the read models are behind (503).
      for (const userId of ids) expect(await untilAvailable(`${users}/${userId}`)).toBe(200);
    }
    await pollUntilDefined(async () => {
      const { status } = (await (await fetch(`${monitoring}/health/ready`)).json()) as { status: string };
      return status === 'ok' ? true : undefined;
    });
  }, 120_000);

  it('OPS-25: print one line if they can not start', () => {
    const { port } = new URL(server.url);
    const refusal = startRefusal({ ...settings, DATA_DIR: newDirectory(), PORT: port });
    expect(refusal).toBe(`rollbook: Port ${port} on 127.0.0.1 is taken: set PORT to another.`);
    expect(startRefusal({ ...settings, DATA_DIR: directory })).toContain('is in use by another process.');
  }, 60_000);

  it('OPS-25: finish their requests at a stop, and leave no process', async () => {
    const ids = await untilTwoServe();
    const begun = await Promise.all(Array.from({ length: 4 }, () => beginToAddUser()));
    const ended = server.end('SIGTERM');
    await pollUntilDefined(() =>
      // A connection that no worker takes any more is not answered.
      fetch(`${server.url}/health/live`, { signal: AbortSignal.timeout(1_000) }).then(
        () => undefined,
        () => true,
      ),
    );
    expect(await Promise.all(begun.map((finish) => finish()))).toEqual([201, 201, 201, 201]);
    expect(await ended).toBe(0);
    expect(ids.filter(isAlive)).toEqual([]);
  }, 60_000);

  it('OPS-25: are killed if they do not end, and end with their primary process', async () => {
    server = await startServerProcess(directory, { ...settings, METRICS_PORT: new URL(monitoring).port });
    const [first] = await untilTwoServe();
    process.kill(first!, 'SIGSTOP');
    // The other one answers.
    expect((await fetch(`${monitoring}/health/ready`)).status).toBe(200);
    expect(await server.end('SIGTERM')).toBe(1);
    expect(isAlive(first!)).toBe(false);

    server = await startServerProcess(directory, { ...settings, METRICS_PORT: new URL(monitoring).port });
    const ids = await untilTwoServe();
    await server.end('SIGKILL');
    await pollUntilDefined(async () => (ids.some(isAlive) ? undefined : true));
  }, 120_000);
});

const grace = { firstName: 'Grace', lastName: 'Hopper', country: 'US' };
const added = 'rollbook_commands_total{command="AddUser",outcome="done"}';

function idOf({ status, text, body }: ApiResponse): string {
  if (status !== 201) throw new Error(`${status} ${text}`);
  return body.userId as string;
}

function valueOf(metrics: string, name: string): number {
  return Number(
    metrics
      .split('\n')
      .find((line) => line.startsWith(`${name} `))
      ?.split(' ')
      .at(-1),
  );
}

function isAlive(id: number): boolean {
  try {
    return process.kill(id, 0);
  } catch {
    return false; // no such process
  }
}

/** Returns the ids of the processes that a server has started. */
function workersOf({ child }: ServerProcess): number[] {
  return execFileSync('ps', ['-o', 'pid=', '--ppid', String(child.pid)], { encoding: 'utf8' })
    .split('\n')
    .flatMap((id) => (id.trim() ? [Number(id)] : []));
}

async function freePort(): Promise<number> {
  const holder = createServer().listen(0, '127.0.0.1');
  await once(holder, 'listening');
  const { port } = holder.address() as AddressInfo;
  holder.close();
  await once(holder, 'close');
  return port;
}
