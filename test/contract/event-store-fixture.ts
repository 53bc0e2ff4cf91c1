import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { from, lastValueFrom, takeWhile, toArray, type Observable } from 'rxjs';
import { startEmbeddedEventStore, type EmbeddedEventStore } from '#libs/embedded-eventstore';
import { EventStore, type EventStoreOptions, type ProposedEvent } from '#libs/event-store';
import type { AnyDecider, Envelope, LogItem, Recorded } from '#libs/kernel';
import { openVault, type Vault } from '#libs/vault';

// The event store's specs run on an embedded node or, with EVENTSTORE_URL, on any EventStoreDB; each test has its own namespace.
// `store` and the other variables are set before each test.
export const external = process.env['EVENTSTORE_URL'];
const catalogue = { Named: { personal: ['name'] }, Counted: {} };
export const unavailable = expect.objectContaining({ code: 'event-store.unavailable', kind: 'unavailable' });

export let directory: string;
let node: EmbeddedEventStore | undefined;
export let url: string;
export let vault: Vault;
export let namespace: string;
let stores: EventStore[];
export let store: EventStore;

beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), 'event-store-'));
  vault = await openVault({ directory, key: Buffer.alloc(32, 1), create: true });
  if (!external) node = await startEmbeddedEventStore({ directory });
  url = external ?? node!.url;
});
afterAll(async () => {
  await vault.close();
  await node?.close();
  rmSync(directory, { recursive: true });
});
beforeEach(async () => {
  namespace = `test-${randomUUID()}`;
  stores = [];
  store = storeOf();
});
afterEach(() => Promise.all(stores.map((each) => each.close())));

/** Returns another store on the same server; it is closed after the test. */
export function storeOf(options: Partial<EventStoreOptions> = {}): EventStore {
  const made = new EventStore({ url, namespace, catalogue, keys: vault, ...options });
  stores.push(made);
  return made;
}

export const user = randomUUID();
export const envelope: Envelope = {
  correlationId: randomUUID(),
  causationId: randomUUID(),
  actor: { id: user, kind: 'user' },
  subject: { kind: 'user', id: user },
  account: randomUUID(),
  reason: 'because',
  ip: '192.0.2.1',
  at: '2026-01-15T12:00:00.000Z',
  schema: 1,
};
export const propose = (type: string, data: object, more: Partial<Envelope> = {}): ProposedEvent => ({
  id: randomUUID(),
  type,
  data,
  envelope: { ...envelope, ...more },
});
export const named = (name: string): ProposedEvent => propose('Named', { name, country: 'ES' });
export const counted = (n: number, more: Partial<Envelope> = {}): ProposedEvent =>
  propose('Counted', { n }, { reason: undefined, ip: undefined, ...more });
export const numbers = (first: number, last: number): ProposedEvent[] =>
  Array.from({ length: last - first + 1 }, (_, i) => counted(first + i));
export const upTo = (last: number): number[] => Array.from({ length: last }, (_, i) => i + 1);
export const numberOf = ({ data }: Recorded): number => (data as { n: number }).n;

export const all = <T>(items: AsyncIterable<T>): Promise<T[]> => lastValueFrom(from(items).pipe(toArray()));
export const read = async (stream: string, options: Parameters<EventStore['read']>[1] = {}) =>
  (await all(store.read(stream, options))).map(numberOf);
export const readAll = async (options: Parameters<EventStore['readAll']>[0] = {}) =>
  (await all(store.readAll(options))).map(numberOf);
export const follow = (position?: number, followed = store): Observable<LogItem> =>
  from(followed.follow(position, new AbortController().signal));
export const untilCaughtUp = (position?: number, followed = store): Promise<LogItem[]> =>
  lastValueFrom(
    follow(position, followed).pipe(
      takeWhile(({ kind }) => kind !== 'caughtUp'),
      toArray(),
    ),
  );
export const eventsOf = (items: readonly LogItem[]): Recorded[] =>
  items.flatMap((item) => (item.kind === 'event' ? [item.event] : []));

/** Sums the numbers of `Counted` events. */
export const sum = {
  category: 'sum',
  initial: 0,
  evolve: { Counted: (state: number, { n }: { n: number }) => state + n },
} as unknown as AnyDecider;
