import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { ANY, EventStoreDBClient, jsonEvent } from '@eventstore/db-client';
import { LogWitness, TamperedStream, type EventStore } from '#libs/event-store';
import type { LogItem, Recorded } from '#libs/kernel';
import { openVault, type Vault } from '#libs/vault';
import { counted, namespace, numberOf, storeOf, url } from './event-store-fixture.js';

// Each test has a vault of its own, since a vault belongs to one log.
const key = Buffer.alloc(32, 7);
let attacker: EventStoreDBClient;
let directory: string;
let vault: Vault;
let store: EventStore;
let witness: LogWitness;
const problems: unknown[] = [];

beforeAll(() => {
  attacker = EventStoreDBClient.connectionString(url);
});
afterAll(() => attacker.dispose());
beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), 'witness-'));
  vault = await openVault({ directory, key, create: true });
  store = storeOf({ keys: vault });
  witness = new LogWitness(store, vault.witness, (error) => problems.push(error));
});
afterEach(async () => {
  await witness.stop();
  await vault.close();
  rmSync(directory, { recursive: true });
  expect(problems).toEqual([]);
});

const forge = (stream: string, count = 1, type = 'Counted') =>
  attacker.appendToStream(
    `${namespace}.${stream}`,
    Array.from({ length: count }, () => jsonEvent({ type, data: { n: 9 } })),
    { expectedRevision: ANY },
  );
const waitForEnd = async () => vault.witness.waitForPosition(await store.lastPosition(), AbortSignal.timeout(10_000));
/** A foreign event as the witness has seen it. */
const foreignEvent = (stream: string, revision: number, position = 1) => ({
  stream,
  revision,
  position,
  type: 'Forged',
});
/** Returns the next event of a subscription. A shared event store also sends checkpoints, which do not wait for the witness. */
async function findEvent(items: AsyncGenerator<LogItem>): Promise<Recorded | undefined> {
  for (;;) {
    const { value, done } = await items.next();
    if (done) return undefined;
    if (value.kind === 'event') return value.event;
  }
}
const reopen = async () => {
  await vault.close();
  vault = await openVault({ directory, key, create: false });
  store = storeOf({ keys: vault });
};

it('counts authentic events, and lists foreign ones by stream, also after a restart', async () => {
  witness.start();
  await store.append('n-1', -1, [counted(1), counted(2)]);
  await forge('n-1', 3);
  await forge('n-2', 1, '$streamDeleted');
  await store.append('n-1', 1, [counted(3)]);
  await forge('n-1');
  await waitForEnd();
  expect(vault.witness.state).toMatchObject({ events: 3, foreignRanges: 3, changedStreams: 0 });
  const seen = {
    type: 'Counted',
    isAcknowledged: false,
    firstSeenAt: expect.any(String),
    position: expect.any(Number),
  };
  expect(vault.witness.listIncidents(10)).toEqual([
    { stream: 'n-1', first: 6, last: 6, ...seen },
    { stream: 'n-2', first: 0, last: 0, ...seen, type: '$streamDeleted' },
    { stream: 'n-1', first: 2, last: 4, ...seen },
  ]);
  await witness.stop();
  const { state } = vault.witness;
  await reopen();
  expect(vault.witness.state).toEqual(state);
  expect([4, 5, 6].map((revision) => vault.witness.isForeign('n-1', revision))).toEqual([true, false, true]);
  witness = new LogWitness(store, vault.witness, (error) => problems.push(error));
  witness.start();
  await store.append('n-1', 5, [counted(4)]);
  await waitForEnd();
  expect(vault.witness.state.events).toBe(4);
});

it('has the same digest for the same log, in batches of any size', async () => {
  for (let n = 0; n < 5; n++) await store.append('n-1', n - 1, [counted(n)]);
  witness.start();
  await waitForEnd();
  const { state } = vault.witness;
  await vault.witness.reset(0);
  await witness.stop();
  witness = new LogWitness(store, vault.witness, (error) => problems.push(error));
  witness.start();
  await waitForEnd();
  expect(vault.witness.state).toEqual(state);
});

it('is what subscriptions wait for, once it runs', async () => {
  await store.append('n-1', -1, [counted(1)]);
  vault.witness.attach();
  const aborting = new AbortController();
  const followed = store.follow(undefined, aborting.signal);
  const first = findEvent(followed);
  expect(await Promise.race([first, new Promise((resolve) => setTimeout(resolve, 200, 'waits'))])).toBe('waits');
  witness.start();
  expect(numberOf((await first)!)).toBe(1);
  aborting.abort();
  await followed.return(undefined);
});

