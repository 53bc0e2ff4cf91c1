import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ANY, EventStoreDBClient, jsonEvent } from '@eventstore/db-client';
import { createDatabase } from '../support/database.js';
import { hasPostgresql } from '../support/postgresql-process.js';
import { runProgram, startServerProcess } from '../support/server-process.js';
import { askUntil, expectSoon, startServerPair, type ServerPair } from '../support/server-pair.js';
import { expectStatus, openTestAccount, type TestAccount } from '../support/server.js';

if (!hasPostgresql) console.warn('PostgreSQL is not installed: tools beside two servers are not tested.');

/** Within how many ms another server has to continue the work of one that died: its lease lasts 6 s; three times that. */
const TAKE_OVER_MS = 18_000;

(hasPostgresql ? describe : describe.skip)('the log and the tools of two servers', () => {
  let pair: ServerPair;
  let account: TestAccount;
  let attacker: EventStoreDBClient;
  const scratch = mkdtempSync(join(tmpdir(), 'rollbook-tools-'));

  beforeAll(async () => {
    pair = await startServerPair();
    account = await openTestAccount(pair.members[0]);
    attacker = EventStoreDBClient.connectionString(pair.node.url);
  }, 120_000);
  afterAll(async () => {
    await attacker.dispose();
    await pair.close();
    rmSync(scratch, { recursive: true, force: true });
  });

  let paths = 0;
  const newPath = () => join(scratch, String(++paths));

  /** Runs a tool with the settings of the servers. */
  const run = (program: string, dataDir: string, ...args: string[]) =>
    runProgram(`dist/apps/server/src/${program}.js`, { ...pair.settings, DATA_DIR: dataDir }, ...args);

  const forge = (stream: string) =>
    attacker.appendToStream(`rollbook.${stream}`, [jsonEvent({ type: 'Forged', data: {} })], {
      expectedRevision: ANY,
    });

  /** Waits until these servers show this many incidents, each the same; returns them. */
  async function incidentsAt(servers: readonly (0 | 1)[], count: number, limitMs = 3_000) {
    const lists = await askUntil(
      () =>
        Promise.all(servers.map(async (nth) => (await pair.members[nth].operator.get('/log-incidents')).body?.items)),
      (all) => all.every((items) => items?.length === count),
      limitMs,
    );
    for (const items of lists) expect(items).toEqual(lists[0]);
    expect(lists[0]).toHaveLength(count);
    return lists[0] as { stream: string; acknowledged: object | null }[];
  }

  describe('foreign events', () => {
    it('OPS-24: are the same incidents at both servers', async () => {
      const userId = await account.addUser();
      await forge(`user-${userId}`);
      await forge('user-odd');
      const incidents = await incidentsAt([0, 1], 2);
      expect(incidents.map(({ stream }) => stream)).toEqual(['user-odd', `user-${userId}`]);
      for (const { operator } of pair.members)
        expect((await operator.get('/health/ready')).body).toMatchObject({
          status: 'degraded',
          foreignData: { status: 'found', eventRanges: 2 },
        });
    });

    it('OPS-24: an acknowledgement through either server is known by both', async () => {
      let count = 2;
      for (const nth of [1, 0] as const) {
        expectStatus(200, await pair.members[nth].operator.post('/log-incidents/acknowledge', { reason: 'seen' }));
        for (const { operator } of pair.members) {
          const statusOf = async () => (await operator.get('/health/ready')).body?.status as string;
          expect(await askUntil(statusOf, (status) => status === 'ok')).toBe('ok');
        }
        const incidents = await incidentsAt([0, 1], count);
        expect(incidents.every(({ acknowledged }) => acknowledged !== null)).toBe(true);
        await forge(`user-odder-${nth}`);
        await incidentsAt([0, 1], ++count);
      }
    });

    it('OPS-24: are found although the server that looked for them was killed', async () => {
      await pair.members[0].server.end('SIGKILL');
      await forge('user-later');
      await incidentsAt([1], 5, TAKE_OVER_MS);
      await pair.restart(0);
      await incidentsAt([0, 1], 5);
    }, 60_000);
  });

  describe('tools of the operator while servers run', () => {
    it('OPS-24: operator-token and log:verify work', async () => {
      const [{ directory }, follower] = pair.members;
      const place = newPath();
      for (const text of ["A new operator's token is in", 'is of the last day']) {
        const { status, output } = run('operator-token', place);
        expect([status, output]).toEqual([0, expect.stringContaining(text)]);
      }
      // That has ended the token of the tests.
      await expectSoon(401, () => follower.operator.get('/accounts'));
      pair.renewToken();
      for (const { operator } of pair.members) expectStatus(200, await operator.get('/accounts'));
      for (const dataDir of [directory, newPath()]) {
        const verified = run('log-verify', dataDir);
        // It finds the events that were forged.
        expect([verified.status, verified.output]).toEqual([
          1,
          expect.stringMatching(/foreign events: 2; acknowledged .*: 3; .* agrees;/),
        ]);
      }
    });

    it.each([
      ['log-rotate', []],
      ['log-accept', ['user-odd@0', '--reason', 'seen', '--yes']],
      ['log-accept-restore', []],
      ['state-after-leak', ['--yes']],
      ['backup/restore', ['/nowhere']],
    ])('OPS-24: %s is refused', async (tool, args) => {
      for (const dataDir of [pair.members[0].directory, newPath()]) {
        const { status, output } = run(tool, dataDir, ...args);
        expect([status, output]).toEqual([
          1,
          'rollbook: 2 servers of this installation are running: stop all servers first.\n',
        ]);
      }
    });

    it('OPS-24: a backup is made beside a server and elsewhere, restored into a file, and moved into a database', async () => {
      const administrator = account.administrator.at(pair.members[1].server.url);
      const { email } = expectStatus(200, await administrator.get('/me')).body.profile;
      const backups = [newPath(), newPath()];
      for (const [nth, backup] of backups.entries()) {
        const made = run('backup/backup', nth === 0 ? pair.members[0].directory : newPath(), backup);
        expect([made.status, made.output]).toEqual([0, expect.stringContaining(`The vault is backed up in ${backup}`)]);
        expect(readdirSync(backup).toSorted()).toEqual(['backup.json', 'vault.db']);
      }
      for (const { server } of pair.members) expect(await server.end('SIGTERM')).toBe(0);

      const dataDir = newPath();
      const restored = run('backup/restore', dataDir, backups[1]!);
      expect([restored.status, restored.output]).toEqual([0, expect.stringContaining('npm run state:move')]);
      const database = await createDatabase(pair.postgresql.url);
      const settings = { ...pair.settings, DATABASE_URL: database.url, STATE_URL: database.url };
      const moved = runProgram('dist/apps/server/src/state-move.js', { ...settings, DATA_DIR: dataDir });
      expect([moved.status, moved.output]).toEqual([0, expect.stringContaining('The state was moved')]);
      const server = await startServerProcess(newPath(), settings);
      try {
        const api = administrator.at(server.url);
        expect(expectStatus(200, await api.get('/me')).body.profile.email).toBe(email);
      } finally {
        await server.end('SIGTERM');
        await database.drop();
      }
    }, 60_000);

    it('OPS-26: state:after-leak ends the tokens at all servers', async () => {
      const place = newPath();
      const { status, output } = run('state-after-leak', place, '--yes');
      expect([status, output]).toEqual([0, expect.stringContaining('All sessions, access tokens and mailed links')]);
      await pair.restart(0);
      await pair.restart(1);
      const token = readFileSync(join(place, 'operator-token'), 'utf8').trim();
      for (const { operator, server } of pair.members) {
        expectStatus(401, await operator.get('/me'));
        expectStatus(401, await account.administrator.at(server.url).get('/me'));
        expectStatus(200, await operator.as(token).get('/me'));
      }
    }, 60_000);

    it('OPS-24: a server says how to get an operator’s token', async () => {
      const { server, directory } = pair.members[0];
      expect(server.output()).toContain(
        `npm run operator-token writes an operator's token to ${directory}/operator-token`,
      );
      expect(server.output()).not.toContain("The operator's token is in");
    });
  });
});
