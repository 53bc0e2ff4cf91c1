import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from 'pg';
import { Api } from '../support/api.js';
import { createDatabase, type TestDatabase } from '../support/database.js';
import { embeddedEnvironment, startServerProcess, type ServerProcess } from '../support/server-process.js';
import { expectStatus } from '../support/server.js';

const { DATABASE_URL } = process.env;
const engines: [string, string | undefined][] = [['PGlite', undefined]];
if (DATABASE_URL) engines.push(['PostgreSQL', DATABASE_URL]);
else console.warn('DATABASE_URL is not set: the tools of the read models are tested on PGlite only.');

const tools = { verify: 'verify', rebuild: 'projections-rebuild', prepare: 'projections-prepare' };

it.each(Object.values(tools))('%s says how it is used, and refuses wrong arguments', async (program) => {
  const help = await run({}, program, '--help');
  expect(help).toEqual({ status: 0, output: expect.stringMatching(/^npm run projections:[^]*Exit code 0: /) });
  expect(await run({}, program, '--wrong')).toEqual({ status: 2, output: help.output });
});

/** Runs a built tool while this process goes on. */
async function run(environment: Record<string, string>, program: string, ...args: string[]) {
  const child = spawn(process.execPath, [`dist/apps/server/src/${program}.js`, ...args], {
    env: { ...embeddedEnvironment, ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (output += chunk.toString()));
  const [status] = (await once(child, 'close')) as [number | null];
  // Progress is shown on a slow machine only.
  return { status, output: output.replaceAll(/^\d+ events are read, .*\n/gm, '') };
}

describe.each(engines)('tools of the read models on %s', (_, url) => {
  let database: TestDatabase | undefined;
  let environment: Record<string, string>;
  let server: ServerProcess;
  let operator: Api;
  let users: string;

  beforeAll(async () => {
    database = url ? await createDatabase(url) : undefined;
    const directory = mkdtempSync(join(tmpdir(), 'rollbook-tools-'));
    environment = { DATA_DIR: directory, ...(database && { DATABASE_URL: database.url }) };
    await start();
    const person = (name: string) => ({
      email: `${name}@tools.example`,
      firstName: 'Grace',
      lastName: name,
      country: 'US',
    });
    const opened = await operator.post('/accounts', {
      name: 'Tools',
      domains: ['tools.example'],
      administrator: person('first'),
    });
    users = `/accounts/${expectStatus(201, opened).body.accountId}/users`;
    await Promise.all(
      Array.from({ length: 60 }, async (__, nth) =>
        expectStatus(201, await operator.post(users, person(`user${nth}`))),
      ),
    );
  });
  afterAll(async () => {
    await server.end('SIGTERM');
    await database?.drop();
    rmSync(environment['DATA_DIR']!, { recursive: true });
  });

  async function start(): Promise<void> {
    server = await startServerProcess(environment['DATA_DIR']!, environment);
    operator = new Api(server.url, server.token);
  }
  async function sql(statement: string): Promise<unknown[]> {
    const client = new Client(database!.url);
    await client.connect();
    try {
      return (await client.query(statement)).rows;
    } finally {
      await client.end();
    }
  }
  const agrees = { status: 0, output: 'The read models equal a replay of the log.\n' };

  it('OPS-5: a running server is verified and rebuilds its read models, while it takes commands', async () => {
    const done = new AbortController();
    const writing = (async () => {
      for (let nth = 0; !done.signal.aborted; nth++) {
        const person = { email: `more${nth}@tools.example`, firstName: 'Grace', lastName: 'More', country: 'US' };
        expectStatus(201, await operator.post(users, person));
        expectStatus(200, await operator.get(users));
      }
    })();
    expect(await run(environment, tools.verify)).toEqual(agrees);
    for (const name of ['user-list', 'audit-trail'])
      expect(await run(environment, tools.rebuild, name)).toEqual({ status: 0, output: `${name} is built anew.\n` });
    expect(await run(environment, tools.verify)).toEqual(agrees);
    done.abort();
    await writing;
    expect(await run(environment, tools.rebuild, 'users')).toEqual({
      status: 1,
      output: expect.stringContaining('There is no read model users; there are account-list, user-list'),
    });
  });

  (url ? it : it.skip)('damaged rows are found and replaced while the server runs', async () => {
    const [row] = (await sql("select schema from rollbook.projection_version where name = 'user-list'")) as [
      { schema: string },
    ];
    await sql(`update ${row.schema}.user_list set country = 'XX' where first_name_key = 'grace'`);
    expect(await run(environment, tools.verify)).toEqual({
      status: 1,
      output: 'user_list differs from a replay of the log.\n',
    });
    expect(await run(environment, tools.rebuild, 'user-list', '--restart')).toMatchObject({ status: 0 });
    expect(await run(environment, tools.verify)).toEqual(agrees);
  });

  (url ? it : it.skip)(
    'OPS-2: tables that were prepared serve at once; without them a server is not ready',
    async () => {
      await server.end('SIGTERM');
      await sql('drop schema rollbook cascade');
      expect(await run(environment, tools.prepare)).toEqual({
        status: 0,
        output: 'Built: account-list, user-list, access-tokens, audit-trail.\n',
      });
      expect(await run(environment, tools.prepare)).toEqual({
        status: 0,
        output: 'All read models of this build are built already.\n',
      });
      await start();
      expectStatus(200, await operator.get('/health/ready'));
      expectStatus(200, await operator.get(users));
      expect(await run(environment, tools.verify)).toEqual(agrees);
    },
  );

  (url ? it : it.skip)(
    'OPS-2: while its tables are built, a server is not ready and refuses lists, and takes commands',
    async () => {
      await server.end('SIGTERM');
      // Another process, which does not move, holds the lease on tables that are not there yet.
      await sql("delete from rollbook.projection_version where name = 'user-list'");
      await sql(`
      update rollbook.lease set holder = 'another', renewed_at = now() + interval '1 hour'
      where name like 'rollbook_user_list%'`);
      await start();
      const stranger = await fetch(`${server.url}/health/ready`);
      expect([stranger.status, await stranger.json()]).toEqual([503, { status: 'building' }]);
      // A read that asks for a position would be refused as a list is.
      const unconditionally = (path: string) => operator.send('GET', path, undefined);
      const { status, body } = await unconditionally('/health/ready');
      expect([status, body.projections]).toMatchObject([
        503,
        { status: 'building', building: [{ projection: 'user-list', percent: 0 }] },
      ]);
      expect((await unconditionally('/metrics')).text).toMatch(
        /^rollbook_projection_build_events\{projection="user-list",kind="first"\} 0$/m,
      );
      const refused = await unconditionally(users);
      expect([refused.status, refused.body.code, refused.body.progress.percent]).toEqual([
        503,
        'projections.building',
        0,
      ]);
      expect(refused.headers.get('retry-after')).toBe('1');
      const added = { email: 'building@tools.example', firstName: 'Grace', lastName: 'Building', country: 'US' };
      expectStatus(201, await operator.post(users, added));
      await sql("update rollbook.lease set renewed_at = '-infinity' where name like 'rollbook_user_list%'");
      while ((await unconditionally('/health/ready')).status === 503);
      expectStatus(200, await operator.get(users));
      expect(await run(environment, tools.verify)).toEqual(agrees);
    },
  );

  (url ? it.skip : it)('with PGlite, read models are prepared only while the server is stopped', async () => {
    expect(await run(environment, tools.prepare)).toEqual({
      status: 1,
      output: expect.stringContaining('is in use by another process'),
    });
    await server.end('SIGTERM');
    rmSync(join(environment['DATA_DIR']!, 'read-store'), { recursive: true });
    expect(await run(environment, tools.prepare)).toMatchObject({ status: 0 });
    expect(await run(environment, tools.verify)).toEqual(agrees);
    await start();
  });
});
