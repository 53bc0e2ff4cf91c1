import { once } from 'node:events';
import { truncateSync } from 'node:fs';
import { chmod, mkdtemp, readFile, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import {
  ANY,
  EventStoreDBClient,
  NO_STREAM,
  START,
  jsonEvent,
  streamNameFilter,
  type AllStreamSubscription,
  type EventData,
  type JSONType,
  type Position,
} from '@eventstore/db-client';
import { startEmbeddedEventStore, type EmbeddedEventStore } from './index.js';

let directory: string;
const stores: EmbeddedEventStore[] = [];
const clients: EventStoreDBClient[] = [];

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'event-store-'));
});

afterEach(async () => {
  // Not awaited: the client waits for ever for the end of a read that was left early although its response was complete.
  for (const client of clients.splice(0)) void client.dispose();
  for (const store of stores.splice(0)) await store.close();
  await rm(directory, { recursive: true });
});

const event = (type: string, data: JSONType = {}): EventData => jsonEvent({ type, data });

function connect(url: string): EventStoreDBClient {
  const client = EventStoreDBClient.connectionString(url);
  clients.push(client);
  return client;
}

async function start(where = directory): Promise<{ store: EmbeddedEventStore; client: EventStoreDBClient }> {
  const store = await startEmbeddedEventStore({ directory: where });
  stores.push(store);
  return { store, client: connect(store.url) };
}

/** Changes a byte of the stored events that the SQL condition selects. */
function damageEvents(path: string, which: string): void {
  const file = new DatabaseSync(path);
  file.exec(`UPDATE events SET frame = CAST(replace(CAST(frame AS TEXT), 'xxx', 'xyx') AS BLOB) ${which}`);
  file.close();
}

