import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  BACKWARDS,
  END,
  EventStoreDBClient,
  FORWARDS,
  START,
  StreamNotFoundError,
  WrongExpectedVersionError,
  eventTypeFilter,
  jsonEvent,
  streamNameFilter,
  type Filter,
  type ResolvedEvent,
  type StreamingRead,
} from '@eventstore/db-client';
import * as fc from 'fast-check';
import { startEmbeddedEventStore, type EmbeddedEventStore } from '#libs/embedded-eventstore';
import { Model, type Appended, type Entry, type Expected, type Following, type Reading } from './event-store-model.js';

/** One step: a call of a client, or a restart of the node, after which its caches are empty. */
type Step =
  | {
      readonly do: 'append';
      readonly stream: string;
      readonly expected: Exclude<Expected, number> | { readonly fromLast: number };
      readonly types: readonly string[];
      readonly times: number;
      readonly repeat: Repeat | undefined;
      readonly single: boolean;
    }
  | { readonly do: 'read stream'; readonly stream: string; readonly reading: Reading }
  | { readonly do: 'read all'; readonly reading: Reading }
  | { readonly do: 'follow'; readonly following: Following }
  | { readonly do: 'restart' };

/** Repeats the first ids of an earlier append, with or without a new event. */
interface Repeat {
  readonly append: number;
  readonly ids: number;
  readonly more: boolean;
}

const stream = fc.constantFrom('a-1', 'a-2', 'b-1');
const type = fc.constantFrom('ant', 'bee', 'cat');
const place = fc.option(fc.nat(12), { nil: undefined, freq: 3 });
const reading = fc.record({ backwards: fc.boolean(), from: place, count: fc.constantFrom(1, 3, 1_000) });
const repeat = fc.record({ append: fc.nat(30), ids: fc.integer({ min: 1, max: 4 }), more: fc.boolean() });
const types = fc.array(type, { minLength: 1, maxLength: 4 });
/** Sometimes more events than a page has, or than the node caches. */
const times = fc.oneof({ weight: 7, arbitrary: fc.constant(1) }, { weight: 1, arbitrary: fc.constantFrom(80, 300) });
const expected = fc.oneof(
  fc.constantFrom('any' as const, 'no_stream' as const, 'stream_exists' as const),
  fc.constantFrom(-3, -1, 0, 0, 1).map((fromLast) => ({ fromLast })),
);

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 20,
    arbitrary: fc.record({
      do: fc.constant('append'),
      stream,
      expected,
      types,
      times,
      repeat: fc.option(repeat, { nil: undefined }),
      single: fc.boolean(),
    }),
  },
  { weight: 6, arbitrary: fc.record({ do: fc.constant('read stream'), stream, reading }) },
  { weight: 6, arbitrary: fc.record({ do: fc.constant('read all'), reading }) },
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant('follow'),
      following: fc.oneof(
        fc.record({ from: place }),
        fc.record({ from: place, stream }),
        fc.record({ from: place, streamPrefix: fc.constantFrom('a-', 'b', 'c') }),
        fc.record({ from: place, typePattern: fc.constantFrom('^[ab]', 't$', 'new') }),
      ),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('restart') }) },
);

/** How long to wait for a subscription's events, in milliseconds. */
const SUBSCRIPTION_TIMEOUT_MS = 10_000;

interface Followed {
  readonly following: Following;
  readonly seen: ResolvedEvent[];
  failure?: Error;
}

/** A node and the model that it must behave like. */
class NodeAndModel {
  readonly #model = new Model();
  readonly #directory = mkdtempSync(join(tmpdir(), 'event-store-model-'));
  readonly #appends: { id: string; type: string }[][] = [];
  #followed: Followed[] = [];
  #node!: EmbeddedEventStore;
  #client!: EventStoreDBClient;

  async start(): Promise<void> {
    this.#node = await startEmbeddedEventStore({ directory: this.#directory });
    this.#client = EventStoreDBClient.connectionString(this.#node.url);
  }

  async stop(): Promise<void> {
    void this.#client.dispose();
    await this.#node.close();
  }

