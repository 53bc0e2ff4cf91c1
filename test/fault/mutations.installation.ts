import { cpSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { ANY, EventStoreDBClient, jsonEvent } from '@eventstore/db-client';
import { startEmbeddedEventStore } from '#libs/embedded-eventstore';
import { EventStore } from '#libs/event-store';
import { configFor, newPath, runWithLog } from '../support/backup.js';
import { addPerson, logIn, type Person } from '../support/people.js';
import { expectStatus, issueTokenFor, openTestAccount, startTestServer } from '../support/server.js';

/** A stopped installation, and what to ask about it. */
export interface RecordedInstallation {
  readonly directory: string;
  readonly tokens: readonly string[];
  readonly sessions: readonly string[];
  readonly people: readonly Person[];
  /** The position up to which the witness has seen the log. Two later events are authentic. */
  readonly witnessed: number;
}

/**
 * Writes an installation with users, roles, locks, tokens, passwords and sessions, in whose streams somebody else has
 * appended foreign events, and whose witness has not seen the last two events.
 */
export async function recordInstallation(): Promise<RecordedInstallation> {
  const directory = newPath();
  const node = await startEmbeddedEventStore({ directory: join(directory, 'events') });
  const attacker = EventStoreDBClient.connectionString(node.url);
  const forge = (stream: string, type: string, data: Record<string, string>) =>
    attacker.appendToStream(`rollbook.${stream}`, jsonEvent({ type, data }), { expectedRevision: ANY });
  const settings = {
    DATA_DIR: directory,
    EVENTSTORE_NAMESPACE: 'rollbook',
    DATABASE_URL: '',
    TRUST_PROXY: '127.0.0.1',
  };
  const test = await startTestServer({ ...settings, EVENTSTORE_URL: node.url });
  const account = await openTestAccount(test);
  const [ann, bob, eve, dan] = [
    await addPerson(test, account),
    await addPerson(test, account),
    await addPerson(test, account),
    await addPerson(test, account),
  ];
  const tokens = [test.operator['token']!, account.administrator['token']!];
  for (const { id } of [ann, bob, eve, dan])
    tokens.push(await issueTokenFor(test.operator, id, ['users:read', 'me:write']));
  const post = async (path: string, body: object = {}) => expectStatus(200, await test.operator.post(path, body));
  for (const { path } of [ann, dan]) expectStatus(200, await test.operator.put(`${path}/roles/auditor`));
  await forge(`user-${bob.id}`, 'UserRoleGranted', { role: 'administrator' });
  for (const action of ['lock', 'unlock', 'lock']) await post(`${bob.path}/${action}`, { reason: 'odd' });
  await post(`${eve.path}/delete`, { keepRoles: true });
  await post(`${eve.path}/restore`);
  const sessions: string[] = [];
  for (const { email } of [ann, eve, dan])
    sessions.push(/=([^;]+)/.exec(expectStatus(200, await logIn(test, email)).headers.getSetCookie()[0]!)![1]!);
  expect((await logIn(test, ann.email, 'wrong')).status).toBe(401);
  await forge(`user-${ann.id}`, 'UserLocked', { cause: 'administrator' });
  await forge('user-unheard', 'UserAdded', {});
  await forge('accessToken-unheard', 'AccessTokenIssued', {});
  // Read models do not go past the witness.
  const position = String(await test.server.app.get(EventStore).lastPosition());
  expectStatus(200, await test.operator.get('/accounts', { 'rollbook-min-position': position }));
  await test.server.close();
  await attacker.dispose();
  await node.close();
  rmSync(join(directory, 'read-store'), { recursive: true });
  const witnessed = await runWithLog(configFor(directory, { EVENTSTORE_URL: '' }), async ({ store, vault }) => {
    // No witness runs here.
    for (const { id } of [ann, bob]) {
      const [last] = await Array.fromAsync(store.read(`user-${id}`, { backwards: true, maxCount: 1 }));
      const { envelope, revision } = last!;
      const data = { cause: 'administrator', disableModeDays: 7 };
      const event = { id: crypto.randomUUID(), type: 'UserLocked', data, envelope };
      await store.append(`user-${id}`, revision, [event]);
    }
    return vault.witness.position;
  });
  return { directory, tokens, sessions, people: [ann, bob, eve, dan], witnessed };
}

/** Copies the vault of an installation to a new directory. */
export function copyVault({ directory }: RecordedInstallation, to: string): void {
  for (const name of ['vault.db', 'vault.key']) cpSync(join(directory, name), join(to, name));
}
