import type { Recorded } from '#libs/kernel';
import { beforeFirst } from './checkpoints.js';
import type { SubscribeToLog } from './projection.js';

/**
 * Reads the events of the log after the position `after`, up to and including `until`, which the log must have reached, in
 * batches of at most `maxBatch`. Returns after the last one.
 */
export async function* readRange(
  subscribe: SubscribeToLog,
  { after, until, maxBatch }: { readonly after: number; readonly until: number; readonly maxBatch: number },
): AsyncGenerator<Recorded[]> {
  if (after >= until) return;
  const ended = new AbortController();
  let batch: Recorded[] = [];
  try {
    for await (const item of subscribe(after === beforeFirst ? undefined : after, ended.signal)) {
      if (item.kind === 'caughtUp') break;
      const position = item.kind === 'event' ? item.event.position : item.position;
      if (item.kind === 'event' && position <= until) batch.push(item.event);
      if (position >= until) break;
      if (batch.length < maxBatch) continue;
      yield batch;
      batch = [];
    }
    if (batch.length > 0) yield batch;
  } finally {
    ended.abort();
  }
}

/**
 * Returns a subscription that ends at `limit`, as if the log had no events after it; it then waits until it is aborted.
 * The log must have reached `limit`.
 */
export const limitLog = (subscribe: SubscribeToLog, limit: number): SubscribeToLog =>
  async function* (from, signal) {
    for await (const events of readRange(subscribe, { after: from ?? beforeFirst, until: limit, maxBatch: 500 }))
      for (const event of events) yield { kind: 'event', event } as const;
    yield { kind: 'checkpoint', position: limit } as const;
    yield { kind: 'caughtUp' } as const;
    if (!signal.aborted) await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
  };
