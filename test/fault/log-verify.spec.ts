import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createHash } from 'node:crypto';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { ANY, EventStoreDBClient, jsonEvent } from '@eventstore/db-client';
import { requestEventStoreUrl } from '../../apps/server/src/backup/control.js';
import { openLogForReading } from '../../apps/server/src/open-log-for-reading.js';
import { verifyLog } from '../../apps/server/src/verify-log.js';
import { Api } from '../support/api.js';
import { embedded } from '../support/attacked-installation.js';
import { startAttackedServer } from '../support/attacked-server.js';
import { configFor } from '../support/backup.js';
import { embeddedEnvironment, runProgram, startServerProcess, type ServerProcess } from '../support/server-process.js';
import { expectStatus, openTestAccount, type TestAccount } from '../support/server.js';
import { newDirectory } from '../support/start-refusal.js';

const verifyProgram = 'dist/apps/server/src/log-verify.js';
const well =
  /^Authentic events: \d+, .* foreign events: 0; tampered streams: 0; digest up to position \d+: agrees;[^\n]*\n$/;

/** Runs log:verify, while this process continues. */
async function verify(environment: Record<string, string>): Promise<{ status: number | null; output: string }> {
  const child = spawn(process.execPath, [verifyProgram], { env: { ...embeddedEnvironment, ...environment } });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (output += chunk.toString()));
  await once(child, 'close');
  return { status: child.exitCode, output };
}

describe('while the server runs on its embedded event store', () => {
  const directory = newDirectory();
  let server: ServerProcess;
  let account: TestAccount;
  let operator: Api;

  beforeAll(async () => {
    server = await startServerProcess(directory);
    operator = new Api(server.url, server.token);
    account = await openTestAccount({ operator });
    await account.addUser();
  }, 60_000);
  afterAll(async () => expect(await server.end('SIGTERM')).toBe(0));

  it('OPS-23: log:verify finds nothing in an unchanged log, to which the server appends meanwhile', async () => {
    const verifying = verify({ DATA_DIR: directory });
    const ended = verifying.then(() => 'ended' as const);
    let added = 0;
    for (; (await Promise.race([ended, account.addUser()])) !== 'ended'; added++);
    expect(await verifying).toEqual({ status: 0, output: expect.stringMatching(well) });
    expect(added).toBeGreaterThan(0);
  });

  it('OPS-23: events that are appended between its steps are left out', async () => {
    await using closing = new AsyncDisposableStack();
    const log = await openLogForReading(configFor(directory, embedded), closing);
    const user = await account.addUser();
    const end = await log.store.lastPosition();
    log.store.lastPosition = async () => {
      await account.addUser();
      return end;
    };
    const read = log.store.readRawLog.bind(log.store);
    log.store.readRawLog = async function* () {
      yield* read();
      expectStatus(200, await operator.post(account.path(`/users/${user}/lock`)));
    };
    expect(await verifyLog(log, 'rollbook')).toEqual({
      isWell: true,
      lines: [expect.stringMatching(new RegExp(`: agrees; end of the log: position ${end}\\.$`))],
    });
  });

  it('log:verify finds foreign events that come', async () => {
    const client = EventStoreDBClient.connectionString((await requestEventStoreUrl(directory))!);
    await client.appendToStream('rollbook.user-forged', jsonEvent({ type: 'Forged', data: {} }), {
      expectedRevision: ANY,
    });
    await client.dispose();
    expect(await verify({ DATA_DIR: directory })).toEqual({
      status: 1,
      output: expect.stringMatching(/^user-forged has foreign events: 1, at revisions 0 to 0\.\n/),
    });
  });

  it('log:accept is refused', () => {
    const args = ['user-forged@0', '--reason', 'odd', '--yes'];
    expect(runProgram('dist/apps/server/src/log-accept.js', { DATA_DIR: directory }, ...args)).toEqual({
      status: 1,
      output: `rollbook: The data directory ${directory} is in use by another process.\n`,
    });
  });

  it('another vault key is refused', async () => {
    expect(await verify({ DATA_DIR: directory, VAULT_KEY: '07'.repeat(32) })).toMatchObject({
      status: 2,
      output: expect.stringContaining('VAULT_KEY'),
    });
  });
});

it('OPS-23: log:verify changes neither vault nor log of a stopped server', async () => {
  const directory = newDirectory();
  const server = await startServerProcess(directory);
  expect(await server.end('SIGTERM')).toBe(0);
  const hash = () =>
    ['vault.db', 'events/events.db'].map((name) =>
      createHash('sha256')
        .update(readFileSync(join(directory, name)))
        .digest('hex'),
    );
  const before = [hash(), readdirSync(directory).filter((name) => !name.startsWith('lock'))];
  expect(await verify({ DATA_DIR: directory })).toEqual({ status: 0, output: expect.stringMatching(well) });
  expect([hash(), readdirSync(directory).filter((name) => !name.startsWith('lock'))]).toEqual(before);
});

it('log:verify reads an event store by its address while the server runs', async () => {
  const attacked = await startAttackedServer();
  const { EVENTSTORE_URL, DATA_DIR } = {
    EVENTSTORE_URL: attacked.test.config.eventStoreUrl!,
    DATA_DIR: attacked.test.directory,
  };
  try {
    expect(await verify({ EVENTSTORE_URL, DATA_DIR })).toEqual({ status: 0, output: expect.stringMatching(well) });
    await attacked.forge('user-forged');
    expect(await verify({ EVENTSTORE_URL, DATA_DIR })).toMatchObject({ status: 1 });
    await attacked.test.operator.post('/log-incidents/acknowledge');
    expect(await verify({ EVENTSTORE_URL, DATA_DIR })).toEqual({
      status: 0,
      output: expect.stringContaining('acknowledged or accepted foreign events: 1;'),
    });
  } finally {
    await attacked.close();
  }
}, 60_000);