it('tells an altered event from a foreign one at the end of a stream', async () => {
  // The witness has seen an authentic event there, so the present event was altered.
  const seen = vault.witness.state;
  await forge('n-1');
  const { position } = (await Array.fromAsync(store.readRawLog()))[0]!;
  expect(await Array.fromAsync(store.read('n-1'))).toEqual([]);
  await vault.witness.save({ state: { ...seen, position }, foreign: [], changedStreams: [] });
  await expect(Array.fromAsync(store.read('n-1'))).rejects.toThrow(TamperedStream);
  await expect(store.append('n-1', -1, [counted(1)])).rejects.toThrow(TamperedStream);
  expect(store.tampered.list(10)).toEqual([
    { stream: 'n-1', reason: 'revision 0 was altered', at: expect.any(String) },
  ]);
  await vault.witness.save({ state: { ...seen, position }, foreign: [foreignEvent('n-1', 0)], changedStreams: [] });
  expect(await Array.fromAsync(store.read('n-1'))).toEqual([]);
});

it('makes a stream tampered that was deleted or whose metadata were changed', async () => {
  await store.append('n-1', -1, [counted(1)]);
  await vault.witness.save({
    state: vault.witness.state,
    foreign: [],
    changedStreams: [{ stream: 'n-1', position: 0 }],
  });
  await expect(Array.fromAsync(store.read('n-1'))).rejects.toThrow(TamperedStream);
});

it('saves all of what it has seen, or nothing', async () => {
  const db = new DatabaseSync(join(directory, 'vault.db'));
  db.exec("CREATE TRIGGER broken BEFORE UPDATE ON secret BEGIN SELECT RAISE(ABORT, 'disk'); END");
  const seen = {
    state: { ...vault.witness.state, position: 9 },
    foreign: [foreignEvent('n-1', 3)],
    changedStreams: [{ stream: 'n-2', position: 0 }],
  };
  await expect(vault.witness.save(seen)).rejects.toThrow('disk');
  expect([vault.witness.position, vault.witness.isForeign('n-1', 3), vault.witness.isChanged('n-2')]).toEqual([
    -1,
    false,
    false,
  ]);
  db.exec('DROP TRIGGER broken');
  db.close();
  await vault.witness.save(seen);
  await reopen();
  expect([vault.witness.position, vault.witness.isForeign('n-1', 3), vault.witness.isChanged('n-2')]).toEqual([
    9,
    true,
    true,
  ]);
});

it('lists at most 10,000 ranges', async () => {
  const foreign = Array.from({ length: 10_050 }, (_, nth) => foreignEvent(`n-${nth}`, 0));
  await vault.witness.save({ state: { ...vault.witness.state, position: 9 }, foreign, changedStreams: [] });
  expect(vault.witness.state.foreignRanges).toBe(10_000);
  expect(vault.witness.isForeign('n-10049', 0)).toBe(false);
});

describe('a vault is refused', () => {
  it.each([
    ['a foreign event was removed from its list', 'DELETE FROM foreign_range', 'list of foreign events was changed'],
    [
      'a foreign event was moved to another stream',
      "UPDATE foreign_range SET stream = 'n-3'",
      'list of foreign events',
    ],
    ['a changed stream was removed from its list', 'DELETE FROM changed_stream', 'list of foreign events was changed'],
    ['an accepted stream was removed from its list', 'DELETE FROM accepted_stream', 'list of foreign events'],
    [
      'an acceptance was moved to another stream',
      "UPDATE accepted_stream SET stream = 'n-4'",
      'list of foreign events was changed',
    ],
    ['both lists were removed', 'DROP TABLE foreign_range; DROP TABLE changed_stream', 'list of foreign events'],
    ['what it knows about the log was removed', "DELETE FROM secret WHERE name = 'log'", 'has lost what it knows'],
  ])('if %s', async (_, sql, refusal) => {
    const changed = mkdtempSync(join(tmpdir(), 'witness-'));
    const state = { ...vault.witness.state, position: 5 };
    const written = await openVault({ directory: changed, key, create: true });
    await written.witness.save({
      state,
      foreign: [foreignEvent('n-1', 3)],
      changedStreams: [{ stream: 'n-2', position: 0 }],
    });
    await written.witness.saveAccepted('n-3', { revision: 1, events: [[0, 0]], position: 4 });
    await written.close();
    const db = new DatabaseSync(join(changed, 'vault.db'));
    db.exec(sql);
    db.close();
    await expect(openVault({ directory: changed, key, create: false })).rejects.toThrow(refusal);
    rmSync(changed, { recursive: true });
  });
});
