import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { EventStoreDBClient, jsonEvent } from '@eventstore/db-client';
import { startEmbeddedEventStore } from '#libs/embedded-eventstore';
import { openVault } from '#libs/vault';
import { readConfig } from '../../apps/server/src/config.js';
import { openLog } from '../../apps/server/src/open-stores.js';

// The files of an installation of a build that did not authenticate events.
const recorded = join(import.meta.dirname, '../recorded/a28c88c');
const unpack = (name: string): Buffer => gunzipSync(readFileSync(join(recorded, `${name}.gz`)));

let directory: string;
beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), 'take-over-'));
  mkdirSync(join(directory, 'events'));
  writeFileSync(join(directory, 'events/events.db'), unpack('events.db'));
  writeFileSync(join(directory, 'vault.db'), unpack('vault.db'));
  copyFileSync(join(recorded, 'vault.key'), join(directory, 'vault.key'));
});
afterEach(() => rmSync(directory, { recursive: true }));

/** Opens the log as a start does, and returns the types of the events of the installation and what the vault knows then. */
async function open() {
  await using closing = new AsyncDisposableStack();
  const config = readConfig({ DATA_DIR: directory, EVENTSTORE_NAMESPACE: 'rollbook' });
  const { store, vault } = await openLog(config, closing);
  const events = await Array.fromAsync(store.read('installation'));
  const all = await Array.fromAsync(store.readAll());
  const claims = [...new Set(all.map(({ stream }) => stream))].filter((stream) => stream.startsWith('email-'));
  return {
    types: events.map(({ type }) => type),
    count: all.length,
    witness: vault.witness.state,
    unsignedUntil: vault.authentication.unsignedUntil,
    claims,
    streams: await Promise.all(claims.map((stream) => vault.addresses.find(stream.slice('email-'.length)))),
  };
}

/** Lets the take-over end before the vault has saved it, as a crash would. */
async function interruptTakeOver(): Promise<void> {
  const other = await openVault({ directory: join(directory, 'other'), key: Buffer.alloc(32), create: true });
  const shared = Object.getPrototypeOf(other.authentication) as { takeOver: (position: number) => void };
  await other.close();
  const { takeOver } = shared;
  shared.takeOver = () => {
    throw new Error('interrupted');
  };
  try {
    await expect(open()).rejects.toThrow('interrupted');
  } finally {
    shared.takeOver = takeOver;
  }
}

/** Appends an event to a stream of the installation, without any key. */
async function forge(metadata: object): Promise<void> {
  const node = await startEmbeddedEventStore({ directory: join(directory, 'events') });
  const client = EventStoreDBClient.connectionString(node.url);
  await client.appendToStream('rollbook.user-forged', [jsonEvent({ type: 'UserLocked', data: {}, metadata })]);
  await client.dispose();
  await node.close();
}

it('the log of a build that did not authenticate events is taken over once', async () => {
  const first = await open();
  expect(first.types).toEqual(['InstallationFounded', 'InstallationRestored', 'InstallationTakenOver']);
  expect(first.witness).toMatchObject({ events: first.count - 1, position: first.unsignedUntil });
  expect(await open()).toEqual(first);
});

it('the claims of addresses of such a log are entered into the vault', async () => {
  const { claims, streams } = await open();
  expect(claims.length).toBeGreaterThan(0);
  expect(streams).toEqual(claims);
});

it('a take-over that was interrupted after its event is finished by the next start', async () => {
  await interruptTakeOver();
  // An event that is appended in between has no MAC and is foreign.
  await forge({});
  const next = await open();
  expect(next.types).toEqual(['InstallationFounded', 'InstallationRestored', 'InstallationTakenOver']);
  expect(next.witness).toMatchObject({ events: next.count - 1, position: next.unsignedUntil });
  expect(await open()).toEqual(next);
});

it('is refused for a log with an event that looks signed, or whose vault is from before the take-over', async () => {
  const refusal = 'The log holds events that are signed with an unknown key';
  await forge({ at: '2026', generation: 1, previous: -1, mac: 'A'.repeat(43) });
  await expect(open()).rejects.toThrow(refusal);
  writeFileSync(join(directory, 'events/events.db'), unpack('events.db'));
  for (const suffix of ['-wal', '-shm']) rmSync(join(directory, `events/events.db${suffix}`), { force: true });
  await open();
  writeFileSync(join(directory, 'vault.db'), unpack('vault.db'));
  await expect(open()).rejects.toThrow(refusal);
});
