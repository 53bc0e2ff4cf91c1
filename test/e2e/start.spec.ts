import { randomBytes } from 'node:crypto';
import { spawn } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Agent, get } from 'node:http';
import { startEmbeddedEventStore } from '#libs/embedded-eventstore';
import { Api } from '../support/api.js';
import { defaults, run, startProcess, type ServerProcess } from '../support/process.js';
import { expectStatus } from '../support/server.js';

const main = 'dist/apps/server/src/main.js';
const directories: string[] = [];

afterAll(() => directories.forEach((directory) => rmSync(directory, { recursive: true, force: true })));

function newDirectory(): string {
  const directory = mkdtempSync(join(tmpdir(), 'rollbook-'));
  directories.push(directory);
  return directory;
}

/** Starts where it can't; the one line that it says. */
function refusal(environment: Record<string, string>): string {
  const { status, output } = run(main, { PORT: '0', LOG_LEVEL: 'log', ...environment });
  const said = output.split('\n').filter((line) => line.startsWith('rollbook:'));
  expect({ status, lines: said.length, ends: output.endsWith(`${said[0]}\n`), stack: /^\s+at /m.test(output) }).toEqual({ status: 1, lines: 1, ends: true, stack: false });
  return said[0]!;
}

const names = ['PORT', 'HOST', 'METRICS_PORT', 'METRICS_HOST', 'PUBLIC_URL', 'DATA_DIR', 'EVENTSTORE_URL', 'EVENTSTORE_NAMESPACE', 'DATABASE_URL', 'START_TIMEOUT', 'QUERY_TIMEOUT', 'BATCH_TIMEOUT', 'VAULT_KEY', 'VAULT_KEY_FILE', 'SMTP_URL', 'SMTP_TLS', 'MAIL_FROM', 'TRUST_PROXY', 'SESSION_IDLE_MINUTES', 'SESSION_HOURS', 'REAUTHENTICATION_MINUTES', 'OPERATOR_TOKEN_DAYS', 'HSTS_SUBDOMAINS', 'LOG_LEVEL'];

describe('--help', () => {
  it.each(['--help', '-h'])('%s lists the settings and starts nothing', (flag) => {
    const directory = join(newDirectory(), 'data');
    const { status, output } = run(main, { DATA_DIR: directory }, flag);
    expect(status).toBe(0);
    const listed = [...output.matchAll(/^ {2}([A-Z_]+) +\S/gm)].map(([, name]) => name);
    expect(listed).toEqual(names);
    expect(existsSync(directory)).toBe(false);
  });
});

describe('a wrong setting', () => {
  it.each([
    ['PORT', 'x'], ['PORT', '65536'], ['PORT', '-1'],
    ['METRICS_PORT', 'x'],
    ['PUBLIC_URL', 'users.example.com'], ['PUBLIC_URL', 'https://users.example.com/?x'], ['PUBLIC_URL', 'ftp://users.example.com'],
    ['EVENTSTORE_URL', 'http://localhost:2113'],
    ['EVENTSTORE_NAMESPACE', 'Roll-book'],
    ['DATABASE_URL', 'mysql://localhost/x'],
    ['START_TIMEOUT', '3601'], ['QUERY_TIMEOUT', '0'], ['BATCH_TIMEOUT', 'long'],
    ['SMTP_URL', 'mail.example.com'], ['SMTP_URL', 'smtp://'], ['SMTP_URL', 'https://mail.example.com'],
    ['MAIL_FROM', 'Rollbook'], ['MAIL_FROM', 'a@b.example, c@d.example'], ['MAIL_FROM', 'Ann\nBcc: x <a@b.example>'],
    ['TRUST_PROXY', 'on'], ['TRUST_PROXY', 'maybe'], ['TRUST_PROXY', '10.0.0.1, nonsense'],
    ['SMTP_TLS', 'never'], ['HSTS_SUBDOMAINS', 'yes'],
    ['LOG_LEVEL', 'loud'],
  ])('is refused by its name, before anything is made: %s=%s', (name, value) => {
    const directory = join(newDirectory(), 'data');
    expect(refusal({ DATA_DIR: directory, [name]: value })).toMatch(new RegExp(`^rollbook: ${name} `));
    expect(existsSync(directory)).toBe(false);
  });
});

