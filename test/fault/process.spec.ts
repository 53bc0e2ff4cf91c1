import { randomBytes } from 'node:crypto';
import { cpSync, existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { spawn } from 'node:child_process';
import { createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { Agent, get } from 'node:http';
import { Api } from '../support/api.js';
import {
  embeddedEnvironment,
  serverProgram,
  runProgram,
  startServerProcess,
  type ServerProcess,
} from '../support/server-process.js';
import { expectStatus } from '../support/server.js';
import { newDirectory, startRefusal } from '../support/start-refusal.js';

const names = [
  'PORT',
  'HOST',
  'METRICS_PORT',
  'METRICS_HOST',
  'PUBLIC_URL',
  'DATA_DIR',
  'EVENTSTORE_URL',
  'EVENTSTORE_NAMESPACE',
  'DATABASE_URL',
  'STATE_URL',
  'WORKERS',
  'START_TIMEOUT',
  'QUERY_TIMEOUT',
  'BATCH_TIMEOUT',
  'VAULT_KEY',
  'VAULT_KEY_FILE',
  'SMTP_URL',
  'MAIL_DIR',
  'SMTP_TLS',
  'MAIL_FROM',
  'APPROVAL_NOTICE_MINUTES',
  'TRUST_PROXY',
  'SESSION_IDLE_MINUTES',
  'SESSION_HOURS',
  'REAUTHENTICATION_MINUTES',
  'OPERATOR_TOKEN_DAYS',
  'HSTS_SUBDOMAINS',
  'LOG_LEVEL',
];

describe('--help', () => {
  it.each(['--help', '-h'])('%s lists the settings and starts nothing', (flag) => {
    const directory = join(newDirectory(), 'data');
    const { status, output } = runProgram(serverProgram, { DATA_DIR: directory }, flag);
    expect(status).toBe(0);
    const listed = [...output.matchAll(/^ {2}([A-Z_]+) +\S/gm)].map(([, name]) => name);
    expect(listed).toEqual(names);
    expect(existsSync(directory)).toBe(false);
  });
});

describe('a wrong setting', () => {
  it.each([
    ['PORT', 'x'],
    ['PORT', '65536'],
    ['PORT', '-1'],
    ['METRICS_PORT', 'x'],
    ['PUBLIC_URL', 'users.example.com'],
    ['PUBLIC_URL', 'https://users.example.com/?x'],
    ['PUBLIC_URL', 'ftp://users.example.com'],
    ['EVENTSTORE_URL', 'http://localhost:2113'],
    ['EVENTSTORE_NAMESPACE', 'Roll-book'],
    ['DATABASE_URL', 'mysql://localhost/x'],
    ['WORKERS', '65'],
    ['START_TIMEOUT', '3601'],
    ['QUERY_TIMEOUT', '0'],
    ['BATCH_TIMEOUT', 'long'],
    ['SMTP_URL', 'mail.example.com'],
    ['SMTP_URL', 'smtp://'],
    ['SMTP_URL', 'https://mail.example.com'],
    ['MAIL_FROM', 'Rollbook'],
    ['MAIL_FROM', 'a@b.example, c@d.example'],
    ['MAIL_FROM', 'Ann\nBcc: x <a@b.example>'],
    ['TRUST_PROXY', 'on'],
    ['TRUST_PROXY', 'maybe'],
    ['TRUST_PROXY', '10.0.0.1, nonsense'],
    ['SMTP_TLS', 'never'],
    ['HSTS_SUBDOMAINS', 'yes'],
    ['LOG_LEVEL', 'loud'],
  ])('is refused by its name, before any file is created: %s=%s', (name, value) => {
    const directory = join(newDirectory(), 'data');
    expect(startRefusal({ DATA_DIR: directory, [name]: value })).toMatch(new RegExp(`^rollbook: ${name} `));
    expect(existsSync(directory)).toBe(false);
  });
});

describe('a start is refused', () => {
  it('if the key of the vault is not a valid key', () => {
    expect(startRefusal({ DATA_DIR: newDirectory(), VAULT_KEY: 'too-short' })).toMatch(/^rollbook: VAULT_KEY /);
  });

  it('if the data directory can not be written to', () => {
    const file = join(newDirectory(), 'file');
    writeFileSync(file, '');
    expect(startRefusal({ DATA_DIR: join(file, 'data') })).toBe(
      `rollbook: The data directory ${join(file, 'data')} can not be written to (ENOTDIR).`,
    );
    expect(startRefusal({ DATA_DIR: file })).toBe(
      `rollbook: The data directory ${file} can not be written to (EEXIST).`,
    );
    expect(startRefusal({ DATA_DIR: '/proc/rollbook' })).toBe(
      'rollbook: The data directory /proc/rollbook can not be written to (ENOENT).',
    );
  });

  it('if an argument is unknown', () => {
    expect(runProgram('dist/apps/server/src/main.js', {}, '--port')).toEqual({
      status: 1,
      output: 'rollbook: --port means nothing here: settings come from the environment. See: npm start -- --help\n',
    });
  });

  const used = newDirectory();
  const other = newDirectory();
  let servers: ServerProcess[];
  beforeAll(async () => (servers = await Promise.all([used, other].map((directory) => startServerProcess(directory)))));
  afterAll(() => Promise.all(servers.map((server) => server.end('SIGTERM'))));

  it('if another process uses the data directory, and that process continues', async () => {
    expect(startRefusal({ DATA_DIR: used })).toBe(`rollbook: The data directory ${used} is in use by another process.`);
    expectStatus(200, await new Api(servers[0]!.url, servers[0]!.token).get('/me'));
  });

  it('if the port is in use', async () => {
    const taken = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => taken.once('listening', resolve));
    const { port } = taken.address() as AddressInfo;
    // Not `runProgram`: it would block this process, which holds the port.
    const child = spawn(process.execPath, [serverProgram], {
      env: { ...embeddedEnvironment, DATA_DIR: newDirectory(), PORT: String(port) },
    });
    let said = '';
    child.stderr.on('data', (chunk: Buffer) => (said += chunk.toString()));
    expect(await new Promise((resolve) => child.once('close', resolve))).toBe(1);
    expect(said).toBe(`rollbook: Port ${port} on 127.0.0.1 is taken: set PORT to another.\n`);
    taken.close();
  });

  it('if the vault is not the one of the log', async () => {
    for (const server of servers) expect(await server.end('SIGTERM')).toBe(0);
    const mixed = newDirectory();
    cpSync(used, mixed, { recursive: true });
    rmSync(join(mixed, 'events'), { recursive: true });
    cpSync(join(other, 'events'), join(mixed, 'events'), { recursive: true });
    expect(startRefusal({ DATA_DIR: mixed })).toMatch(/^rollbook: This log was founded with another vault/);
    rmSync(join(mixed, 'events'), { recursive: true });
    expect(startRefusal({ DATA_DIR: mixed })).toMatch(
      /^rollbook: The vault in .* holds the keys of a log, but this log is empty/,
    );

    rmSync(join(other, 'vault.key'));
    expect(startRefusal({ DATA_DIR: other })).toContain('vault.key');
    expect(existsSync(join(other, 'vault.key'))).toBe(false);
    expect(startRefusal({ DATA_DIR: other, VAULT_KEY: randomBytes(32).toString('hex') })).toMatch(/^rollbook: .*key/i);

    rmSync(join(used, 'vault.db'));
    expect(startRefusal({ DATA_DIR: used })).toMatch(/^rollbook: The vault is missing from /);
    expect(existsSync(join(used, 'vault.db'))).toBe(false);
  }, 180_000);
});

describe('a running server', () => {
  const founder = { email: 'ada@example.com', firstName: 'Ada', lastName: 'Lovelace', country: 'GB' };

  it('OPS-7: finishes open requests and ends on SIGTERM, starts again with the same data, and ends on SIGINT', async () => {
    const directory = newDirectory();
    const server = await startServerProcess(directory, { LOG_LEVEL: 'verbose' });
    const operator = new Api(server.url, server.token);
    const { accountId } = expectStatus(
      201,
      await operator.post('/accounts', { name: 'Example', domains: ['example.com'], administrator: founder }),
    ).body;
    // The server does not wait for a client that keeps its connection open.
    const agent = new Agent({ keepAlive: true });
    await new Promise((resolve) =>
      get(`${server.url}/health/live`, { agent }, (response) => response.resume().once('end', resolve as () => void)),
    );

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
    const acknowledged = (await Promise.all(adding))
      .filter(({ status }) => status === 201)
      .map(({ userId }) => userId!);
    expect(acknowledged.length).toBeGreaterThan(0);
    expect(server.output()).not.toMatch(/rb_/);
    expect(server.output()).toContain(join(directory, 'operator-token'));

    const again = await startServerProcess(directory);
    expect(again.token).toBe(server.token);
    const api = new Api(again.url, again.token);
    const { head } = (await api.get('/health/ready')).body.projections;
    const { items } = expectStatus(
      200,
      await api.get(`/accounts/${accountId}/users?limit=200`, { 'rollbook-min-position': String(head) }),
    ).body;
    const kept = items.map(({ userId }: { userId: string }) => userId);
    for (const userId of acknowledged) expect(kept).toContain(userId);
    expect(again.output()).not.toContain(readFileSync(join(directory, 'operator-token'), 'utf8').trim());
    expect(await again.end('SIGINT')).toBe(0);
  }, 180_000);
});
