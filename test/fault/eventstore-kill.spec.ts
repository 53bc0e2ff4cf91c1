import { randomInt } from 'node:crypto';
import { EventEmitter, once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  EventStoreDBClient,
  NO_STREAM,
  START,
  jsonEvent,
  streamNameFilter,
  type AllStreamRecordedEvent,
  type AppendExpectedRevision,
  type EventData,
  type Position,
} from '@eventstore/db-client';
import { startEventStoreProcess, type EventStoreProcess } from '../support/event-store-process.js';

/** How often the store is killed. */
const kills = Number(process.env['KILLS'] ?? 2);
const writers = 64;
/** The number of writers that append in batches; the others append one by one. The number is small because with more batches in flight a broken connection ends the process (see libs/event-store). */
const batchWriters = 12;

const directory = mkdtempSync(join(tmpdir(), 'event-store-kill-'));
let node: EventStoreProcess;
let client: EventStoreDBClient;

async function start(): Promise<void> {
  node = await startEventStoreProcess(directory);
  client = EventStoreDBClient.connectionString(node.url);
}

beforeAll(async () => {
  await start();
}, 120_000);

afterAll(async () => {
  await node.kill();
  void client.dispose();
  rmSync(directory, { recursive: true });
});

/** Appends two events at a time to its stream. An append without a response is repeated unchanged after the kill. */
class Writer {
  readonly written: string[] = [];
  #expected: AppendExpectedRevision = NO_STREAM;
  #unanswered: EventData[] | undefined;

  constructor(
    readonly stream: string,
    readonly inBatches: boolean,
  ) {}

  /** Appends until the store is killed, and does not wait for the append that is then open. */
  async write(killed: Promise<false>): Promise<void> {
    while (await Promise.race([this.append(), killed]));
  }

  async append(): Promise<true> {
    const events = (this.#unanswered ??= [jsonEvent({ type: 'one', data: {} }), jsonEvent({ type: 'two', data: {} })]);
    const { nextExpectedRevision } = await client.appendToStream(this.stream, events, {
      expectedRevision: this.#expected,
      ...(!this.inBatches && { credentials: credentials() }),
    });
    if (events !== this.#unanswered) return true; // an answer from before the kill, after the append was sent again
    this.written.push(...events.map(({ id }) => id));
    this.#unanswered = undefined;
    this.#expected = nextExpectedRevision;
    if (--untilKill === 0) kill.emit('now');
    return true;
  }
}

/** The client does not batch an append that has its own credentials. */
function credentials(): { username: string; password: string } {
  const { username, password } = new URL(node.url.replace('esdb:', 'http:'));
  return { username, password };
}

/** Follows the log across all kills. `seen` has the positions and ids of the events. */
class Subscriber {
  readonly seen: string[] = [];
  #last: Position | typeof START = START;

  constructor(readonly prefix: string) {}

  /** Follows the log until it has seen this many events. */
  async follow(enough = Infinity): Promise<void> {
    if (this.seen.length >= enough) return;
    const filter = this.prefix ? { filter: streamNameFilter({ prefixes: [this.prefix] }) } : {};
    for await (const { event } of client.subscribeToAll({ fromPosition: this.#last, ...filter })) {
      this.#last = event!.position;
      if (this.seen.push(sight(event!)) >= enough) return;
    }
  }
}

const sight = ({ position, id }: Pick<AllStreamRecordedEvent, 'position' | 'id'>): string => `${position.commit} ${id}`;

/** The number of responses before the next kill. */
let untilKill = 0;
const kill = new EventEmitter();

/** After a kill the client may get any error; before it, none. */
const gone = (error: unknown): void => {
  if (!node.child.killed) throw error;
};

it(
  `loses, doubles and reorders nothing in ${kills} kills, with ${writers} writers and 8 subscribers`,
  async () => {
    const all = Array.from(
      { length: writers },
      (_, nth) => new Writer(`${nth % 2 ? 'odd' : 'even'}-${nth}`, nth < batchWriters),
    );
    const subscribers = ['', '', '', '', 'even-', 'even-', 'odd-', 'odd-'].map((prefix) => new Subscriber(prefix));
    for (let nth = 0; nth < kills; nth++) {
      untilKill = randomInt(1, 300);
      const now = once(kill, 'now');
      const { promise: killed, resolve: end } = Promise.withResolvers<false>();
      const working = [
        ...all.map((writer) => writer.write(killed).catch(gone)),
        ...subscribers.map((subscriber) => subscriber.follow().catch(gone)),
      ];
      await now;
      await node.kill();
      // The client does not always notice that its connection is closed.
      void client.dispose();
      (await client['getChannel']()).close();
      end(false);
      await Promise.all(working);
      await start();
    }
    untilKill = Infinity;
    await Promise.all(all.map((writer) => writer.append()));

    const events: AllStreamRecordedEvent[] = [];
    for await (const { event } of client.readAll()) events.push(event!);
    expect(events.map(({ position }) => Number(position.commit))).toEqual(events.map((_, index) => index + 1));
    for (const { stream, written } of all) {
      const there = events.filter(({ streamId }) => streamId === stream);
      expect(there.map(({ id }) => id)).toEqual(written);
      expect(there.map(({ revision }) => Number(revision))).toEqual(written.map((_, index) => index));
    }
    for (const subscriber of subscribers) {
      const expected = events.filter(({ streamId }) => streamId.startsWith(subscriber.prefix)).map(sight);
      await subscriber.follow(expected.length);
      expect(subscriber.seen).toEqual(expected);
    }
  },
  60_000 + kills * 20_000,
);
