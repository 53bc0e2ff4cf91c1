import { cpSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { openLog, type Log } from '../../apps/server/src/open-stores.js';
import { rotateLogKey } from '../../apps/server/src/rotate-log-key.js';
import { startServer } from '../../apps/server/src/server.js';
import { Api } from '../support/api.js';
import { configFor, copyOf, newPath, runWithLog } from '../support/backup.js';
import { runProgram } from '../support/server-process.js';
import { expectStatus, openTestAccount, startTestServer, type TestAccount } from '../support/server.js';
import { readSettledHealth } from '../support/settled-health.js';
import { startRefusal } from '../support/start-refusal.js';
import { newPerson } from '../support/user-actions.js';

const embedded = { EVENTSTORE_URL: '', DATABASE_URL: '' };

/** An installation with a user. */
const home = newPath();
let user: string;
let account: TestAccount;

beforeAll(async () => {
  const test = await startTestServer({ ...embedded, DATA_DIR: home });
  account = await openTestAccount(test);
  user = account.path(`/users/${await account.addUser()}`);
  expectStatus(200, await test.operator.get('/accounts'));
  await test.server.close();
}, 60_000);

const copyOfHome = () => copyOf(home);

/** Puts the vault of the installation, which is older than this log, into a directory. */
function restoreOlderVault(dataDir: string): void {
  for (const suffix of ['', '-wal', '-shm']) rmSync(join(dataDir, `vault.db${suffix}`), { force: true });
  cpSync(join(home, 'vault.db'), join(dataDir, 'vault.db'));
}

const run = (tool: string, dataDir: string, ...args: string[]) =>
  runProgram(`dist/apps/server/src/log-${tool}.js`, { DATA_DIR: dataDir }, ...args);

/** Starts a server, locks and unlocks the user, and returns the health. */
async function useServer(dataDir: string) {
  const server = await startServer(configFor(dataDir, embedded));
  try {
    const operator = new Api(server.url, readFileSync(join(dataDir, 'operator-token'), 'utf8').trim());
    for (const action of ['lock', 'unlock'])
      expectStatus(200, await operator.post(`${user}/${action}`, { reason: 'odd' }));
    return await readSettledHealth(operator);
  } finally {
    await server.close();
  }
}

const newPeople = (count: number) =>
  Array.from({ length: count }, (_, index) => newPerson(account.domain, { firstName: `Person ${index}` }));

/** Starts a server and adds people to the account. Returns the status of each response. */
async function addUsers(dataDir: string, people: readonly object[]): Promise<number[]> {
  const server = await startServer(configFor(dataDir, embedded));
  try {
    const operator = new Api(server.url, readFileSync(join(dataDir, 'operator-token'), 'utf8').trim());
    const add = (person: object) => operator.post(account.path('/users'), person);
    return (await Promise.all(people.map(add))).map(({ status }) => status);
  } finally {
    await server.close();
  }
}

/** Opens a log, whose rotation then fails at some step. */
async function interruptRotation(dataDir: string, interrupt: (log: Log) => void): Promise<void> {
  await using closing = new AsyncDisposableStack();
  const log = await openLog(configFor(dataDir, embedded), closing);
  interrupt(log);
  await expect(rotateLogKey(log.store, log.vault)).rejects.toThrow('interrupted');
}

const fail = () => {
  throw new Error('interrupted');
};

const currentGeneration = (dataDir: string) =>
  runWithLog(configFor(dataDir, embedded), async ({ vault }) => vault.authentication.current.number);

it.each(['verify', 'accept-restore', 'rotate'])('log:%s shows its help, and refuses other arguments', (tool) => {
  const help = run(tool, newPath(), '--help');
  expect(help).toEqual({ status: 0, output: expect.stringMatching(new RegExp(`^npm run log:${tool}\n`)) });
  expect(run(tool, newPath(), '--fast')).toEqual({ status: 2, output: help.output });
});

it('log:verify can not tell where there is no installation or its server runs', async () => {
  expect(run('verify', newPath())).toMatchObject({ status: 2 });
  const dataDir = copyOfHome();
  await runWithLog(configFor(dataDir, embedded), async () =>
    expect(run('verify', dataDir)).toEqual({ status: 2, output: expect.stringContaining('in use') }),
  );
});

it('a rotation authenticates later events with a new key; earlier events stay authentic', async () => {
  const dataDir = copyOfHome();
  expect(run('rotate', dataDir)).toEqual({ status: 0, output: expect.stringMatching(/^Generation 2 of the key/) });
  expect(run('verify', dataDir)).toMatchObject({ status: 0 });
  expect(await useServer(dataDir)).toMatchObject({ foreignData: { status: 'ok' } });
  expect(run('rotate', dataDir)).toEqual({ status: 0, output: expect.stringMatching(/^Generation 3 of the key/) });
  expect(await useServer(dataDir)).toMatchObject({ foreignData: { status: 'ok' } });
  expect(run('verify', dataDir)).toMatchObject({ status: 0 });
});

it('a vault that is older than a rotation refuses the start', () => {
  const dataDir = copyOfHome();
  run('rotate', dataDir);
  restoreOlderVault(dataDir);
  expect(startRefusal({ DATA_DIR: dataDir })).toBe(
    'rollbook: The vault is older than the log: it lacks the key of generation 2 of the log. Restore the vault that belongs to this log.',
  );
  expect(run('verify', dataDir)).toMatchObject({ status: 2 });
});

it('a vault that is older than the log and lacks the key of a person added since refuses the start', async () => {
  const dataDir = copyOfHome();
  await addUsers(dataDir, newPeople(1));
  restoreOlderVault(dataDir);
  expect(startRefusal({ DATA_DIR: dataDir })).toBe(
    'rollbook: The vault is older than the log: it lacks the key of a person whose address was claimed since. Restore a newer backup of the vault, or the log and the vault from one backup.',
  );
});

it('after 100 adds and a rotation, the older vault is refused; with the older log, the same people can be added', async () => {
  const people = newPeople(100);
  const dataDir = copyOfHome();
  expect(new Set(await addUsers(dataDir, people))).toEqual(new Set([201]));
  run('rotate', dataDir);
  restoreOlderVault(dataDir);
  expect(startRefusal({ DATA_DIR: dataDir })).toContain('The vault is older than the log');
  const both = copyOfHome();
  expect(new Set(await addUsers(both, people))).toEqual(new Set([201]));
  expect(new Set(await addUsers(both, people))).toEqual(new Set([409]));
});

it('a vault that is older than the log, of the same generation, starts and continues', async () => {
  const dataDir = copyOfHome();
  await useServer(dataDir);
  restoreOlderVault(dataDir);
  expect(run('verify', dataDir)).toMatchObject({ status: 0 });
  expect(await useServer(dataDir)).toMatchObject({ foreignData: { status: 'ok' } });
  expect(run('verify', dataDir)).toMatchObject({ status: 0 });
});

it('a rotation that was interrupted after its event is ended by the next start', async () => {
  const dataDir = copyOfHome();
  await interruptRotation(dataDir, ({ vault }) => (vault.authentication.beginPrepared = fail));
  expect(await currentGeneration(dataDir)).toBe(2);
  expect(await useServer(dataDir)).toMatchObject({ foreignData: { status: 'ok' } });
  expect(run('verify', dataDir)).toMatchObject({ status: 0 });
});

it('a rotation that was interrupted before its event has not happened, and can be made again', async () => {
  const dataDir = copyOfHome();
  await interruptRotation(dataDir, ({ store }) => (store.append = fail));
  expect(await currentGeneration(dataDir)).toBe(1);
  expect(run('rotate', dataDir)).toEqual({ status: 0, output: expect.stringMatching(/^Generation 2 of the key/) });
  expect(await useServer(dataDir)).toMatchObject({ foreignData: { status: 'ok' } });
});
