import { randomUUID } from 'node:crypto';
import { EventStoreDBClient, START, jsonEvent, type AllStreamResolvedEvent } from '@eventstore/db-client';
import { answerQuestions } from './peer.js';
import type { Raw } from './load.js';

/** Reads events of the whole log, from its start. */
export interface Reads {
  readonly url: string;
  /** The number of events that each reader reads. */
  readonly count: number;
  readonly readers: number;
}

/** Writes many events as fast as it can. */
export interface Seed {
  readonly url: string;
  readonly count: number;
  readonly event: Raw;
}

const together = 500;

async function using<T>(url: string, use: (client: EventStoreDBClient) => Promise<T>): Promise<T> {
  const client = EventStoreDBClient.connectionString(url);
  const used = await use(client);
  // Not awaited: the client waits for ever for the end of a read that was left early.
  void client.dispose();
  return used;
}

const seed = ({ url, count, event: { type, data, metadata } }: Seed): Promise<void> =>
  using(url, async (client) => {
    const streams = Array.from({ length: Math.ceil(count / together) }).values();
    const write = async (): Promise<void> => {
      for (const _ of streams) {
        const events = Array.from({ length: together }, () => jsonEvent({ type, data, metadata }));
        await client.appendToStream(`seed-${randomUUID()}`, events);
      }
    };
    await Promise.all([write(), write(), write()]);
  });

/** Returns the events a second of all readers together. */
async function rate(
  { url, count, readers }: Reads,
  open: (client: EventStoreDBClient) => AsyncIterable<AllStreamResolvedEvent>,
): Promise<number> {
  return using(url, async (client) => {
    const began = performance.now();
    const read = async (): Promise<void> => {
      let left = count;
      for await (const _ of open(client)) if (--left === 0) return;
    };
    await Promise.all(Array.from({ length: readers }, read));
    return (count * readers * 1_000) / (performance.now() - began);
  });
}

answerQuestions({
  seed,
  read: (reads: Reads) => rate(reads, (client) => client.readAll({ maxCount: reads.count })),
  subscribe: (reads: Reads) => rate(reads, (client) => client.subscribeToAll({ fromPosition: START })),
});
