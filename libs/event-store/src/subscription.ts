import { START, type AllStreamSubscription, type EventStoreDBClient } from '@eventstore/db-client';
import type { LogItem } from '#libs/kernel';

/** What a follower wants of the log. A server filters by one thing only: what comes by type may be of any stream. */
export type Wanted = { readonly filterOn: 'streamName' | 'eventType'; readonly prefixes: string[] };

/** Subscribes to `$all` after a position, filtered on the server. Iterating it is what takes events from the wire. */
export function openLog(client: EventStoreDBClient, wanted: Wanted, from: number | undefined): AllStreamSubscription {
  // The client tells of both out of band; pushed among the events they don't overtake those still waiting to be read.
  const push = (item: LogItem): void => void log.push(item);
  const log = client.subscribeToAll({
    fromPosition: from === undefined ? START : { commit: BigInt(from), prepare: BigInt(from) },
    filter: {
      ...wanted,
      maxSearchWindow: 64,
      checkpointInterval: 4,
      checkpointReached: (_, { commit }) => push({ kind: 'checkpoint', position: Number(commit) }),
    },
  });
  log.on('caughtUp', () => push({ kind: 'caughtUp' }));
  return log;
}
