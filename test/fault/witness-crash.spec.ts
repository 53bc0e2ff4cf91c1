import { cpSync } from 'node:fs';
import { ANY, EventStoreDBClient, jsonEvent } from '@eventstore/db-client';
import { LogWitness, type EventStore } from '#libs/event-store';
import { openVault, type Vault } from '#libs/vault';
import { findLostEvent } from '../../apps/server/src/lost-events.js';
import { counted, external, namespace, numberOf, storeOf, url } from '../contract/event-store-fixture.js';
import { newPath } from '../support/backup.js';
import { collectCrashStates } from '../support/crash-states.js';

// Kills the witness between every two statements of its saves, and continues from what is left of the vault.
const key = Buffer.alloc(32, 7);
let attacker: EventStoreDBClient;
beforeAll(() => {
  attacker = EventStoreDBClient.connectionString(url);
});
afterAll(() => attacker.dispose());

const forge = (stream: string, count: number) =>
  attacker.appendToStream(
    `${namespace}.${stream}`,
    Array.from({ length: count }, () => jsonEvent({ type: 'Counted', data: { n: 9 } })),
    { expectedRevision: ANY },
  );

/** Appends to three streams of ours; each element waits for the one before it. */
const writes: ((store: EventStore) => Promise<unknown>)[] = [
  (store) => store.append('n-1', -1, [counted(1), counted(2)]),
  () => forge('n-1', 1),
  () => forge('n-1', 2),
  () => forge('n-2', 1),
  (store) => store.append('n-1', 1, [counted(3)]),
  (store) => store.append('n-2', -1, [counted(4)]),
  () => forge('n-1', 1),
  ...(external ? [() => attacker.setStreamMetadata(`${namespace}.n-3`, { maxCount: 1 })] : []),
  (store) => store.append('n-1', 5, [counted(5)]),
  () => forge('n-2', 3),
];

/** Lets a witness run until it has seen the whole log. */
async function runWitness(store: EventStore, vault: Vault, work: () => Promise<void> = async () => {}): Promise<void> {
  const problems: unknown[] = [];
  const witness = new LogWitness(store, vault.witness, (error) => problems.push(error));
  witness.start();
  await work();
  await waitForWitness(store, vault);
  await witness.stop();
  expect(problems).toEqual([]);
}

const waitForWitness = async (store: EventStore, vault: Vault) =>
  vault.witness.waitForPosition(await store.lastPosition(), AbortSignal.timeout(10_000));

/** The times at which a witness has seen an incident differ from run to run. */
const withoutTimes = ({ incidents, ...log }: Awaited<ReturnType<typeof describeLog>>) => ({
  ...log,
  incidents: incidents.map(({ stream, first, last, position }) => ({ stream, first, last, position })),
});

/** Returns what the vault knows of the log, and what reads of the streams give. */
const describeLog = async (store: EventStore, vault: Vault) => ({
  state: vault.witness.state,
  incidents: vault.witness.listIncidents(100),
  streams: await Promise.all(
    ['n-1', 'n-2'].map(async (stream) => (await Array.fromAsync(store.read(stream))).map(numberOf)),
  ),
  tampered: store.tampered.list(10),
});

it('continues after a crash between any two steps of its saves, with the same result as without a crash', async () => {
  const directory = newPath();
  const vault = await openVault({ directory, key, create: true });
  const empty = newPath();
  cpSync(directory, empty, { recursive: true });
  const store = storeOf({ keys: vault });
  const states = await collectCrashStates(directory, ['vault.db'], () =>
    runWitness(store, vault, async () => {
      for (const write of writes) {
        await write(store);
        await waitForWitness(store, vault);
      }
    }),
  );
  const whole = await describeLog(store, vault);
  expect(whole).toMatchObject({ state: { events: 5 }, streams: [[1, 2, 3, 5], [4]], tampered: [] });
  await vault.close();
  // At least the state before the first save, and one after each.
  expect(states.length).toBeGreaterThan(writes.length);

  const seen = new Set<number>();
  for (const left of [empty, ...states]) {
    const opened = await openVault({ directory: left, key, create: false });
    seen.add(opened.witness.position);
    const continued = storeOf({ keys: opened });
    expect(await findLostEvent({ store: continued, vault: opened })).toBeUndefined();
    // Before the witness continues, as the first commands after a start.
    expect(await describeLog(continued, opened)).toMatchObject({ streams: whole.streams, tampered: [] });
    await runWitness(continued, opened);
    expect(withoutTimes(await describeLog(continued, opened))).toEqual(withoutTimes(whole));
    await opened.close();
  }
  expect(seen.size).toBeGreaterThan(writes.length / 2);
}, 60_000);
