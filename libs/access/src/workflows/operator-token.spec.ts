import { randomUUID } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startEmbeddedEventStore, type EmbeddedEventStore } from '#libs/embedded-eventstore';
import { EventStore } from '#libs/event-store';
import { openVault, type Vault } from '#libs/vault';
import { accessTokenEvents } from '../domain/access-token.events.js';
import type { Principal } from '../domain/principal.js';
import { TokenAuthenticator } from './token-authenticator.js';
import { ensureOperatorToken } from './operator-token.js';

const at = '2026-01-15T12:00:00.000Z';
let directory: string;
let file: string;
let node: EmbeddedEventStore;
let vault: Vault;
let store: EventStore;

beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), 'operator-token-'));
  vault = await openVault({ directory, key: Buffer.alloc(32, 1), create: true });
  node = await startEmbeddedEventStore({ directory });
});
afterAll(async () => {
  await vault.close();
  await node.close();
  rmSync(directory, { recursive: true });
});
beforeEach(async () => {
  file = join(directory, randomUUID());
  // Each test founds an installation of its own.
  const { url } = node;
  store = new EventStore({ url, namespace: `test-${randomUUID()}`, catalogue: accessTokenEvents, keys: vault });
});
afterEach(() => store.close());

const start = (options: object = {}) => ensureOperatorToken({ store, vault, file, at, days: 90, ...options });
const secret = () => readFileSync(file, 'utf8').trim();
const find = (token: string): Promise<Principal | undefined> =>
  new TokenAuthenticator(store, vault, () => new Date(at), { record: () => {} }).findPrincipal(token, 'fresh');

/** What the log says, oldest first. */
async function record() {
  const events = [];
  for await (const { type, envelope } of store.readAll()) events.push(`${envelope.actor.kind}: ${type}`);
  return events;
}

test('TOKEN-13: the first start writes a token with all permissions, in a file that only its owner can read', async () => {
  expect(await start()).toBe(true);
  expect(statSync(file).mode & 0o777).toBe(0o600);
  const principal = await find(secret());
  expect(principal!.actor.kind).toBe('operator');
  expect(principal).not.toHaveProperty('account');
  expect(principal!.permissions).toContain('accounts:open');
  expect(await record()).toEqual(['system: AccessTokenIssued']);
});

test('TOKEN-13: a later start leaves it', async () => {
  await start();
  const first = secret();
  expect(await start()).toBe(false);
  expect(secret()).toBe(first);
  expect(await record()).toEqual(['system: AccessTokenIssued']);
});

test('TOKEN-13: where the file is missing, a new one is issued and the old one ended, both on record', async () => {
  await start();
  const first = secret();
  const who = (await find(first))!.actor;
  rmSync(file);
  expect(await start()).toBe(true);
  expect(await find(first)).toBeUndefined();
  expect((await find(secret()))!.actor).toEqual(who);
  expect(await record()).toEqual([
    'system: AccessTokenIssued',
    'system: AccessTokenIssued',
    'system: AccessTokenEnded',
  ]);
});

test('TOKEN-13: a token that has expired, or is none, is replaced', async () => {
  await start({ at: '2015-01-01T00:00:00.000Z' });
  expect(await start()).toBe(true);
  expect(await find(secret())).toBeDefined();
  expect(await start()).toBe(false);
});

test('TOKEN-13: a start renews it once it is a day old, or lives longer than a new one would', async () => {
  const later = (hours: number) => new Date(Date.parse(at) + hours * 3_600_000).toISOString();
  await start();
  expect(await start({ at: later(23) })).toBe(false);
  expect(await start({ at: later(25) })).toBe(true);
  expect(await start({ at: later(26) })).toBe(false);
  expect(await start({ at: later(26), days: 30 })).toBe(true);
  expect(await start({ at: later(26), days: 30 })).toBe(false);
  expect((await find(secret()))!.token!.expiresAt).toBe(later(26 + 30 * 24));
  expect((await record()).slice(-2)).toEqual(['system: AccessTokenIssued', 'system: AccessTokenEnded']);
});

test('TOKEN-13: a token of a build that did not have all permissions of today is replaced', async () => {
  const append: EventStore['append'] = (stream, expected, events) => {
    const withoutOne = (data: object) => ({
      ...data,
      scopes: (data as { scopes: string[] }).scopes.filter((scope) => scope !== 'log:manage'),
    });
    return store.append(
      stream,
      expected,
      events.map((event) => ({ ...event, data: withoutOne(event.data) })),
    );
  };
  await start({ store: Object.assign(Object.create(store) as EventStore, { append }) });
  expect((await find(secret()))!.permissions).not.toContain('log:manage');
  expect(await start()).toBe(true);
  expect((await find(secret()))!.permissions).toContain('log:manage');
});

describe('a start that was cut short is made good by the next', () => {
  const cut = () => {
    throw new Error('killed');
  };
  /** The store or the vault, where one act kills the server instead. */
  const but = <T extends object>(whole: T, part: Partial<T>): T => Object.assign(Object.create(whole) as T, part);

  let appends = 0;
  const append = (...args: Parameters<EventStore['append']>) => (appends++ ? cut() : store.append(...args));

  const steps: [string, () => object][] = [
    ['before the hash is kept', () => ({ vault: but(vault, { tokens: but(vault.tokens, { save: cut }) }) })],
    [
      'before the token is on record',
      () => ({
        store: but(store, { append: cut }),
        vault: but(vault, { tokens: but(vault.tokens, { delete: async () => {} }) }),
      }),
    ],
    ['before the file is written', () => ({ file: join(file, 'no-such-directory', 'file') })],
    ['before the old one is ended', () => ({ store: but(store, { append }) })],
  ];

  test.each(steps)('TOKEN-13: %s', async (_, broken) => {
    await start();
    const first = secret();
    rmSync(file);
    appends = 0;
    await expect(start(broken())).rejects.toThrow();
    await start();
    expect(await find(first)).toBeUndefined();
    expect(await find(secret())).toBeDefined();
    const events = await record();
    const live =
      events.filter((event) => event.endsWith('Issued')).length -
      events.filter((event) => event.endsWith('Ended')).length;
    expect(live).toBe(1);
    expect(await start()).toBe(false);
  });
});
