import { EventStoreDBClient, jsonEvent, START } from '@eventstore/db-client';
import { mkdirSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startEmbeddedEventStore, type EmbeddedEventStore } from '#libs/embedded-eventstore';

const parent = mkdtempSync(join(tmpdir(), 'snapshot-'));
let directories = 0;
const newDirectory = (): string => {
  const directory = join(parent, String(++directories));
  mkdirSync(directory);
  return directory;
};

/** Large enough that copying has several steps. */
const text = 'x'.repeat(30_000);
let node: EmbeddedEventStore;
let client: EventStoreDBClient;

beforeAll(async () => {
  node = await startEmbeddedEventStore({ directory: newDirectory() });
  client = EventStoreDBClient.connectionString(node.url);
  for (let nth = 0; nth < 40; nth++)
    await client.appendToStream(
      'filling',
      Array.from({ length: 30 }, () => jsonEvent({ type: 'Filled', data: { text } })),
    );
});
afterAll(async () => {
  await client.dispose();
  await node.close();
  rmSync(parent, { recursive: true });
});

/** Returns every event in the copy, read through a node that runs on it. */
async function eventsOf(directory: string): Promise<{ id: string; position: number }[]> {
  const copy = await startEmbeddedEventStore({ directory });
  const reader = EventStoreDBClient.connectionString(copy.url);
  const events = [];
  for await (const { event } of reader.readAll({ fromPosition: START }))
    events.push({ id: event!.id, position: Number(event!.position.commit) });
  await reader.dispose();
  await copy.close();
  return events;
}

it('is a complete log with all events that were acknowledged before, while 64 writers append', async () => {
  const acknowledged: string[] = [];
  let during = 0;
  const done = new AbortController();
  const write = async (writer: number): Promise<void> => {
    while (!done.signal.aborted) {
      const event = jsonEvent({ type: 'Written', data: { writer } });
      await client.appendToStream(`writer-${writer}`, event);
      acknowledged.push(event.id);
      during++;
    }
  };
  const writing = Array.from({ length: 64 }, (_, writer) => write(writer));
  while (acknowledged.length < 640) await client.appendToStream('waiting', jsonEvent({ type: 'Waited', data: {} }));
  const before = [...acknowledged];
  during = 0;
  const directory = newDirectory();
  const parts: number[] = [];
  const position = await node.snapshot(join(directory, 'events.db'), { progress: (part) => parts.push(part) });
  done.abort();
  await Promise.all(writing);
  expect(during).toBeGreaterThan(0);
  expect(parts.length).toBeGreaterThan(1);
  expect(statSync(join(directory, 'events.db')).mode & 0o777).toBe(0o600);
  const events = await eventsOf(directory);
  const there = new Set(events.map(({ id }) => id));
  expect(before.filter((id) => !there.has(id))).toEqual([]);
  expect(events.map((event) => event.position)).toEqual(Array.from({ length: position }, (_, index) => index + 1));
  const original: string[] = [];
  for await (const { event } of client.readAll({ fromPosition: START, maxCount: position })) original.push(event!.id);
  expect(events.map(({ id }) => id)).toEqual(original);
}, 60_000);

it('is aborted by its signal, and the node still works', async () => {
  const aborting = new AbortController();
  const snapshot = node.snapshot(join(newDirectory(), 'events.db'), {
    progress: () => aborting.abort(new Error('aborted')),
    signal: aborting.signal,
  });
  await expect(snapshot).rejects.toThrow('aborted');
  await client.appendToStream('after', jsonEvent({ type: 'Appended', data: {} }));
});

it('does not overwrite a file', async () => {
  const file = join(newDirectory(), 'events.db');
  await node.snapshot(file);
  await expect(node.snapshot(file)).rejects.toThrow('EEXIST');
});

it('is aborted when the node closes, and no event is lost', async () => {
  const directory = newDirectory();
  let own = await startEmbeddedEventStore({ directory });
  const writer = EventStoreDBClient.connectionString(own.url);
  for (let nth = 0; nth < 10; nth++)
    await writer.appendToStream(
      'filling',
      Array.from({ length: 30 }, () => jsonEvent({ type: 'Filled', data: { text } })),
    );
  await writer.dispose();
  const closeDuringSnapshot = async (): Promise<unknown> => {
    const ended = own.snapshot(join(newDirectory(), 'events.db')).catch(String);
    await own.close();
    return ended;
  };
  let ended: unknown;
  // Sometimes the copy is complete before the node has closed.
  while (typeof (ended = await closeDuringSnapshot()) === 'number') own = await startEmbeddedEventStore({ directory });
  expect(ended).toMatch('closes');
  expect(await eventsOf(directory)).toHaveLength(300);
});
