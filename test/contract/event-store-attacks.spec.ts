import { randomUUID } from 'node:crypto';
import {
  ANY,
  BACKWARDS,
  END,
  EventStoreDBClient,
  binaryEvent,
  jsonEvent,
  type EventData,
  type JSONType,
} from '@eventstore/db-client';
import { TamperedStream } from '#libs/event-store';
import {
  all,
  counted,
  eventsOf,
  namespace,
  numberOf,
  numbers,
  read,
  readAll,
  store,
  storeOf,
  sum,
  untilCaughtUp,
  url,
  vault,
} from './event-store-fixture.js';

// Attacks by somebody who may write to the event store but has no key of the vault; docs/attacks.md lists them.
let attacker: EventStoreDBClient;
beforeAll(() => {
  attacker = EventStoreDBClient.connectionString(url);
});
afterAll(() => attacker.dispose());

const append = (stream: string, ...events: EventData[]) =>
  attacker.appendToStream(`${namespace}.${stream}`, events, { expectedRevision: ANY });

/** Reads the newest event of a stream as the server stores it. */
async function readStored(stream: string) {
  const options = { direction: BACKWARDS, fromRevision: END, maxCount: 1 } as const;
  const [stored] = await Array.fromAsync(attacker.readStream(`${namespace}.${stream}`, options));
  return stored!.event as unknown as { id: string; type: string; data: JSONType; metadata: JSONType };
}

const forged = (n: number) => jsonEvent({ type: 'Counted', data: { n } });

/** Events that our servers never write, and bytes that are no JSON. */
const odd: Record<string, () => EventData> = {
  'without metadata': () => forged(9),
  'of the type of a deletion': () => jsonEvent({ type: '$streamDeleted', data: {} }),
  'of an unknown type': () => jsonEvent({ type: 'Unheard', data: {} }),
  'named like a member of every object': () => jsonEvent({ type: 'constructor', data: {} }),
  'whose data are no JSON': () =>
    ({ ...binaryEvent({ type: 'Counted', data: Buffer.from('{') }), contentType: 'application/json' }) as never,
  'whose metadata are no JSON': () =>
    jsonEvent({ type: 'Counted', data: { n: 9 }, metadata: new Uint8Array([0x7b]) as never }),
  'of binary data': () => binaryEvent({ type: 'Counted', data: Buffer.from('{"n":9}') }),
  'with a made-up MAC': () =>
    jsonEvent({ type: 'Counted', data: { n: 9 }, metadata: { generation: 1, previous: 0, mac: 'A'.repeat(43) } }),
  'with a MAC of an unknown generation': () =>
    jsonEvent({ type: 'Counted', data: { n: 9 }, metadata: { generation: 2, previous: 0, mac: 'A'.repeat(43) } }),
};

describe('a foreign event', () => {
  it.each(Object.entries(odd))('%s is passed over by every read and subscription', async (_, event) => {
    await store.append('n-1', -1, [counted(1)]);
    await append('n-1', event());
    await append('n-2', event());
    await store.append('n-1', 0, [counted(2)]);
    expect(await read('n-1')).toEqual([1, 2]);
    expect(await read('n-1', { backwards: true, maxCount: 2 })).toEqual([2, 1]);
    expect(await read('n-2')).toEqual([]);
    expect(await readAll()).toEqual([1, 2]);
    expect(eventsOf(await untilCaughtUp()).map(numberOf)).toEqual([1, 2]);
    const loaded = await store.load({ ...sum, category: 'n' }, '1');
    expect(loaded).toMatchObject({ state: 3, revision: 2 });
  });

  it('is skipped by an append, which can be repeated', async () => {
    const events = numbers(1, 2);
    await append('n-1', forged(9));
    const appended = await store.append('n-1', -1, events);
    expect(appended.revision).toBe(2);
    await append('n-1', forged(9));
    await expect(store.append('n-1', -1, numbers(3, 3))).rejects.toMatchObject({ name: 'WrongRevision', actual: 3 });
    const next = await store.append('n-1', 2, [counted(3)]);
    expect(next.revision).toBe(4);
    expect(await read('n-1')).toEqual([1, 2, 3]);
  });

  it('is a copy of an own event under another id, in another stream or at another revision', async () => {
    await store.append('n-1', -1, [counted(1)]);
    const { type, data, metadata } = await readStored('n-1');
    for (const stream of ['n-1', 'n-2']) await append(stream, jsonEvent({ id: randomUUID(), type, data, metadata }));
    const { id } = await readStored('n-1');
    await append('n-3', jsonEvent({ id, type, data, metadata }));
    expect(await readAll()).toEqual([1]);
    expect(await read('n-1')).toEqual([1]);
  });

  it('can not take the id of our next event', async () => {
    const event = counted(1);
    await append('n-2', jsonEvent({ id: event.id, type: 'Counted', data: { n: 9 } }));
    await append('n-1', jsonEvent({ id: event.id, type: 'Counted', data: { n: 9 } }));
    await store.append('n-1', -1, [event]);
    expect(await read('n-1')).toEqual([1]);
  });

  it('makes a stream tampered if more than 1,000 stand in a row', async () => {
    await store.append('n-1', -1, [counted(1)]);
    await append('n-1', ...Array.from({ length: 1_000 }, () => forged(9)));
    expect(await read('n-1')).toEqual([1]);
    await append('n-1', forged(9));
    await expect(read('n-1')).rejects.toThrow(TamperedStream);
    await expect(store.append('n-1', 0, [counted(2)])).rejects.toThrow(TamperedStream);
  });

  it('of another installation in the same namespace is foreign, too', async () => {
    const other = storeOf({ keys: { ...vaultKeys(), authentication: { ...authentication(), find: () => undefined } } });
    await store.append('n-1', -1, [counted(1)]);
    expect(await all(other.read('n-1'))).toEqual([]);
    expect(await all(other.readAll())).toEqual([]);
  });
});

const authentication = () => {
  const { current, unsignedUntil } = vault.authentication;
  return { current, unsignedUntil, deriveEventId: (id: string) => vault.authentication.deriveEventId(id) };
};
const vaultKeys = () => ({
  findOrCreateKey: (owner: string) => vault.findOrCreateKey(owner as never),
  findKeys: (owners: Iterable<string>) => vault.findKeys(owners as never),
  hideOwner: (owner: string) => vault.hideOwner(owner as never),
});
