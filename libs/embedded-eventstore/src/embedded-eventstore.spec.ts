import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { EventStoreDBClient, jsonEvent } from '@eventstore/db-client';
import { startEmbeddedEventStore } from './index.js';

it('keeps events over a restart', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'eventstore-'));
  for (const expected of [0n, 1n]) {
    const store = await startEmbeddedEventStore({ directory });
    const client = EventStoreDBClient.connectionString(store.url);
    const { nextExpectedRevision } = await client.appendToStream('a', jsonEvent({ type: 'b', data: {} }));
    expect(nextExpectedRevision).toBe(expected);
    await client.dispose();
    await store.close();
  }
});
