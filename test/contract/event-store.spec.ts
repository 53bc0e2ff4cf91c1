import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { setImmediate } from 'node:timers/promises';
import { EventStoreDBClient } from '@eventstore/db-client';
import {
  concat,
  defer,
  filter,
  firstValueFrom,
  from,
  lastValueFrom,
  of,
  retry,
  take,
  takeWhile,
  tap,
  toArray,
  type Observable,
} from 'rxjs';
import { startEmbeddedEventStore, type EmbeddedEventStore } from '#libs/embedded-eventstore';
import {
  EventStore,
  UnreadableEvent,
  WrongRevision,
  toEventId,
  type EventStoreOptions,
  type ProposedEvent,
} from '#libs/event-store';
import type { AnyDecider, Envelope, LogItem, Recorded, StoreProblem } from '#libs/kernel';
import { openVault, type Vault } from '#libs/vault';
import { Cable } from '../support/cable.js';

// The same on the embedded node and, with EVENTSTORE_URL, on any EventStoreDB: each test in a namespace of its own.
const external = process.env['EVENTSTORE_URL'];
const catalogue = { Named: { personal: ['name'] }, Counted: {} };
const unavailable = expect.objectContaining({ code: 'event-store.unavailable', kind: 'unavailable' });

let directory: string;
let node: EmbeddedEventStore | undefined;
let url: string;
let vault: Vault;
let namespace: string;
let stores: EventStore[];
let store: EventStore;

beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), 'event-store-'));
  vault = openVault({ directory, key: Buffer.alloc(32, 1), create: true });
  if (!external) node = await startEmbeddedEventStore({ directory });
  url = external ?? node!.url;
});
afterAll(async () => {
  vault.close();
  await node?.close();
  rmSync(directory, { recursive: true });
});
beforeEach(() => {
  namespace = `test-${randomUUID()}`;
  stores = [];
  store = storeOf();
});
afterEach(() => Promise.all(stores.map((each) => each.close())));

function storeOf(options: Partial<EventStoreOptions> = {}): EventStore {
  const made = new EventStore({ url, namespace, catalogue, keys: vault, ...options });
  stores.push(made);
  return made;
}

