import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { Client } from 'pg';
import type { ApiResponse } from '../support/api.js';
import { pollUntilDefined } from '../support/mail-server.js';
import { createOlderBuild, unknownToOlderBuild, type OlderBuild } from '../support/older-build.js';
import { hasPostgresql } from '../support/postgresql-process.js';
import { askUntil, startServerPair, type ServerPair } from '../support/server-pair.js';
import { runProgram, startServerProcess } from '../support/server-process.js';
import { expectStatus, openTestAccount, type TestAccount } from '../support/server.js';

if (!hasPostgresql) console.warn('PostgreSQL is not installed: two builds side by side are not tested.');

/** A server that has not renewed its registration for 6 s does not count; three times that, in ms. */
const LAPSE_MS = 18_000;

(hasPostgresql ? describe : describe.skip)('two builds side by side', () => {
  let older: OlderBuild;
  let pair: ServerPair;
  let account: TestAccount;
  let userId: string;
  let load: Promise<void[]> = Promise.resolve([]);
  let isOver = false;
  const loadEnd = new AbortController();
  let acts = 0;

  beforeAll(async () => {
    older = createOlderBuild();
    pair = await startServerPair([older.root, '.']);
    account = await openTestAccount(pair.members[0]);
    userId = await account.addUser();
    load = Promise.all([work(), work()]);
    // An expectation on it comes last.
    load.catch(() => {});
  }, 120_000);
  afterAll(async () => {
    loadEnd.abort();
    isOver = true;
    await load.catch(() => {});
    await pair.close();
    older.remove();
  });

  /** Sends a command to any server of the pair until one has decided it. */
  async function send(method: string, path: string, body: object): Promise<ApiResponse> {
    const headers = { 'idempotency-key': randomUUID() };
    for (let nth = 0; ; nth++) {
      const { operator } = pair.members[nth % 2]!;
      const answer = await Promise.race([
        operator.send(method, account.path(path), body, headers).catch(() => undefined),
        pause(6_000),
      ]);
      if (answer && answer.status !== 503) return answer;
      if (isOver) throw new Error('no server has decided');
      await pause(50);
    }
  }

  /** Works through both servers until the end. */
  async function work(): Promise<void> {
    while (!loadEnd.signal.aborted) {
      const person = {
        email: `${randomUUID()}@${account.domain}`,
        firstName: 'Grace',
        lastName: 'Hopper',
        country: 'US',
      };
      const { userId: id } = expectStatus(201, await send('POST', '/users', person)).body;
      expectStatus(200, await send('POST', `/users/${id}/lock`, { reason: 'for a while' }));
      expectStatus(200, await send('POST', `/users/${id}/unlock`, {}));
      acts += 3;
    }
  }

  const moveTo = (country: string) => pair.members[1].operator.patch(account.path(`/users/${userId}`), { country });
  const untilReady = (nth: 0 | 1) =>
    pollUntilDefined(async () =>
      (await pair.members[nth].operator.get('/health/ready')).status === 200 ? true : undefined,
    );
  /** Compares the read models of a build with a replay by its own tool. */
  const verify = (build: string) =>
    runProgram(join(build, 'dist/apps/server/src/verify.js'), {
      ...pair.settings,
      DATA_DIR: pair.members[0].directory,
    });
  const startOlder = () => startServerProcess(pair.members[0].directory, pair.settings, older.root);

  it('OPS-27: both serve, and what the older one can not read is refused', async () => {
    await Promise.all([untilReady(0), untilReady(1)]);
    const before = acts;
    const refused = await moveTo('PL');
    expect([refused.status, refused.body.code]).toEqual([503, 'upgrade.under-way']);
    expect(refused.headers.get('retry-after')).toMatch(/^\d+$/);
    // A dry run and what changes nothing write nothing.
    expectStatus(200, await moveTo('US'));
    await pollUntilDefined(() => (acts > before + 30 ? true : undefined));
    for (const { operator } of pair.members) expectStatus(200, await operator.get(account.path('/users')));
    for (const build of [older.root, '.']) expect(verify(build)).toMatchObject({ status: 0 });
  }, 120_000);

  it('OPS-27: the older one can be started again, and alone, before the newer one has written such an event', async () => {
    expect(await pair.members[1].server.end('SIGTERM')).toBe(0);
    expect(await pair.members[0].server.end('SIGTERM')).toBe(0);
    await pair.restart(0);
    await untilReady(0);
    expect(verify(older.root)).toMatchObject({ status: 0 });
    await pair.restart(1);
    await untilReady(1);
  }, 120_000);

  it('OPS-27: a server whose registration can not be renewed takes no requests until it has registered again', async () => {
    const [, { operator }] = pair.members;
    const client = new Client(pair.postgresql.url);
    await client.connect();
    await client.query('begin');
    await client.query('select 1 from rollbook_state.server for update');
    const refused = await askUntil(
      () => operator.get('/roles'),
      ({ status }) => status === 503,
      LAPSE_MS,
    );
    expect([refused.status, refused.body.code]).toEqual([503, 'state.unavailable']);
    expect((await operator.as(undefined).get('/health/ready')).body).toEqual({ status: 'unavailable' });
    expectStatus(200, await operator.get('/health/live'));
    await client.query('rollback');
    await client.end();
    for (const { operator: each } of pair.members) {
      const answer = await askUntil(
        () => each.get('/roles'),
        ({ status }) => status === 200,
        LAPSE_MS,
      );
      expectStatus(200, answer);
    }
    await Promise.all([untilReady(0), untilReady(1)]);
  }, 120_000);

  it('OPS-27: the event is written once the older server has not been heard of, which then ends and does not start again', async () => {
    const [{ server: old }] = pair.members;
    expect((await moveTo('PL')).body.code).toBe('upgrade.under-way');
    old.child.kill('SIGSTOP');
    const moved = await askUntil(
      () => moveTo('PL'),
      ({ status }) => status !== 503,
      LAPSE_MS,
    );
    expectStatus(200, moved);
    const ended = once(old.child, 'exit');
    old.child.kill('SIGCONT');
    expect(await ended).toEqual([1, null]);
    const line = `rollbook: The log holds events of a newer build, which this build (0.0.9) can not read: ${unknownToOlderBuild} (schema 1). Start build `;
    expect(old.output()).toContain(line);
    await expect(startOlder()).rejects.toThrow(`the server ended with 1: ${line}`);

    loadEnd.abort();
    await load;
    // The leases of a server that ended in this way lapse, too.
    const get = () => pair.members[1].operator.get(account.path(`/users/${userId}`));
    const { body } = expectStatus(200, await askUntil(get, ({ status }) => status === 200, LAPSE_MS));
    expect(body.country).toBe('PL');
    expect(verify('.')).toMatchObject({ status: 0 });
  }, 120_000);
});
