import { cpSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { operatorOf } from '#libs/access';
import type { ProposedEvent } from '#libs/event-store';
import { countOpenLinks } from '#libs/users';
import type { Vault } from '#libs/vault';
import { createEventStore } from '../../apps/server/src/installation.js';
import { openLog, type Log } from '../../apps/server/src/open-stores.js';
import { respondToLeak } from '../../apps/server/src/respond-to-leak.js';
import { verifyLog } from '../../apps/server/src/verify-log.js';
import { alterTime, attackedCopy, eventsIn } from '../support/attacked-copy.js';
import { configFor, copyOf, newPath, runWithLog } from '../support/backup.js';
import { collectCrashStates } from '../support/crash-states.js';
import { fillInstallation, type LeakedInstallation } from '../support/leaked-installation.js';
import { linkOf, logInBrowser } from '../support/people.js';
import { runProgram } from '../support/server-process.js';
import { expectStatus, startTestServer, type TestServer } from '../support/server.js';
import { startRefusal } from '../support/start-refusal.js';

const embedded = { EVENTSTORE_URL: '', DATABASE_URL: '', TRUST_PROXY: '127.0.0.1' };
const files = ['vault.db', 'vault.key', 'events/events.db', 'operator-token'];

/** An installation whose vault others have read. */
const home = newPath();
let leaked: LeakedInstallation;

beforeAll(async () => {
  const test = await startTestServer({ ...embedded, DATA_DIR: home });
  leaked = await fillInstallation(test);
  await test.server.close();
}, 60_000);

const copyOfHome = () => copyOf(home);

const run = (dataDir: string, ...args: string[]) =>
  runProgram('dist/apps/server/src/state-after-leak.js', { DATA_DIR: dataDir }, ...args);

/** Returns what a response to a leak changes. */
async function contentOf(dataDir: string) {
  const config = configFor(dataDir, embedded);
  return runWithLog(config, async ({ store, vault }) => {
    const events = await Array.fromAsync(store.readAll());
    const count = (type: string) => events.filter((event) => event.type === type).length;
    const { lines, isWell } = await verifyLog({ store, vault }, config.eventStoreNamespace);
    return {
      sessionsEnded: count('UserSessionsEnded'),
      tokensEnded: count('AccessTokenEnded'),
      generation: vault.authentication.current.number,
      tokens: await vault.tokens.count(),
      sessions: await vault.sessions.count(),
      unfinished: vault.leakResponse.unfinished,
      findings: isWell ? [] : lines,
    };
  });
}

/** Responds to a leak in this process. */
async function respond(dataDir: string, change: (log: Log) => void = () => {}): Promise<void> {
  await using closing = new AsyncDisposableStack();
  const config = configFor(dataDir, embedded);
  const log = await openLog(config, closing);
  change(log);
  await respondToLeak(log, config, 'a stolen backup');
}

const noSessions = { user: 0, 'access-token': 0 };
// The tokens of the operator, Ann, the account's administrator and two services; Ann's two sessions end by one event.
const ended = { sessionsEnded: 1, tokensEnded: 5, generation: 2, tokens: 1, sessions: noSessions, findings: [] };

it('shows its help, and refuses other arguments', () => {
  const help = run(newPath(), '--help');
  expect(help).toEqual({ status: 0, output: expect.stringMatching(/^npm run state:after-leak/) });
  for (const args of [['--fast'], ['--reason', ' ']])
    expect(run(newPath(), ...args)).toEqual({ status: 2, output: help.output });
});

it('OPS-26: shows what will end, and changes nothing without --yes', async () => {
  const dataDir = copyOfHome();
  const before = await contentOf(dataDir);
  const { status, output } = run(dataDir);
  expect([status, output.split('\n')]).toEqual([
    1,
    [
      'Sessions of users that will end, expired ones included: 2; of operators: 1.',
      'Access tokens that will end, expired ones included: 5.',
      // Of Ann, the user who was invited after her, and the administrator.
      'Mailed links that will stop working: 3.',
      'Users with a password, whose hash may have been read: 1.',
      'Nothing was changed. Have you run npm run state:rewrap? Then repeat the command with --yes.',
      '',
    ],
  ]);
  expect(await contentOf(dataDir)).toEqual(before);
  expect(before).toMatchObject({ sessionsEnded: 0, tokensEnded: 0, generation: 1, unfinished: undefined });
});

it('OPS-26: is refused while a server runs', async () => {
  const dataDir = copyOfHome();
  const test = await startTestServer({ ...embedded, DATA_DIR: dataDir });
  try {
    expect(run(dataDir, '--yes')).toEqual({ status: 1, output: expect.stringContaining('in use') });
    expectStatus(200, await test.operator.get('/me'));
  } finally {
    await test.close();
  }
});

describe('after it', () => {
  let test: TestServer;
  let dataDir: string;
  beforeAll(async () => {
    dataDir = copyOfHome();
    const { status, output } = run(dataDir, '--yes', '--reason', 'a stolen backup');
    expect([status, output]).toEqual([0, expect.stringContaining(`A new operator's token is in ${dataDir}`)]);
    expect(await contentOf(dataDir)).toEqual({ ...ended, unfinished: undefined });
    test = await startTestServer({ ...embedded, DATA_DIR: dataDir });
  }, 60_000);
  afterAll(() => test.close());

  it('OPS-26: old sessions have ended, and their browsers are told why', async () => {
    const { ann, operator } = leaked.browsers;
    for (const [browser, sessionEnded] of [
      [ann, 'ended-by-administrator'],
      [operator, 'token-ended'],
    ] as const)
      expect(expectStatus(401, await browser.at(test.server.url).get('/me')).body).toMatchObject({ sessionEnded });
  });

  it.each(['operator', 'ann', 'accountService', 'service'] as const)(
    'OPS-26: the old token of %s is refused',
    async (holder) => {
      expectStatus(401, await leaked.tokens[holder].at(test.server.url).get('/me'));
    },
  );

  it('OPS-26: old links and cursors are refused, new ones work', async () => {
    const check = (link: string) => test.operator.inBrowser().post('/password-resets/check', { link });
    for (const link of Object.values(leaked.links))
      expect(expectStatus(409, await check(link)).body.code).toBe('link.not-valid');
    expectStatus(200, await check(await linkOf(test, leaked.ann.id)));
    expect(expectStatus(400, await test.operator.get(leaked.nextPage)).body.code).toBe('cursor.invalid');
    const users = leaked.account.path('/users?limit=1');
    const { next } = expectStatus(200, await test.operator.get(users)).body;
    expectStatus(200, await test.operator.get(`${users}&cursor=${next}`));
  });

  it('OPS-26: a user logs in with the password, and gets tokens', async () => {
    const browser = await logInBrowser(test, leaked.ann);
    expectStatus(200, await browser.get('/me'));
    const terms = { kind: 'service', name: 'robot', scopes: ['users:read'] };
    const expiresAt = new Date(Date.now() + 86_400_000).toISOString();
    const issued = expectStatus(201, await test.operator.post('/access-tokens', { ...terms, expiresAt }));
    expectStatus(200, await test.operator.as(issued.body.token).get('/me'));
  });

  it('OPS-26: the audit and the history show that the operator has ended sessions and tokens, and why', async () => {
    const { items } = expectStatus(200, await test.operator.get('/audit?limit=200')).body;
    const byResponse = items.filter(({ reason }: { reason?: string }) => reason === 'a stolen backup');
    const actions = byResponse.map(({ action }: { action: string }) => action).toSorted();
    expect(actions).toEqual([...Array.from({ length: 5 }, () => 'access-token.ended'), 'user.sessions-ended']);
    expect(byResponse.every(({ actor }: { actor: { kind: string } }) => actor.kind === 'operator')).toBe(true);
    const history = expectStatus(200, await test.operator.get(`${leaked.ann.path}/history`)).body.items;
    expect(history).toContainEqual(expect.objectContaining({ reason: 'a stolen backup' }));
  });
});

it('OPS-26: what is signed with the old key afterwards is foreign', async () => {
  const dataDir = copyOfHome();
  await respond(dataDir);
  const config = configFor(dataDir, embedded);
  await runWithLog(config, async ({ store, vault, node }) => {
    const authentication = Object.create(vault.authentication, { current: { value: vault.authentication.find(1) } });
    const thief = createEventStore(
      config,
      node!.url,
      () => Object.create(vault, { authentication: { value: authentication } }) as Vault,
    );
    const stream = `user-${leaked.ann.id}`;
    const before = await Array.fromAsync(store.read(stream));
    const id = '0c8d9b8e-3a47-4f4a-9f0c-0d8e6b3f5a11';
    const envelope = { ...before.at(-1)!.envelope, actor: operatorOf(vault), causationId: id };
    const forged: ProposedEvent = { id, type: 'UserRoleGranted', data: { role: 'administrator' }, envelope };
    await thief.append(stream, before.at(-1)!.revision, [forged]);
    await thief.close();
    expect(await Array.fromAsync(store.read(stream))).toEqual(before);
    const { lines } = await verifyLog({ store, vault }, config.eventStoreNamespace);
    expect(lines[0]).toMatch(new RegExp(`^${stream} has foreign events: 1,`));
  });
});

it('OPS-26: an older vault does not start with this log', async () => {
  const dataDir = copyOfHome();
  await respond(dataDir);
  for (const suffix of ['', '-wal', '-shm']) rmSync(join(dataDir, `vault.db${suffix}`), { force: true });
  cpSync(join(home, 'vault.db'), join(dataDir, 'vault.db'));
  expect(startRefusal({ DATA_DIR: dataDir })).toContain('The vault is older than the log');
});

it('OPS-26: also ends what a tampered user and a tampered token have, without an event', async () => {
  const tokenId = leaked.serviceTokenId;
  const dataDir = attackedCopy(home, (log, rows) => {
    for (const stream of [`user-${leaked.ann.id}`, `accessToken-${tokenId}`])
      alterTime(log, eventsIn(rows, stream)[0]!);
  });
  const { status, output } = run(dataDir, '--yes');
  expect([status, output]).toEqual([0, expect.stringContaining(`were tampered with (npm run log:verify): `)]);
  for (const id of [tokenId, leaked.ann.id]) expect(output).toContain(id);
  expect(await contentOf(dataDir)).toMatchObject({ sessionsEnded: 0, tokensEnded: 4, tokens: 1, sessions: noSessions });
});

it('counts the mailed links that work at a time', async () => {
  const hour = 3_600_000;
  await runWithLog(configFor(copyOfHome(), embedded), async ({ store }) => {
    const after = (ms: number) => countOpenLinks(store, new Date(Date.now() + ms).toISOString());
    expect([await after(0), await after(2 * hour), await after(8 * 24 * hour)]).toEqual([3, 2, 0]);
  });
});

it('OPS-26: no server starts until an interrupted response was completed, with its first reason', async () => {
  const dataDir = copyOfHome();
  const fail = () => {
    throw new Error('interrupted');
  };
  await expect(respond(dataDir, ({ vault }) => (vault.sessions.endAll = fail))).rejects.toThrow('interrupted');
  expect(startRefusal({ DATA_DIR: dataDir })).toBe(
    'rollbook: The response to a leak was interrupted: run npm run state:after-leak -- --yes again.',
  );
  const { status, output } = run(dataDir, '--yes', '--reason', 'another reason');
  expect([status, output]).toEqual([0, expect.stringContaining('An earlier response was interrupted')]);
  expect(await contentOf(dataDir)).toEqual({ ...ended, unfinished: undefined });
  const reasons = await runWithLog(configFor(dataDir, embedded), async ({ store }) =>
    (await Array.fromAsync(store.readAll())).flatMap(({ envelope }) => envelope.reason ?? []),
  );
  expect(new Set(reasons)).toEqual(new Set(['a stolen backup']));
});

it('OPS-26: ends well if it was killed between any two steps and is run again', async () => {
  const dataDir = copyOfHome();
  const states = await collectCrashStates(dataDir, files, () => respond(dataDir));
  expect(states.length).toBeGreaterThan(15);
  const oldToken = readFileSync(join(home, 'operator-token'), 'utf8');
  for (const left of states) {
    const { generation: before, unfinished } = await contentOf(left);
    const isEnded = before === 2 && !unfinished;
    await respond(left);
    const generation = isEnded ? 3 : 2;
    const { tokensEnded, ...found } = await contentOf(left);
    expect(found).toEqual({ ...ended, tokensEnded: undefined, generation, unfinished: undefined });
    // The operator's new token may have been issued before the kill.
    expect([5, 6]).toContain(tokensEnded);
    expect(readFileSync(join(left, 'operator-token'), 'utf8')).not.toBe(oldToken);
  }
}, 180_000);