describe('a start is refused', () => {
  it('where the key of the vault is none', () => {
    expect(refusal({ DATA_DIR: newDirectory(), VAULT_KEY: 'too-short' })).toMatch(/^rollbook: VAULT_KEY /);
  });

  it('where the data directory can not be written to', () => {
    const file = join(newDirectory(), 'file');
    writeFileSync(file, '');
    expect(refusal({ DATA_DIR: join(file, 'data') })).toBe(`rollbook: The data directory ${join(file, 'data')} can not be written to (ENOTDIR).`);
    expect(refusal({ DATA_DIR: file })).toBe(`rollbook: The data directory ${file} can not be written to (EEXIST).`);
    expect(refusal({ DATA_DIR: '/proc/rollbook' })).toBe('rollbook: The data directory /proc/rollbook can not be written to (ENOENT).');
  });

  it('where an argument means nothing', () => {
    expect(run('dist/apps/server/src/main.js', {}, '--port')).toEqual({ status: 1, output: 'rollbook: --port means nothing here: settings come from the environment. See: npm start -- --help\n' });
  });

  const used = newDirectory();
  const other = newDirectory();
  let servers: ServerProcess[];
  beforeAll(async () => (servers = await Promise.all([used, other].map((directory) => startProcess(directory)))));
  afterAll(() => Promise.all(servers.map((server) => server.end('SIGTERM'))));

  it('where another process uses the data directory, which goes on', async () => {
    expect(refusal({ DATA_DIR: used })).toBe(`rollbook: The data directory ${used} is in use by another process.`);
    expectStatus(200, await new Api(servers[0]!.url, servers[0]!.token).get('/me'));
  });

  it('where the port is taken', async () => {
    const taken = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => taken.once('listening', resolve));
    const { port } = taken.address() as AddressInfo;
    // Not `run`: it would hold up this process, whose port it is.
    const child = spawn(process.execPath, [main], { env: { ...defaults, DATA_DIR: newDirectory(), PORT: String(port) } });
    let said = '';
    child.stderr.on('data', (chunk: Buffer) => (said += chunk.toString()));
    expect(await new Promise((resolve) => child.once('close', resolve))).toBe(1);
    expect(said).toBe(`rollbook: Port ${port} on 127.0.0.1 is taken: set PORT to another.\n`);
    taken.close();
  });

  it('where the vault is not the one of the log', async () => {
    for (const server of servers) expect(await server.end('SIGTERM')).toBe(0);
    const mixed = newDirectory();
    cpSync(used, mixed, { recursive: true });
    rmSync(join(mixed, 'events'), { recursive: true });
    cpSync(join(other, 'events'), join(mixed, 'events'), { recursive: true });
    expect(refusal({ DATA_DIR: mixed })).toMatch(/^rollbook: This log was founded with another vault/);
    rmSync(join(mixed, 'events'), { recursive: true });
    expect(refusal({ DATA_DIR: mixed })).toMatch(/^rollbook: The vault in .* holds the keys of a log, but this log is empty/);

    rmSync(join(other, 'vault.key'));
    expect(refusal({ DATA_DIR: other })).toContain('vault.key');
    expect(existsSync(join(other, 'vault.key'))).toBe(false);
    expect(refusal({ DATA_DIR: other, VAULT_KEY: randomBytes(32).toString('hex') })).toMatch(/^rollbook: .*key/i);

    rmSync(join(used, 'vault.db'));
    expect(refusal({ DATA_DIR: used })).toMatch(/^rollbook: The vault is missing from /);
    expect(existsSync(join(used, 'vault.db'))).toBe(false);
  }, 180_000);
});