const user = randomUUID();
const envelope: Envelope = {
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
const propose = (type: string, data: object, more: Partial<Envelope> = {}): ProposedEvent => ({
  id: randomUUID(),
  type,
  data,
  envelope: { ...envelope, ...more },
});
const named = (name: string): ProposedEvent => propose('Named', { name, country: 'ES' });
const counted = (n: number, more: Partial<Envelope> = {}): ProposedEvent =>
  propose('Counted', { n }, { reason: undefined, ip: undefined, ...more });
const numbers = (first: number, last: number): ProposedEvent[] =>
  Array.from({ length: last - first + 1 }, (_, i) => counted(first + i));
const upTo = (last: number): number[] => Array.from({ length: last }, (_, i) => i + 1);
const numberOf = ({ data }: Recorded): number => (data as { n: number }).n;

const all = <T>(items: AsyncIterable<T>): Promise<T[]> => lastValueFrom(from(items).pipe(toArray()));
const read = async (stream: string, options: Parameters<EventStore['read']>[1] = {}) =>
  (await all(store.read(stream, options))).map(numberOf);
const readAll = async (options: Parameters<EventStore['readAll']>[0] = {}) =>
  (await all(store.readAll(options))).map(numberOf);
const follow = (position?: number, followed = store): Observable<LogItem> =>
  from(followed.follow(position, new AbortController().signal));
const untilCaughtUp = (position?: number): Promise<LogItem[]> =>
  lastValueFrom(
    follow(position).pipe(
      takeWhile(({ kind }) => kind !== 'caughtUp'),
      toArray(),
    ),
  );
const eventsOf = (items: readonly LogItem[]): Recorded[] =>
  items.flatMap((item) => (item.kind === 'event' ? [item.event] : []));

describe('a stream', () => {
  it('gives back what was appended, and where it lies', async () => {
    const [ann, bob] = [named('Ann'), named('Bob')];
    const { revision, position } = await store.append(`user-${user}`, -1, [ann, bob]);
    const events = await all(store.read(`user-${user}`));
    expect(events).toMatchObject([
      { ...ann, stream: `user-${user}`, revision: 0 },
      { ...bob, stream: `user-${user}`, revision: 1, position },
    ]);
    expect(revision).toBe(1);
    expect(events[0]!.position).toBeLessThan(position);
  });

  it('OPS-4: shows nothing personal to whoever reads the log itself', async () => {
    await store.append('user-1', -1, [named('Ann')]);
    const raw = EventStoreDBClient.connectionString(url);
    const [stored] = await all(raw.readStream(`${namespace}.user-1`));
    await raw.dispose();
    expect(stored!.event).toMatchObject({
      data: { country: 'ES' },
      metadata: { $correlationId: envelope.correlationId, $causationId: envelope.causationId },
    });
    expect(
      JSON.stringify(stored!.event, (_, value: unknown) => (typeof value === 'bigint' ? String(value) : value)),
    ).not.toMatch(/Ann|because|192\.0\.2/);
  });

  it('is read from either end, from a revision, so many', async () => {
    await store.append('n-1', -1, numbers(0, 4));
    expect(await read('n-1', { fromRevision: 3 })).toEqual([3, 4]);
    expect(await read('n-1', { backwards: true })).toEqual([4, 3, 2, 1, 0]);
    expect(await read('n-1', { backwards: true, fromRevision: 1 })).toEqual([1, 0]);
    expect(await read('n-1', { maxCount: 2 })).toEqual([0, 1]);
    expect(await read('n-1', { maxCount: 0 })).toEqual([]);
    expect(await read('n-2')).toEqual([]);
  });

  it('takes appends at exactly its revision', async () => {
    await expect(store.append('n-1', 0, [counted(1)])).rejects.toMatchObject({
      stream: 'n-1',
      expected: 0,
      actual: -1,
    });
    await store.append('n-1', -1, numbers(0, 1));
    await expect(store.append('n-1', -1, [counted(2)])).rejects.toMatchObject({
      stream: 'n-1',
      expected: -1,
      actual: 1,
    });
    await expect(store.append('n-1', 0, [counted(2)])).rejects.toBeInstanceOf(WrongRevision);
    expect(await store.append('n-1', 1, [counted(2)])).toMatchObject({ revision: 2 });
  });

  it('answers a repeated append as the first time', async () => {
    const event = (digest: string): ProposedEvent => ({
      ...counted(1),
      id: toEventId({ commandId: 'k', digest, stream: 'n-1', expected: -1, index: 0 }),
    });
    const first = await store.append('n-1', -1, [event('d1')]);
    await store.append('n-1', 0, [counted(2)]);
    expect(await store.append('n-1', -1, [event('d1')])).toEqual(first);
    await expect(store.append('n-1', -1, [event('d2')])).rejects.toBeInstanceOf(WrongRevision);
    expect(await read('n-1')).toEqual([1, 2]);
  });

  it('has one winner among many writers', async () => {
    const answers = await Promise.allSettled(numbers(1, 50).map((event) => store.append('n-1', -1, [event])));
    expect(answers.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
  });

  it('refuses, before sending, what a server does not take', async () => {
    await expect(store.append('n-1', -1, [])).rejects.toThrow('an append needs an event');
    await expect(storeOf({ catalogue: { '': {} } }).append('n-1', -1, [propose('', {})])).rejects.toThrow(
      'an event needs a type',
    );
    await expect(store.append('n-1', -1, [propose('Counted', { text: 'x'.repeat(1_048_576) })])).rejects.toThrow(
      /exceeds/,
    );
    expect(
      await store.append('n-1', -1, [
        propose('Counted', { text: 'x'.repeat(1_047_000) }, { reason: undefined, ip: undefined }),
      ]),
    ).toMatchObject({ revision: 0 });
  });
});

const sum = {
  category: 'sum',
  initial: 0,
  evolve: { Counted: (state: number, { n }: { n: number }) => state + n },
} as unknown as AnyDecider;

describe('loading', () => {
  it('folds a stream, as far as it goes back', async () => {
    const at = (minute: number) => ({ at: `2026-01-15T12:0${minute}:00.000Z` });
    const { position } = await store.append('sum-1', -1, [counted(1, at(1)), counted(2, at(2)), counted(4, at(3))]);
    expect(await store.load(sum, '1')).toEqual({ state: 7, revision: 2, position });
    expect(await store.load(sum, '1', { until: '2026-01-15T12:02:00Z' })).toMatchObject({ state: 3, revision: 1 });
    expect(await store.load(sum, '2')).toEqual({ state: 0, revision: -1, position: 0 });
  });

  it('finds how it was after an earlier command', async () => {
    await store.append('sum-1', -1, [counted(1)]);
    const { position } = await store.append('sum-1', 0, [
      counted(2, { causationId: 'k', digest: 'd' }),
      counted(4, { causationId: 'k', digest: 'd' }),
    ]);
    await store.append('sum-1', 2, [counted(8)]);
    expect(await store.load(sum, '1', { commandId: 'k' })).toMatchObject({
      state: 15,
      revision: 3,
      sameCommand: { state: 7, revision: 2, position, digest: 'd' },
    });
    expect(await store.load(sum, '1', { commandId: 'other' })).not.toHaveProperty('sameCommand');
  });

  it('reads the newest events alone, where a decider remembers no more, unless it looks for a command or at a time', async () => {
    const lately = { ...sum, foldLast: 2 };
    await store.append('sum-1', -1, [counted(1, { causationId: 'k' })]);
    const { position } = await store.append('sum-1', 0, [counted(2), counted(4)]);
    expect(await store.load(lately, '1')).toEqual({ state: 6, revision: 2, position });
    expect(await store.load(lately, '1', { commandId: 'k' })).toMatchObject({
      state: 7,
      revision: 2,
      sameCommand: { state: 1 },
    });
    expect(await store.load(lately, '1', { until: envelope.at })).toMatchObject({ state: 7, revision: 2 });
    expect(await store.load(lately, '2')).toEqual({ state: 0, revision: -1, position: 0 });
  });
});

describe('the log', () => {
  it('is read in order, from either end, without what belongs to others', async () => {
    expect(await store.lastPosition()).toBe(0);
    const { position } = await store.append('n-1', -1, numbers(1, 2));
    await storeOf({ namespace: `${namespace}x` }).append('n-1', -1, numbers(100, 101));
    const last = await store.append('n-2', -1, [counted(3)]);
    expect(await readAll()).toEqual([1, 2, 3]);
    expect(await readAll({ from: position, maxCount: 1 })).toEqual([2]);
    expect(await readAll({ backwards: true, from: last.position })).toEqual([2, 1]);
    expect(await store.lastPosition()).toBe(last.position);
  });

  it('is followed from its start or after a position, and then live', async () => {
    const { position } = await store.append('n-1', -1, numbers(1, 2));
    await store.append('n-2', -1, numbers(3, 4));
    expect(eventsOf(await untilCaughtUp()).map(numberOf)).toEqual([1, 2, 3, 4]);
    const three = firstValueFrom(
      follow(position).pipe(
        tap(({ kind }) => kind === 'caughtUp' && void store.append('n-3', -1, [counted(5)])),
        filter(({ kind }) => kind === 'event'),
        take(3),
        toArray(),
      ),
    );
    expect(eventsOf(await three).map(numberOf)).toEqual([3, 4, 5]);
  });

  it('tells how far it was searched while only others write', async () => {
    const { position } = await store.append('n-1', -1, [counted(0)]);
    const other = await storeOf({ namespace: `other-${namespace}` }).append('n-1', -1, numbers(1, 1000));
    const items = await untilCaughtUp(position);
    const checkpoints = items.flatMap((item) => (item.kind === 'checkpoint' ? [item.position] : []));
    expect(eventsOf(items)).toEqual([]);
    expect(checkpoints.length).toBeGreaterThan(0);
    expect(checkpoints).toEqual([...checkpoints].sort((a, b) => a - b));
    expect(checkpoints.at(-1)).toBeGreaterThan(position);
    expect(checkpoints.at(-1)).toBeLessThanOrEqual(other.position);
    expect(await untilCaughtUp(checkpoints.at(-1))).not.toContainEqual(expect.objectContaining({ kind: 'event' }));
  });

  it('is followed by types: those alone, and of this namespace alone', async () => {
    await store.append('n-1', -1, [counted(1), named('Ann'), counted(2)]);
    await storeOf({ namespace: `other-${namespace}` }).append('n-1', -1, [counted(3)]);
    const followed = from(store.follow(undefined, new AbortController().signal, ['Counted']));
    const items = await lastValueFrom(
      followed.pipe(
        takeWhile(({ kind }) => kind !== 'caughtUp'),
        toArray(),
      ),
    );
    expect(eventsOf(items).map(numberOf)).toEqual([1, 2]);
  });

  it('is followed at the pace of whoever follows', async () => {
    await store.append('n-1', -1, numbers(1, 1000));
    const slow = store.follow(undefined, new AbortController().signal);
    const first = (await slow.next()).value as LogItem;
    expect(eventsOf(await untilCaughtUp())).toHaveLength(1000);
    const items = await lastValueFrom(
      concat(of(first), slow).pipe(
        filter(({ kind }) => kind === 'event'),
        take(1000),
        toArray(),
      ),
    );
    expect(eventsOf(items).map(numberOf)).toEqual(upTo(1000));
  });

  it('is followed on one connection, however many reads are left early or find nothing', async () => {
    await store.append('n-1', -1, numbers(1, 5));
    const done = new AbortController();
    const followed = lastValueFrom(
      from(store.follow(undefined, done.signal)).pipe(
        filter(({ kind }) => kind === 'event'),
        tap((item) => numberOf(eventsOf([item])[0]!) === 6 && done.abort()),
        toArray(),
      ),
    );
    followed.catch(() => {}); // told at its end
    const readers = Array.from({ length: 32 }, async (_, reader) => {
      for (let nth = 0; nth < 100; nth++) {
        for await (const event of store.read('n-1')) if (numberOf(event) === 1) break;
        expect(await read(`absent-${reader}-${nth}`)).toEqual([]);
      }
    });
    await Promise.all(readers);
    await store.append('n-1', 4, [counted(6)]);
    expect(eventsOf(await followed).map(numberOf)).toEqual(upTo(6));
  });

  it('is let go of when told to, or when the store is closed', async () => {
    const leaving = new AbortController();
    const left = lastValueFrom(
      from(store.follow(undefined, leaving.signal)).pipe(
        tap(({ kind }) => kind === 'caughtUp' && leaving.abort()),
        toArray(),
      ),
    );
    expect((await left).at(-1)).toEqual({ kind: 'caughtUp' });
    const closing = storeOf();
    const closed = lastValueFrom(
      follow(undefined, closing).pipe(
        tap(({ kind }) => kind === 'caughtUp' && void closing.close()),
        toArray(),
      ),
    );
    expect((await closed).at(-1)).toEqual({ kind: 'caughtUp' });
    expect(await all(store.follow(undefined, AbortSignal.abort()))).toEqual([]);
  });
});

describe('personal data', () => {
  it('OPS-4: is gone once its owner is erased, and the event stays', async () => {
    const [ann, account] = [randomUUID(), randomUUID()];
    await store.append(`user-${ann}`, -1, [
      propose('Named', { name: 'Ann', country: 'ES' }, { subject: { kind: 'user', id: ann }, account }),
    ]);
    const db = new DatabaseSync(join(directory, 'vault.db'));
    db.prepare("UPDATE owner_key SET box = NULL, erased_at = '2026-01-15' WHERE owner = ?").run(`user:${ann}`);
    db.close();
    const later = openVault({ directory, key: Buffer.alloc(32, 1), create: false });
    const [event] = await all(storeOf({ keys: later }).read(`user-${ann}`));
    expect(event).toMatchObject({ data: { country: 'ES' }, erased: true, envelope: { ip: '192.0.2.1' } });
    expect([event!.data, event!.envelope]).not.toMatchObject([{ name: 'Ann' }, { reason: 'because' }]);
    later.close();
  });

  it('without its key stops whoever reads or follows the log, at that event', async () => {
    await store.append('n-1', -1, [counted(1), named('Ann'), counted(2)]);
    const keyless = storeOf({
      keys: { findOrCreateKey: (owner) => vault.findOrCreateKey(owner as never), findKey: () => undefined },
    });
    await expect(all(keyless.read('n-1'))).rejects.toThrow(`Named in n-1@1: the vault has no key of user:${user}`);
    const seen: LogItem[] = [];
    const followed = firstValueFrom(
      follow(undefined, keyless).pipe(
        tap((item) => seen.push(item)),
        toArray(),
      ),
    );
    await expect(followed).rejects.toBeInstanceOf(UnreadableEvent);
    expect(eventsOf(seen).map(numberOf)).toEqual([1]);
  });

  it('is not asked for in events of an unknown type: they stop the reader too', async () => {
    await store.append('n-1', -1, [counted(1)]);
    await expect(all(storeOf({ catalogue: {} }).read('n-1'))).rejects.toThrow(
      'Counted in n-1@0: its type is in no catalogue',
    );
  });
});

describe('a connection', () => {
  let cable: Cable;
  beforeEach(async () => {
    cable = await Cable.to(url);
  });
  afterEach(() => cable.cut());

  it('that is cut while many append and one follows loses nothing and does nothing twice', async () => {
    const far = storeOf({ url: cable.url });
    let position: number | undefined;
    let halfway!: () => void;
    const half = new Promise<void>((resolve) => (halfway = resolve));
    const followed = firstValueFrom(
      defer(() => follow(position, far)).pipe(
        tap((item) => item.kind === 'event' && (position = item.event.position)),
        retry({ delay: 10 }),
        filter((item) => item.kind === 'event'),
        tap(() => halfway()),
        take(400),
        toArray(),
      ),
    );
    const appended = Promise.all(numbers(1, 400).map((event, n) => far.append(`n-${n}`, -1, [event])));
    await half;
    await cable.cut();
    await cable.mend();
    const positions = (await appended).map(({ position }) => position);
    const events = eventsOf(await followed);
    expect(events.map(({ position }) => position)).toEqual(positions.sort((a, b) => a - b));
    expect(new Set(events.map(({ id }) => id)).size).toBe(400);
    expect(await readAll()).toHaveLength(400);
  });

  it('OPS-12: whose answers are lost has the append found as it was written, when it is repeated', async () => {
    const far = storeOf({ url: cable.url, limits: { silenceMs: 500, replaceAfterMs: 400 } });
    await far.append('n-1', -1, [counted(1)]);
    cable.mute();
    const second = counted(2);
    await expect(far.append('n-1', 0, [second])).rejects.toEqual(unavailable);
    const [live] = await firstValueFrom(
      follow().pipe(
        filter((item) => item.kind === 'event' && numberOf(item.event) === 2),
        take(1),
        toArray(),
      ),
    );
    expect(await far.append('n-1', 0, [second])).toEqual({ revision: 1, position: eventsOf([live!])[0]!.position });
    expect(await read('n-1')).toEqual([1, 2]);
  });

  it('OPS-13: that stalls refuses callers, and goes on with the same client and subscription', async () => {
    const problems: string[] = [];
    const observer = {
      failed: ({ code }: StoreProblem) => void problems.push(code),
      recovered: () => void problems.push('recovered'),
    };
    const far = storeOf({ url: cable.url, limits: { silenceMs: 300, replaceAfterMs: 600_000 }, observer });
    const first = await far.append('n-1', -1, [counted(1)]);
    const following = far.follow(first.position, new AbortController().signal);
    expect(await following.next()).toMatchObject({ value: { kind: 'caughtUp' } });
    const { connections } = cable;
    cable.stall();
    problems.length = 0;
    const calls = [
      ...numbers(101, 200).map((event, n) => far.append(`m-${n}`, -1, [event])),
      ...upTo(200).map(() => far.load(sum, '1')),
      far.lastPosition(),
    ];
    for (const outcome of await Promise.allSettled(calls))
      expect(outcome).toEqual({ status: 'rejected', reason: unavailable });
    expect(new Set(problems)).toEqual(new Set(['no-answer']));
    cable.resume();
    // The fifteen that were sent are there; those that waited behind them were not begun any more.
    const written = async () => (await readAll()).length;
    while ((await written()) < 16) await setImmediate();
    expect(await far.append('n-1', 0, [counted(2)])).toMatchObject({ revision: 1 });
    expect(await written()).toBe(17);
    const seen: number[] = [];
    for await (const item of following) {
      if (item.kind === 'event') seen.push(numberOf(item.event));
      if (seen.length === 16) break;
    }
    expect(seen.at(-1)).toBe(2);
    expect([cable.connections, problems.at(-1)]).toEqual([connections, 'recovered']);
  });

  it('OPS-12: that stays silent has its client replaced', async () => {
    const far = storeOf({ url: cable.url, limits: { silenceMs: 200, replaceAfterMs: 300 } });
    await far.append('n-1', -1, [counted(1)]);
    cable.mute();
    for (;;) {
      const read = await all(far.read('n-1')).catch((error: unknown) => expect(error).toEqual(unavailable));
      if (!read) continue;
      expect(read).toHaveLength(1);
      break;
    }
  });

  it('that stays away is told of, and used again once it is back', async () => {
    const far = storeOf({ url: cable.url, limits: { silenceMs: 200 } });
    await far.append('n-1', -1, [counted(1)]);
    await cable.cut();
    await expect(far.append('n-1', 0, [counted(2)])).rejects.toEqual(unavailable);
    await expect(all(far.read('n-1'))).rejects.toEqual(unavailable);
    await expect(far.lastPosition()).rejects.toEqual(unavailable);
    await expect(firstValueFrom(follow(undefined, far))).rejects.toEqual(unavailable);
    await cable.mend();
    expect(await far.append('n-1', 0, [counted(2)])).toMatchObject({ revision: 1 });
    expect(await all(far.read('n-1'))).toHaveLength(2);
  });

  it('is taken up in the middle of a read', async () => {
    await store.append('n-1', -1, numbers(1, 1000));
    const far = storeOf({ url: cable.url });
    const seen: number[] = [];
    for await (const event of far.read('n-1')) {
      seen.push(numberOf(event));
      if (seen.length === 10) await cable.cut().then(() => cable.mend());
    }
    expect(seen).toEqual(upTo(1000));
  });

  it('that falls silent in the middle of a read does not pass for its end', async () => {
    await store.append('n-1', -1, numbers(1, 1000));
    const far = storeOf({ url: cable.url, limits: { silenceMs: 500, replaceAfterMs: 400 } });
    let seen = 0;
    for await (const event of far.read('n-1')) {
      expect(numberOf(event)).toBe(++seen);
      if (seen === 10) cable.mute();
      if (seen === 11) await expect(far.append('n-2', -1, [counted(1)])).rejects.toEqual(unavailable);
    }
    expect(seen).toBe(1000);
  });

  it('is refused where its URL can not be meant', () => {
    expect(() => storeOf({ url: 'postgres://localhost' })).toThrow('not a URL of an event store');
    expect(() => storeOf({ url: 'esdb://admin:changeit@localhost:2113?tls=false' })).toThrow(
      'without TLS they would silently not be sent',
    );
  });

  (external ? it.skip : it)('outlives a restart of the node', async () => {
    // In clear: over TLS the new node would have another certificate, a real server keeps its own.
    const options = { directory: join(directory, 'restarted'), insecure: true };
    const before = await startEmbeddedEventStore(options);
    store = storeOf({ url: before.url });
    const appending = Promise.all(numbers(1, 100).map((event, n) => store.append(`n-${n}`, -1, [event])));
    await before.close();
    const after = await startEmbeddedEventStore({ ...options, port: Number(new URL(before.url).port) });
    await appending;
    expect(await readAll()).toHaveLength(100);
    await store.close();
    await after.close();
  });
});