  async end(): Promise<void> {
    await this.stop();
    rmSync(this.#directory, { recursive: true });
  }

  async take(next: Step): Promise<void> {
    if (next.do === 'append') await this.#append(next);
    else if (next.do === 'read stream')
      expect(await this.#readStream(next.stream, next.reading)).toEqual(
        this.#model.readStream(next.stream, next.reading),
      );
    else if (next.do === 'read all')
      expect(await this.#readAll(next.reading)).toEqual(this.#model.readAll(next.reading));
    else if (next.do === 'follow') this.#follow(next.following);
    else {
      await this.settle();
      await this.stop();
      await this.start();
    }
  }

  /** Checks that each subscription has received the model's events, once and in order. */
  async settle(): Promise<void> {
    for (const followed of this.#followed) {
      const due = this.#model.follow(followed.following);
      const end = performance.now() + SUBSCRIPTION_TIMEOUT_MS;
      while (followed.seen.length < due.length && !followed.failure && performance.now() < end)
        await new Promise(setImmediate);
      expect(followed.failure).toBeUndefined();
      expect(followed.seen.map(entryOf)).toEqual(due);
    }
    this.#followed = [];
  }

  async #append({
    stream: name,
    expected: wanted,
    types: names,
    times: often,
    repeat: again,
    single,
  }: Step & { do: 'append' }): Promise<void> {
    const earlier = again && this.#appends[again.append]?.slice(0, again.ids);
    const events = (earlier ? (again.more ? ['new'] : []) : Array.from({ length: often }, () => names).flat()).map(
      (newType) => jsonEvent({ type: newType, data: {} }),
    );
    const all = [
      ...(earlier ?? []).map(({ id, type: oldType }) => jsonEvent({ id, type: oldType, data: {} })),
      ...events,
    ];
    this.#appends.push(all);
    const revision =
      typeof wanted === 'object' ? Math.max(0, this.#model.stream(name).length - 1 + wanted.fromLast) : wanted;
    const expectedRevision = typeof revision === 'number' ? BigInt(revision) : revision;
    const { username, password } = new URL(this.#node.url.replace('esdb:', 'http:'));
    // With its own credentials, the client sends it as a single append.
    const options = { expectedRevision, ...(single && { credentials: { username, password } }) };
    const answer = await this.#client.appendToStream(name, all, options).then(
      ({ nextExpectedRevision, position }): Appended => ({
        revision: Number(nextExpectedRevision),
        position: Number(position!.commit),
      }),
      (error: unknown): Appended => {
        if (!(error instanceof WrongExpectedVersionError)) throw error;
        return { conflict: error.actualVersion === 'no_stream' ? -1 : Number(error.actualVersion) };
      },
    );
    expect(this.#model.append(name, revision, all)).toMatchObject(answer);
  }

  async #readStream(name: string, { backwards, from, count }: Reading): Promise<Entry[] | undefined> {
    const fromRevision = from === undefined ? (backwards ? END : START) : BigInt(from);
    try {
      return await entriesOf(
        this.#client.readStream(name, { direction: backwards ? BACKWARDS : FORWARDS, fromRevision, maxCount: count }),
      );
    } catch (error) {
      if (error instanceof StreamNotFoundError) return undefined;
      throw error;
    }
  }

  #readAll({ backwards, from, count }: Reading): Promise<Entry[]> {
    const fromPosition =
      from === undefined ? (backwards ? END : START) : { commit: BigInt(from), prepare: BigInt(from) };
    return entriesOf(
      this.#client.readAll({ direction: backwards ? BACKWARDS : FORWARDS, fromPosition, maxCount: count }),
    );
  }

  #follow(following: Following): void {
    const { from, stream: name } = following;
    const subscription =
      name === undefined
        ? this.#client.subscribeToAll({
            fromPosition: from ? { commit: BigInt(from), prepare: BigInt(from) } : START,
            ...filterOf(following),
          })
        : this.#client.subscribeToStream(name, { fromRevision: from ? BigInt(from - 1) : START });
    const followed: Followed = { following, seen: [] };
    subscription.on('data', (event: ResolvedEvent) => followed.seen.push(event));
    subscription.on('error', (error) => (followed.failure = error));
    this.#followed.push(followed);
  }
}

function filterOf({ streamPrefix, typePattern }: Following): { filter?: Filter } {
  if (streamPrefix !== undefined) return { filter: streamNameFilter({ prefixes: [streamPrefix] }) };
  return typePattern === undefined ? {} : { filter: eventTypeFilter({ regex: typePattern }) };
}

async function entriesOf(events: StreamingRead<ResolvedEvent>): Promise<Entry[]> {
  const entries: Entry[] = [];
  for await (const event of events) entries.push(entryOf(event));
  return entries;
}

const entryOf = ({ event }: ResolvedEvent): Entry => ({
  position: Number(event!.position!.commit),
  stream: event!.streamId,
  revision: Number(event!.revision),
  id: event!.id,
  type: event!.type,
});

it('behaves like the model for any appends, repetitions, reads, subscriptions and restarts', async () => {
  const steps = fc.array(step, { minLength: 30, maxLength: 80, size: 'max' });
  await fc.assert(
    fc.asyncProperty(steps, async (list) => {
      const pair = new NodeAndModel();
      await pair.start();
      try {
        for (const next of list) await pair.take(next);
        await pair.settle();
      } finally {
        await pair.end();
      }
    }),
    { numRuns: Number(process.env['PROPERTY_RUNS'] ?? 2), interruptAfterTimeLimit: 120_000 },
  );
}, 600_000);