describe('a start without its stores', () => {
  const secret = 'walnut-secret-4711';

  async function freePort(): Promise<number> {
    const server = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => server.once('listening', resolve));
    const { port } = server.address() as AddressInfo;
    await new Promise((resolve) => server.close(resolve));
    return port;
  }

  /** A server whose start is watched: resolves once it has printed this. */
  function start(environment: Record<string, string>) {
    const child = spawn(process.execPath, [main], { env: { ...defaults, DATA_DIR: newDirectory(), PORT: '0', LOG_LEVEL: 'log', ...environment } });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (output += chunk.toString()));
    const closed = new Promise<number | null>((resolve) => child.once('close', resolve));
    const printed = async (what: RegExp) => {
      while (!what.test(output)) await Promise.race([once(child.stdout, 'data'), once(child.stderr, 'data'), closed.then((code) => Promise.reject(new Error(`ended with ${code}: ${output}`)))]);
    };
    return { child, closed, printed, output: () => output };
  }

  it('OPS-15: gives up in time, and says which store it waited for and why, without credentials', async () => {
    const port = await freePort();
    const eventStore = refusal({ DATA_DIR: newDirectory(), EVENTSTORE_URL: `esdb://admin:${secret}@localhost:${port}?tlsVerifyCert=false&nonsense=1`, START_TIMEOUT: '1' });
    expect(eventStore).toBe(`rollbook: The event store at localhost:${port} is not available after 1 s (connection-refused): nothing listens at the host and port in its URL.`);
    const readStore = refusal({ DATA_DIR: newDirectory(), DATABASE_URL: `postgres://rollbook:${secret}@localhost:${port}/rollbook`, START_TIMEOUT: '0' });
    expect(readStore).toBe(`rollbook: The read store at localhost:${port} is not available (connection-refused): nothing listens at the host and port in its URL.`);
    const { output } = run(main, { DATA_DIR: newDirectory(), PORT: '0', EVENTSTORE_URL: `esdb://admin:${secret}@localhost:${port}?tlsVerifyCert=false&nonsense=1`, START_TIMEOUT: '0' });
    expect(output).not.toContain(secret);
    expect(output).toMatch(/the option tlsverifycert, which has no effect/);
  });

  it('OPS-15: ends with 0 on a signal while it waits', async () => {
    const waiting = start({ EVENTSTORE_URL: `esdb://localhost:${await freePort()}?tls=false` });
    await waiting.printed(/Waiting up to 60 s for the event store/);
    waiting.child.kill('SIGTERM');
    expect(await waiting.closed).toBe(0);
    expect(waiting.output()).not.toMatch(/rollbook:/);
  });

  it('OPS-15: begins once its store is there; the log says once that it is away and once that it is back', async () => {
    const port = await freePort();
    const waiting = start({ EVENTSTORE_URL: `kurrentdb://localhost:${port}?tls=false` });
    await waiting.printed(/Waiting up to 60 s for the event store/);
    const node = await startEmbeddedEventStore({ directory: newDirectory(), insecure: true, port });
    await waiting.printed(/Rollbook is running at/);
    const times = (what: RegExp) => waiting.output().match(what)?.length ?? 0;
    expect([times(/The event store is not available/g), times(/The event store is available again/g)]).toEqual([1, 1]);
    waiting.child.kill('SIGTERM');
    expect(await waiting.closed).toBe(0);
    await node.close();
  });
});

describe('a running server', () => {
  const founder = { email: 'ada@example.com', firstName: 'Ada', lastName: 'Lovelace', country: 'GB' };

  it('OPS-7: ends what is under way and itself on SIGTERM, goes on with the same data, and ends on SIGINT', async () => {
    const directory = newDirectory();
    const server = await startProcess(directory, { LOG_LEVEL: 'verbose' });
    const operator = new Api(server.url, server.token);
    const { accountId } = expectStatus(201, await operator.post('/accounts', { name: 'Example', domains: ['example.com'], administrator: founder })).body;
    // A client that keeps its connection open is not waited for.
    const agent = new Agent({ keepAlive: true });
    await new Promise((resolve) => get(`${server.url}/health/live`, { agent }, (response) => response.resume().once('end', resolve as () => void)));

    const adding = Array.from({ length: 10 }, (_, n) =>
      operator.post(`/accounts/${accountId}/users`, { ...founder, email: `user-${n}@example.com` }).then(
        ({ status, body }) => ({ status, userId: body?.userId as string | undefined }),
        () => ({ status: 0, userId: undefined }),
      ),
    );
    await adding[0];
    const since = performance.now();
    expect(await server.end('SIGTERM')).toBe(0);
    expect(performance.now() - since).toBeLessThan(10_000);
    agent.destroy();
    const acknowledged = (await Promise.all(adding)).filter(({ status }) => status === 201).map(({ userId }) => userId!);
    expect(acknowledged.length).toBeGreaterThan(0);
    expect(server.output()).not.toMatch(/rb_/);
    expect(server.output()).toContain(join(directory, 'operator-token'));

    const again = await startProcess(directory);
    expect(again.token).toBe(server.token);
    const api = new Api(again.url, again.token);
    const { head } = (await api.get('/health/ready')).body.projections;
    const { items } = expectStatus(200, await api.get(`/accounts/${accountId}/users?limit=200`, { 'rollbook-min-position': String(head) })).body;
    const kept = items.map(({ userId }: { userId: string }) => userId);
    for (const userId of acknowledged) expect(kept).toContain(userId);
    expect(again.output()).not.toContain(readFileSync(join(directory, 'operator-token'), 'utf8').trim());
    expect(await again.end('SIGINT')).toBe(0);
  }, 180_000);
});
