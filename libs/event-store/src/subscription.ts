import { START, type AllStreamResolvedEvent, type AllStreamSubscription, type EventStoreDBClient } from '@eventstore/db-client';
import type { Recorded } from '#libs/kernel';

export type LogItem =
  | { readonly kind: 'event'; readonly event: Recorded }
  /** The log was searched up to here and held nothing more of ours. */
  | { readonly kind: 'checkpoint'; readonly position: number }
  /** What was there at the start has been delivered; what follows is live. */
  | { readonly kind: 'caughtUp' };

/** A subscription whose checkpoints and `caughtUp` stand in line with the events. */
export type OpenLog = AsyncIterable<AllStreamResolvedEvent | Exclude<LogItem, { kind: 'event' }>>;

/** Subscribes to `$all` after a position, filtered by stream name on the server. Iterating it is what takes events from the wire. */
export function openLog(client: EventStoreDBClient, prefix: string, from: number | undefined): AllStreamSubscription {
  // The client tells of both out of band; pushed among the events they don't overtake those still waiting to be read.
  const push = (item: LogItem): void => void log.push(item);
  const log = client.subscribeToAll({
    fromPosition: from === undefined ? START : { commit: BigInt(from), prepare: BigInt(from) },
    filter: {
      filterOn: 'streamName',
      prefixes: [prefix],
      maxSearchWindow: 64,
      checkpointInterval: 4,
      checkpointReached: (_, { commit }) => push({ kind: 'checkpoint', position: Number(commit) }),
    },
  });
  log.on('caughtUp', () => push({ kind: 'caughtUp' }));
  log.on('error', () => {}); // after unsubscribing, an error is no one's
  return log;
}

/** Ends the call to the server. */
export const closeLog = (log: AllStreamSubscription): void => void log.unsubscribe().catch(() => {});