describe('the file', () => {
  it('can be read by its owner only', async () => {
    const made = join(directory, 'new');
    await start(made);
    expect((await stat(made)).mode & 0o777).toBe(0o700);
    for (const file of ['events.db', 'events.db-wal', 'ca.pem'])
      expect((await stat(join(made, file))).mode & 0o777).toBe(0o600);
  });

  it('of the certificate exists while the node runs, without the key', async () => {
    const { store } = await start();
    expect(await readFile(join(directory, 'ca.pem'), 'utf8')).toMatch(
      /^-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----\n$/,
    );
    await store.close();
    expect(await readdir(directory)).toEqual(['events.db', 'events.db-lock']);
  });

  it('is refused while this process uses it, and can be opened after a close', async () => {
    const { store } = await start();
    await expect(startEmbeddedEventStore({ directory })).rejects.toThrow(/is in use/);
    await store.close();
    await store.close();
    await start();
  });

  it('is refused if it is not a database', async () => {
    await writeFile(join(directory, 'events.db'), 'An old friend of mine. '.repeat(100));
    await expect(startEmbeddedEventStore({ directory })).rejects.toThrow(/events\.db is not an event store$/);
  });

  it('is refused if it is a database of another application', async () => {
    const foreign = new DatabaseSync(join(directory, 'events.db'));
    foreign.exec('CREATE TABLE pets (name TEXT)');
    foreign.close();
    await expect(startEmbeddedEventStore({ directory })).rejects.toThrow(
      /events\.db is a database of another application$/,
    );
  });

  describe('that is damaged', () => {
    /** Creates a log with this number of events, then calls `harm` with its file. */
    async function damage(events: number, harm: (path: string) => void): Promise<void> {
      const { store, client } = await start();
      await client.appendToStream(
        'one',
        Array.from({ length: events }, () => event('a', { text: 'x'.repeat(1000) })),
      );
      await store.close();
      harm(join(directory, 'events.db'));
    }

    it('is refused if it was truncated', async () => {
      await damage(100, (path) => truncateSync(path, 40_000));
      await expect(startEmbeddedEventStore({ directory })).rejects.toThrow(
        /events\.db is corrupted: database disk image is malformed$/,
      );
    });

    it('is refused if its newest events are damaged', async () => {
      await damage(5, (path) => damageEvents(path, 'WHERE position = 3'));
      await expect(startEmbeddedEventStore({ directory })).rejects.toThrow(
        /events\.db is corrupted: the event at position 3 is damaged$/,
      );
      await expect(startEmbeddedEventStore({ directory })).rejects.toThrow(/is corrupted/);
    });
  });

  it('from which an event was removed gives all other events', async () => {
    const before = await start();
    for (const type of ['a', 'b', 'c', 'd', 'e']) await before.client.appendToStream(type, event(type));
    await before.store.close();
    const file = new DatabaseSync(join(directory, 'events.db'));
    file.exec('DELETE FROM events WHERE position IN (2, 3)');
    file.close();
    const { client } = await start();
    await client.appendToStream('f', event('f'));
    const readFrom = async (position: bigint) => {
      const read = client.readAll({ fromPosition: { commit: position, prepare: position } });
      return (await Array.fromAsync(read)).map((each) => each.event!.type);
    };
    for (const [from, types] of ['adef', 'def', 'def', 'def', 'ef', 'f'].entries())
      expect(await readFrom(BigInt(from + 1))).toEqual([...types]);
  });

  it('of the first layout, without checksums, is migrated', async () => {
    const before = await start();
    await before.client.appendToStream('one', event('a'));
    await before.store.close();
    const file = new DatabaseSync(join(directory, 'events.db'));
    file.exec('ALTER TABLE events DROP COLUMN checksum; PRAGMA user_version = 1');
    file.close();
    const { client } = await start();
    await client.appendToStream('one', event('b'));
    const types = [];
    for await (const read of client.readStream('one')) types.push(read.event?.type);
    expect(types).toEqual(['a', 'b']);
  });

  it('is refused if it can not be written', async () => {
    const file = join(directory, 'file');
    await writeFile(file, '');
    await expect(startEmbeddedEventStore({ directory: join(file, 'below') })).rejects.toThrow(
      /^the event store can't write to .*below: ENOTDIR/,
    );
    if (process.getuid?.() === 0) return; // root can write anywhere
    await chmod(directory, 0o500);
    await expect(startEmbeddedEventStore({ directory })).rejects.toThrow(/^the event store can't write to/);
  });
});

it('refuses a port that is in use', async () => {
  const { store } = await start();
  const port = Number(new URL(store.url.replace('esdb:', 'http:')).port);
  await expect(startEmbeddedEventStore({ directory: join(directory, 'second'), port })).rejects.toThrow(/EADDRINUSE/);
});

it('answers readers while a commit waits', async () => {
  const { client } = await start();
  await client.appendToStream('one', event('a'));
  const disk = new DatabaseSync(join(directory, 'events.db'));
  disk.exec('BEGIN IMMEDIATE'); // the next commit waits
  const appended = client.appendToStream('one', event('b'));
  const types = [];
  for await (const read of client.readStream('one')) types.push(read.event?.type);
  expect(types).toEqual(['a']);
  disk.close();
  expect((await appended).nextExpectedRevision).toBe(1n);
});

it('recognises a repeated append after a restart', async () => {
  const events = [event('a'), event('b')];
  const first = await start();
  const answered = await first.client.appendToStream('one', events, { expectedRevision: NO_STREAM });
  await first.store.close();
  const { client } = await start();
  for (const expectedRevision of [NO_STREAM, ANY] as const)
    expect(await client.appendToStream('one', events, { expectedRevision })).toEqual(answered);
  await expect(client.appendToStream('one', [...events, event('c')])).rejects.toMatchObject({
    type: 'wrong-expected-version',
  });
  expect((await client.appendToStream('one', event('c'), { expectedRevision: 1n })).nextExpectedRevision).toBe(2n);
});

it('neither loses nor repeats an event between catch-up and live', async () => {
  const { store, client } = await start();
  const [writers, appends] = [8, 100];
  const positions: Promise<bigint[]>[] = [];
  const subscribe = (prefix: string | undefined, expected: number): void => {
    const reader = connect(store.url);
    const filter = prefix === undefined ? {} : { filter: streamNameFilter({ prefixes: [prefix] }) };
    positions.push(firstOf(reader.subscribeToAll({ fromPosition: START, ...filter }), expected));
  };
  let done = 0;
  await Promise.all(
    Array.from({ length: writers }, async (_, writer) => {
      for (let i = 0; i < appends; i++) {
        await client.appendToStream(`${writer % 2 ? 'odd' : 'even'}-${writer}`, [event('a'), event('b'), event('c')]);
        // A subscriber every hundred appends, in the middle of the writing.
        if (++done % 100 === 0)
          subscribe(done % 200 ? undefined : 'odd-', done % 200 ? writers * appends * 3 : (writers * appends * 3) / 2);
      }
    }),
  );
  const seen = await Promise.all(positions);
  const every = Array.from({ length: writers * appends * 3 }, (_, index) => BigInt(index + 1));
  const odd = new Set<bigint>();
  for await (const { event } of client.readAll())
    if (event?.streamId.startsWith('odd-')) odd.add(event.position.commit);
  expect(seen).toHaveLength(8);
  for (const [index, list] of seen.entries()) expect(list).toEqual(index % 2 ? [...odd] : every);
});

/** Returns the positions of the first events of a subscription. */
async function firstOf(subscription: AllStreamSubscription, count: number): Promise<bigint[]> {
  const positions: bigint[] = [];
  for await (const { event } of subscription) if (event && positions.push(event.position.commit) === count) break;
  return positions;
}

it('sends checkpoints to a filtered subscription without matching events, also live', async () => {
  const { client } = await start();
  const append = async (): Promise<bigint> =>
    (
      await client.appendToStream(
        'other',
        Array.from({ length: 10 }, () => event('a')),
      )
    ).position!.commit;
  await append();
  const reached: Position[] = [];
  let wake = (): void => {};
  const checkpointReached = async (_: unknown, position: Position): Promise<void> => {
    reached.push(position);
    wake();
  };
  const until = async (position: bigint): Promise<void> => {
    while (reached.at(-1)?.commit !== position) await new Promise<void>((resolve) => (wake = resolve));
  };
  const subscription = client.subscribeToAll({
    filter: streamNameFilter({ prefixes: ['mine-'], maxSearchWindow: 5, checkpointInterval: 1, checkpointReached }),
  });
  const caughtUp = once(subscription, 'caughtUp');
  subscription.resume();
  await until(10n);
  await caughtUp;
  await until(await append());
  expect(reached.map(({ commit }) => commit)).toEqual([5n, 10n, 15n, 20n]);
  await subscription.unsubscribe();
});

it('resumes from a checkpoint with the next event', async () => {
  const { client } = await start();
  await client.appendToStream(
    'mine-1',
    ['a', 'b', 'c', 'd'].map((type) => event(type)),
  );
  const positions = await firstOf(
    client.subscribeToAll({
      fromPosition: { commit: 2n, prepare: 2n },
      filter: streamNameFilter({ regex: '^mine-\\d$' }),
    }),
    2,
  );
  expect(positions).toEqual([3n, 4n]);
});

describe('an append that is refused', () => {
  const large = event('large', { text: 'x'.repeat(1024 * 1024) });

  it.each([
    ['too large', [large], 'maximum-append-size-exceeded'],
    [
      'too large in pieces',
      Array.from({ length: 5 }, () => event('large', { text: 'x'.repeat(900 * 1024) })),
      'maximum-append-size-exceeded',
    ],
    ['without a type', [event('')], 'unknown'],
  ])('because it is %s gets one response, and the call stays usable', async (_, events, type) => {
    const { client } = await start();
    const later = client.appendToStream('one', event('first'));
    await expect(client.appendToStream('one', events)).rejects.toMatchObject({ type });
    await later;
    expect((await client.appendToStream('one', event('second'))).nextExpectedRevision).toBe(1n);
  });

  it('because its deadline has passed writes nothing', async () => {
    const { client } = await start();
    await expect(client.appendToStream('one', event('late'), { deadline: -1000 })).rejects.toMatchObject({
      type: 'deadline-exceeded',
    });
    expect((await client.appendToStream('one', event('first'))).nextExpectedRevision).toBe(0n);
  });
});

it('answers unknown calls with UNIMPLEMENTED', async () => {
  const { client } = await start();
  await client.appendToStream('one', event('a'));
  const UNIMPLEMENTED = 12;
  await expect(client.tombstoneStream('one')).rejects.toMatchObject({ code: UNIMPLEMENTED });
  await expect(client.listProjections()).rejects.toMatchObject({ code: UNIMPLEMENTED });
  await expect(client.setStreamMetadata('one', { maxCount: 1 })).rejects.toThrow('Streams have no metadata here.');
});
