import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { EventStoreDBClient, NO_STREAM, START, jsonEvent, type RecordedEvent } from '@eventstore/db-client';
import { startEventStoreProcess, type EventStoreProcess } from '../support/event-store-process.js';

const directory = mkdtempSync(join(tmpdir(), 'clock-'));
/** When this file exists, the store's clock is an hour behind. */
const turnedBack = join(directory, 'turned-back');
const hour = 3_600_000;
const clock = `import { existsSync } from 'node:fs';
  const { now } = Date;
  Date.now = () => now() - (existsSync(${JSON.stringify(turnedBack)}) ? ${hour} : 0);`;

let node: EventStoreProcess;
let client: EventStoreDBClient;

async function start(): Promise<void> {
  node = await startEventStoreProcess(directory, (command) => [
    'env',
    `NODE_OPTIONS=--import data:text/javascript,${encodeURIComponent(clock)}`,
    ...command,
  ]);
  client = EventStoreDBClient.connectionString(node.url);
}

afterAll(async () => {
  void client.dispose();
  await node.kill();
  rmSync(directory, { recursive: true });
});

async function read(): Promise<RecordedEvent[]> {
  const events: RecordedEvent[] = [];
  for await (const { event } of client.readAll()) events.push(event!);
  return events;
}

it('keeps the order, and recognises repeats, when the clock goes back', async () => {
  await start();
  const [before, after, later] = ['before', 'after', 'later'].map((type) => jsonEvent({ type, data: {} }));
  const first = await client.appendToStream('one', before!, { expectedRevision: NO_STREAM });
  writeFileSync(turnedBack, '');
  const seen: string[] = [];
  const append = client.appendToStream('one', after!);
  for await (const { event } of client.subscribeToAll({ fromPosition: START })) if (seen.push(event!.type) === 2) break;
  await append;
  expect(seen).toEqual(['before', 'after']);

  await node.kill();
  await start();
  expect(await client.appendToStream('one', before!, { expectedRevision: NO_STREAM })).toEqual(first);
  await client.appendToStream('one', later!);
  const events = await read();
  expect(events.map(({ type }) => type)).toEqual(['before', 'after', 'later']);
  expect(events.map(({ position }) => position!.commit)).toEqual([1n, 2n, 3n]);
  const created = events.map((event) => event.created.getTime());
  expect(created[1]).toBeLessThan(created[0]! - hour / 2);
}, 60_000);
