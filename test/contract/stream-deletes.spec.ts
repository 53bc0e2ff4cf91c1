import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { EventStoreDBClient } from '@eventstore/db-client';
import { LogWitness, TamperedStream, type EventStore } from '#libs/event-store';
import { openVault, type Vault } from '#libs/vault';
import {
  counted,
  eventsOf,
  external,
  namespace,
  numberOf,
  numbers,
  storeOf,
  untilCaughtUp,
  url,
} from './event-store-fixture.js';

// Attacks by somebody who may write to the event store: they set the metadata of streams and delete streams. docs/attacks.md
// lists them. Each test has a vault of its own, since a vault belongs to one log.
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
  directory = mkdtempSync(join(tmpdir(), 'deletes-'));
  vault = await openVault({ directory, key, create: true });
  store = storeOf({ keys: vault });
  witness = new LogWitness(store, vault.witness, (error) => problems.push(error));
  await store.append('n-1', -1, numbers(1, 3));
  await store.append('n-2', -1, [counted(7)]);
});
afterEach(async () => {
  await witness.stop();
  await vault.close();
  rmSync(directory, { recursive: true });
  expect(problems.splice(0)).toEqual([]);
});

const stream = () => `${namespace}.n-1`;

/** The attacks, and what calls do before the witness has seen them. */
const attacks = [
  {
    name: 'metadata that keep only the newest event',
    attack: () => attacker.setStreamMetadata(stream(), { maxCount: 1 }),
    before: { read: 'tampered', newest: [3], newestTwo: 'tampered', append: 'succeeds' },
  },
  {
    name: 'metadata that cut off the beginning',
    attack: () => attacker.setStreamMetadata(stream(), { truncateBefore: 1 }),
    before: { read: 'tampered', newest: [3], newestTwo: [3, 2], append: 'succeeds' },
  },
  {
    name: 'metadata that cut off all events',
    attack: () => attacker.setStreamMetadata(stream(), { truncateBefore: 3 }),
    before: { read: [], newest: [], newestTwo: [], append: 'succeeds' },
  },
  {
    name: 'metadata after which all events are too old',
    attack: async () => {
      await attacker.setStreamMetadata(stream(), { maxAge: 1 });
      await pause(2_000);
    },
    before: { read: [], newest: [], newestTwo: [], append: 'succeeds' },
  },
  {
    name: 'a deletion',
    attack: () => attacker.deleteStream(stream()),
    before: { read: [], newest: [], newestTwo: [], append: 'succeeds' },
  },
  {
    name: 'a deletion for ever',
    attack: () => attacker.tombstoneStream(stream()),
    before: { read: 'tampered', newest: 'tampered', newestTwo: 'tampered', append: 'tampered' },
  },
];

/** Returns what a call does: its result, or that it is refused with `log.tampered`. */
async function outcome<T>(call: Promise<T>): Promise<T | 'tampered'> {
  try {
    return await call;
  } catch (error) {
    if (error instanceof TamperedStream) return 'tampered';
    throw error;
  }
}

const read = async (options?: Parameters<EventStore['read']>[1]) =>
  (await Array.fromAsync(store.read('n-1', options))).map(numberOf);
const readNewest = (maxCount = 1) => read({ backwards: true, maxCount });
/** Appends as a command does that has read the stream before the attack. */
const append = async () => {
  await store.append('n-1', 2, [counted(4)]);
  return 'succeeds';
};
/** Appends as a command does that takes the stream for an absent one. */
const create = async () => {
  await store.append('n-1', -1, [counted(4)]);
  return 'succeeds';
};

/** Waits until the witness has seen all of the log. */
async function waitForWitness(): Promise<void> {
  const { position } = await store.append('n-3', -1, [counted(8)]);
  await vault.witness.waitForPosition(position, AbortSignal.timeout(10_000));
}

if (!external)
  console.info('Metadata and deletes of streams are tested on EVENTSTORE_URL only: the embedded node has none.');
(external ? describe : describe.skip).each(attacks)('$name', ({ attack, before }) => {
  it('makes a stream tampered once the witness has seen it, also for the next start', async () => {
    witness.start();
    await attack();
    await waitForWitness();
    await witness.stop();
    for (const call of [read, readNewest, append]) expect(await outcome<unknown>(call())).toBe('tampered');
    const reason = 'it was deleted or its metadata were changed';
    expect(store.tampered.list(10)).toMatchObject([{ stream: 'n-1', reason }]);
    expect(vault.witness.listIncidents(10)).toMatchObject([{ stream: 'n-1', isAcknowledged: false }]);
    expect(vault.witness.state.foreignRanges).toBe(0);
    await vault.close();
    vault = await openVault({ directory, key, create: false });
    expect(vault.witness.isChanged('n-1')).toBe(true);
  });

  it('before the witness has seen it', async () => {
    await attack();
    expect({
      read: await outcome(read()),
      newest: await outcome(readNewest()),
      newestTwo: await outcome(readNewest(2)),
      append: await outcome(append()),
    }).toEqual(before);
  });

  it('before the witness has seen it, does not let the stream begin again', async () => {
    await attack();
    await expect(outcome(create())).resolves.toBe('tampered');
  });

  it('has no effect on other streams and on subscriptions', async () => {
    await attack();
    witness.start();
    await waitForWitness();
    expect((await Array.fromAsync(store.read('n-2'))).map(numberOf)).toEqual([7]);
    const followed = eventsOf(await untilCaughtUp(undefined, store)).map(numberOf);
    expect(followed.filter((n) => n > 3)).toEqual([7, 8]);
  });
});
