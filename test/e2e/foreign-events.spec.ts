import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ANY, EventStoreDBClient, START, jsonEvent, type JSONType, type RecordedEvent } from '@eventstore/db-client';
import { startEmbeddedEventStore, type EmbeddedEventStore } from '#libs/embedded-eventstore';
import { startServer } from '../../apps/server/src/server.js';
import { Api } from '../support/api.js';
import {
  expectStatus,
  issueTokenFor,
  openTestAccount,
  startTestServer,
  type TestAccount,
  type TestServer,
} from '../support/server.js';

// Somebody who may write to the event store, but has no key of the vault, acts in our name. The server has the event store by
// its address, as an operator's cluster.
const directory = mkdtempSync(join(tmpdir(), 'attacked-'));
let node: EmbeddedEventStore;
let attacker: EventStoreDBClient;
let test: TestServer;
let account: TestAccount;
let member: { id: string; token: string };

beforeAll(async () => {
  node = await startEmbeddedEventStore({ directory });
  attacker = EventStoreDBClient.connectionString(node.url);
  test = await startTestServer({ EVENTSTORE_URL: node.url, EVENTSTORE_NAMESPACE: 'rollbook' });
  account = await openTestAccount(test);
  const id = await account.addUser({ firstName: 'Mal', lastName: 'Lory' });
  member = { id, token: await issueTokenFor(test.operator, id, ['users:read', 'me:write']) };
  await account.addUserWithRole('auditor');
}, 60_000);
afterAll(async () => {
  await test.close();
  await attacker.dispose();
  await node.close();
  rmSync(directory, { recursive: true });
});

/** Reads all events of the installation as they are stored. */
async function readLog(): Promise<RecordedEvent[]> {
  const log = await Array.fromAsync(attacker.readAll({ fromPosition: START }));
  return log.flatMap(({ event }) => (event?.streamId.startsWith('rollbook.') ? [event] : []));
}

/** Appends a copy of the newest event of a type to a stream, with other data. */
async function forge(stream: string, type: string, data: object): Promise<void> {
  const { metadata } = (await readLog()).findLast((event) => event.type === type)!;
  await attacker.appendToStream(`rollbook.${stream}`, [jsonEvent({ type, data: data as JSONType, metadata })], {
    expectedRevision: ANY,
  });
}

/** Returns the answers that the API gives about everything. */
async function askAll(api: Api): Promise<Record<string, unknown>> {
  const paths = [
    account.path(),
    ...['users', 'approvals', 'summary', 'export'].map((name) => account.path(`/${name}`)),
    ...['', '/history', '/actions', '?revision=0'].map((rest) => account.path(`/users/${member.id}${rest}`)),
    '/accounts',
    '/audit?limit=200',
    '/access-tokens',
  ];
  const answers = await Promise.all(paths.map(async (path) => [path, await api.get(path)] as const));
  return Object.fromEntries(
    answers.map(([path, { status, text }]) => [path, [status, text.replaceAll(/"lastUsedAt":("[^"]*"|null)/g, '')]]),
  );
}

it('an appended UserRoleGranted gives no role, and is in no list, history or audit', async () => {
  const asMember = test.operator.as(member.token);
  expect((await asMember.get(account.path('/users'))).status).toBe(403);
  await forge(`user-${member.id}`, 'UserRoleGranted', { role: 'administrator' });
  test.clock.move(2_000);
  expect((await asMember.get(account.path('/users'))).status).toBe(403);
  // A command on the user is appended after the foreign event.
  const { body } = expectStatus(
    200,
    await test.operator.post(account.path(`/users/${member.id}/lock`), { reason: 'odd' }),
  );
  expect(body).toMatchObject({ status: 'active', changed: true });
  expect(expectStatus(200, await test.operator.get(account.path(`/users/${member.id}`))).body.roles).toEqual([]);
  const history = expectStatus(200, await test.operator.get(account.path(`/users/${member.id}/history`))).body.items;
  expect(history.map(({ action }: { action: string }) => action)).toEqual(['user.locked', 'user.added']);
  expectStatus(200, await test.operator.post(account.path(`/users/${member.id}/unlock`)));
});

it('an appended AccessTokenIssued makes no token an operator’s, and stops no read model', async () => {
  const issued = (await readLog()).findLast(({ type }) => type === 'AccessTokenIssued')!;
  const stream = issued.streamId.replace('rollbook.', '');
  await forge(stream, 'AccessTokenIssued', {
    ...(issued.data as object),
    holder: { kind: 'operator' },
    kind: 'operator',
  });
  await forge('accessToken-unheard', 'AccessTokenIssued', {});
  await forge(`user-${member.id}`, 'AccessTokenIssued', {});
  test.clock.move(2_000);
  const token = await issueTokenFor(test.operator, member.id, ['users:read', 'me:write']);
  expect((await test.operator.as(token).get('/accounts')).status).toBe(403);
  await account.addUser();
  const { body } = expectStatus(200, await test.operator.get('/health/ready'));
  expect(body.projections.failing).toBeNull();
});

it('foreign events are an incident: operators see how many, and in which streams', async () => {
  const { body } = expectStatus(200, await test.operator.get('/health/ready'));
  expect(body).toMatchObject({ status: 'degraded', foreignData: { status: 'found', eventRanges: 4, vaultRows: 0 } });
  expect(body.foreignData.latest).toContainEqual({
    stream: 'accessToken-unheard',
    first: 0,
    last: 0,
    isAcknowledged: false,
  });
  expect((await test.operator.get('/metrics')).text).toMatch(/rollbook_foreign_data{kind="event-ranges"} 4/);
});

it('a user whose stream is tampered is answered to strangers like an unknown address', async () => {
  const email = `flooded@${account.domain}`;
  const userId = await account.addUser({ email });
  const event = () => jsonEvent({ type: 'UserLocked', data: {} });
  await attacker.appendToStream(`rollbook.user-${userId}`, Array.from({ length: 1_001 }, event), {
    expectedRevision: ANY,
  });
  const asked = async (address: string) => {
    const stranger = test.operator.inBrowser();
    const login = await stranger.post('/login', { email: address, password: 'guess' });
    const link = await stranger.post('/password-resets', { email: address });
    return [login.status, login.body.code, link.status, link.text];
  };
  expect((await test.operator.post(account.path(`/users/${userId}/lock`))).body).toMatchObject({
    code: 'log.tampered',
  });
  expect(await asked(email)).toEqual(await asked(`unknown@${account.domain}`));
});

it('every answer is what it would be without the foreign events, also when the read models are built again', async () => {
  const before = await askAll(test.operator);
  const signed = (await readLog()).filter(({ metadata }) => (metadata as { mac?: string } | undefined)?.mac);
  for (const { streamId, type, data } of signed) await forge(streamId.slice('rollbook.'.length), type, data as object);
  expect(await askAll(test.operator)).toEqual(before);
  await test.server.close();
  rmSync(join(test.directory, 'read-store'), { recursive: true, force: true });
  const again = await startServer(test.config, { clock: test.clock });
  const operator = new Api(again.url, test.operator['token']);
  const { head } = (await operator.get('/health/ready')).body.projections;
  expectStatus(200, await operator.get('/accounts', { 'rollbook-min-position': String(head) }));
  expect(await askAll(operator)).toEqual(before);
  await again.close();
});
