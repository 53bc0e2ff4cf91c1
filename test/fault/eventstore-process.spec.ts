import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { EventStoreDBClient, jsonEvent } from '@eventstore/db-client';
import { startEmbeddedEventStore } from '#libs/embedded-eventstore';
import { startEventStoreProcess } from '../support/event-store-process.js';

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'event-store-process-'));
});
afterEach(() => rm(directory, { recursive: true }));

it('refuses the file while another process uses it', async () => {
  const other = await startEventStoreProcess(directory);
  await expect(startEmbeddedEventStore({ directory })).rejects.toThrow(/events\.db is in use by another process$/);
  await other.kill();
  await (await startEmbeddedEventStore({ directory })).close();
});

it('keeps every acknowledged append after kill -9', async () => {
  for (let round = 0; round < 2; round++) {
    const node = await startEventStoreProcess(directory);
    const client = EventStoreDBClient.connectionString(node.url);
    const acknowledged = new Map<string, bigint>();
    let count = 0;
    const writers = Array.from({ length: 16 }, async (_, writer) => {
      const stream = `round-${round}-writer-${writer}`;
      for (;;) {
        const events = [jsonEvent({ type: 'a', data: {} }), jsonEvent({ type: 'b', data: {} })];
        const { nextExpectedRevision } = await client.appendToStream(stream, events);
        acknowledged.set(stream, nextExpectedRevision);
        if (++count === 500) await node.kill();
      }
    });
    await Promise.allSettled(writers);
    void client.dispose();
    expect(count).toBeGreaterThanOrEqual(500);

    const store = await startEmbeddedEventStore({ directory });
    const reader = EventStoreDBClient.connectionString(store.url);
    for (const [stream, last] of acknowledged) {
      let revision = -1n;
      for await (const read of reader.readStream(stream)) expect(read.event?.revision).toBe(++revision);
      expect(revision).toBeGreaterThanOrEqual(last);
      // Both events of an append or none.
      expect(revision % 2n).toBe(1n);
    }
    void reader.dispose();
    await store.close();
  }
}, 180_000);
