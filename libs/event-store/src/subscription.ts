import { START, type AllStreamSubscription, type EventStoreDBClient } from '@eventstore/db-client';
import type { LogItem } from '#libs/kernel';
import type { Connection } from './connection.js';
import { iterateAtReadersPace } from './iterate-at-readers-pace.js';
import type { RawEvent } from './raw-event.js';
import { keepBytes } from './raw-reads.js';

/** What a subscription tells besides events. */
type Mark = Exclude<LogItem, { kind: 'event' }>;

interface SubscriptionOptions<Item> {
  /** Only events of streams whose names start with one of them. */
  readonly prefixes: readonly string[];
  /** Only events of these types. Default: all. */
  readonly types: readonly string[] | undefined;
  /** Only events after this position. Default: from the start. */
  readonly from: number | undefined;
  readonly toItem: (event: RawEvent) => Item;
}

/** Subscribes to the log until `signal` aborts or the connection is closed; see `EventStore.follow`. */
export async function* followLog<Item>(
  connection: Connection,
  options: SubscriptionOptions<Item>,
  signal: AbortSignal,
): AsyncGenerator<Item | Mark> {
  if (signal.aborted) return;
  const client = connection.currentClient;
  const log = subscribe(client.client, options);
  const stop = (): void => void log.unsubscribe().catch(() => {}); // fails if the call was never made
  signal.addEventListener('abort', stop);
  let isConnected = false;
  try {
    for await (const item of iterateAtReadersPace<Mark | RawEvent>(keepBytes(log))) {
      isConnected = true;
      client.recordResponse();
      if ('kind' in item) yield item;
      else if (matches(item, options)) yield options.toItem(item);
    }
    if (!signal.aborted && !connection.isClosed) throw new Error('the subscription ended');
  } catch (error) {
    const failure = connection.handleError(client, error);
    // After a connection that worked, the subscriber subscribes again first: only if that fails the store is away.
    if (!isConnected) connection.reportFailure(failure);
    throw failure;
  } finally {
    signal.removeEventListener('abort', stop);
    stop();
  }
}

/** Calls the server, which filters by one property only. Events are read from the socket as they are iterated. */
function subscribe(
  client: EventStoreDBClient,
  { prefixes, types, from }: SubscriptionOptions<unknown>,
): AllStreamSubscription {
  // The client emits both as Node events; pushed into the stream, they do not overtake events that were not read yet.
  const push = (item: Mark): void => void log.push(item);
  const log = client.subscribeToAll({
    fromPosition: from === undefined ? START : { commit: BigInt(from), prepare: BigInt(from) },
    filter: {
      ...(types
        ? { filterOn: 'eventType' as const, prefixes: [...types] }
        : { filterOn: 'streamName' as const, prefixes: [...prefixes] }),
      maxSearchWindow: 64,
      checkpointInterval: 4,
      checkpointReached: (_, { commit }) => push({ kind: 'checkpoint', position: Number(commit) }),
    },
  });
  log.on('caughtUp', () => push({ kind: 'caughtUp' }));
  return log;
}

/** The server compares only the beginnings of types, and of any stream: a shared cluster may hold other events of these types. */
const matches = ({ streamId, type }: RawEvent, { prefixes, types }: SubscriptionOptions<unknown>): boolean =>
  types === undefined || (types.includes(type) && prefixes.some((prefix) => streamId.startsWith(prefix)));
