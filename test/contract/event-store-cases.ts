import { randomUUID } from 'node:crypto';
import { setTimeout as elapse } from 'node:timers/promises';
import {
  ANY,
  BACKWARDS,
  END,
  EventStoreDBClient,
  NO_STREAM,
  START,
  STREAM_EXISTS,
  binaryEvent,
  jsonEvent,
  type AppendExpectedRevision,
  type AppendResult,
  type AppendToStreamOptions,
  type EventData,
  type JSONType,
  type ReadStreamOptions,
  type ResolvedEvent,
} from '@eventstore/db-client';

/** A server's response as JSON, with labels instead of stream names. */
export type Answer = unknown;

/** Cases by name. Those in `alone` read the whole log and do not run beside others. */
export const cases = new Map<string, (on: Bench) => Promise<Answer>>();
export const alone = new Set<string>();

/** The credentials of the server under test. Given with a call, they make the client use Append instead of BatchAppend. */
export const credentials = { username: 'admin', password: 'changeit' };
const RPCS: Record<string, AppendToStreamOptions> = { batch: {}, single: { credentials } };
const EXPECTATIONS: Record<string, AppendExpectedRevision> = {
  any: ANY,
  noStream: NO_STREAM,
  streamExists: STREAM_EXISTS,
  r0: 0n,
  r2: 2n,
  r9: 9n,
};
const STATES: Record<string, (on: Bench, stream: string) => Promise<void>> = {
  absent: async () => {},
  three: async (on, stream) =>
    void (await on.client.appendToStream(
      stream,
      ['x1', 'x2', 'x3'].map((type) => event(type)),
    )),
};

const event = (type: string, data: JSONType = { n: 1 }, id: string = randomUUID()): EventData =>
  jsonEvent({ id, type, data });
const many = (type: string): EventData[] => Array.from({ length: 10 }, () => event(type));

/** Runs one case against the server under test. */
export class Bench {
  readonly client: EventStoreDBClient;
  readonly #names = new Map<string, string>();

  constructor(client: EventStoreDBClient) {
    this.client = client;
  }

  /** Returns the name of a new stream, shown as `<label>`. */
  stream(label = 's'): string {
    const name = `${label}-${randomUUID().replaceAll('-', '')}`;
    this.#names.set(name, `<${label}>`);
    return name;
  }

  /** Returns the label of a stream; undefined for one of another case. */
  label(stream: string): string | undefined {
    return this.#names.get(stream);
  }

  append(stream: string, events: EventData[], options: AppendToStreamOptions = {}): Promise<Answer> {
    return attempt(async () => shown(await this.client.appendToStream(stream, events, options)));
  }

  read(stream: string, options: ReadStreamOptions = {}): Promise<Answer> {
    return attempt(() =>
      collect(this.client.readStream(stream, options), ({ event }) => `${event?.revision}:${event?.type}`),
    );
  }

  /** Returns the answer with labels instead of stream names, and with only types that JSON has. */
  clean(answer: Answer): Answer {
    let json = JSON.stringify(answer, (_, value: unknown) => (typeof value === 'bigint' ? `${value}n` : value));
    for (const [name, label] of this.#names) json = json.replaceAll(name, label);
    return JSON.parse(json) as Answer;
  }
}

async function collect<T>(
  events: AsyncIterable<ResolvedEvent>,
  show: (event: ResolvedEvent) => T,
  enough = Infinity,
): Promise<T[]> {
  const shown: T[] = [];
  for await (const event of events) if (shown.push(show(event)) >= enough) break;
  return shown;
}

/** Returns the answer of a call; an error as data. */
export async function attempt(call: () => Promise<Answer>): Promise<Answer> {
  const silence = new AbortController();
  try {
    return await Promise.race([
      call(),
      elapse(15_000, undefined, { signal: silence.signal }).then(() => {
        throw new Error('no answer in 15 s');
      }),
    ]);
  } catch (error) {
    return problem(error as Record<string, unknown>);
  } finally {
    silence.abort();
  }
}

function problem(error: Record<string, unknown>): Answer {
  const type = String(error['type'] ?? error['name']);
  return {
    error: type,
    ...(error['streamName'] ? { stream: error['streamName'] } : {}),
    ...(error['expectedVersion'] === undefined ? {} : { expected: error['expectedVersion'] }),
    ...(error['actualVersion'] === undefined ? {} : { actual: error['actualVersion'] }),
    ...(error['maxAppendSize'] ? { max: error['maxAppendSize'] } : {}),
    ...(/wrong|deleted|not-found|exists|maximum/.test(type) ? {} : { message: error['message'] }),
  };
}

const shown = ({ success, nextExpectedRevision, position }: AppendResult): Answer => ({
  success,
  next: nextExpectedRevision,
  position: position ? 'set' : 'none',
});

for (const [rpc, options] of Object.entries(RPCS)) {
  for (const [state, make] of Object.entries(STATES))
    for (const [expectation, expectedRevision] of Object.entries(EXPECTATIONS))
      cases.set(`append/${rpc}/${state}/${expectation}`, async (on) => {
        const stream = on.stream();
        await make(on, stream);
        const append = (events: EventData[]): Promise<Answer> =>
          on.append(stream, events, { expectedRevision, ...options });
        const events = ['n1', 'n2'].map((type) => event(type));
        return { first: await append(events), again: await append(events), stored: await on.read(stream) };
      });

  type Step = [expectedRevision: AppendExpectedRevision, ...events: number[]];
  const repeat = (name: string, first: Step, second: Step): unknown =>
    cases.set(`repeat/${rpc}/${name}`, async (on) => {
      const stream = on.stream();
      const events = ['a', 'b', 'c', 'd'].map((type) => event(type));
      const append = ([expectedRevision, ...which]: Step): Promise<Answer> =>
        on.append(
          stream,
          which.map((index) => events[index]!),
          { expectedRevision, ...options },
        );
      return { first: await append(first), second: await append(second), stored: await on.read(stream) };
    });
  repeat('any: prefix of an earlier append', [ANY, 0, 1], [ANY, 0]);
  repeat('any: suffix of an earlier append', [ANY, 0, 1], [ANY, 1]);
  repeat('any: earlier append and one more', [ANY, 0, 1], [ANY, 0, 1, 2]);
  repeat('noStream: prefix', [NO_STREAM, 0, 1], [NO_STREAM, 0]);
  repeat('noStream: and one more', [NO_STREAM, 0, 1], [NO_STREAM, 0, 1, 2]);
  repeat('noStream: reversed', [NO_STREAM, 0, 1], [NO_STREAM, 1, 0]);
  repeat('noStream then any', [NO_STREAM, 0, 1], [ANY, 0, 1]);
  repeat('any then noStream', [ANY, 0, 1], [NO_STREAM, 0, 1]);
  repeat('noStream then r0 with the second event', [NO_STREAM, 0, 1], [0n, 1]);
  repeat('noStream then streamExists', [NO_STREAM, 0, 1], [STREAM_EXISTS, 0, 1]);
  // Both events are written; the server then finds an id at its first place.
  repeat('any: one id twice in one append', [ANY, 0, 0], [ANY, 0, 0]);
  repeat('noStream then any: one id twice in one append', [NO_STREAM, 0, 0], [ANY, 0, 0]);
  repeat('noStream: one id twice in one append', [NO_STREAM, 0, 0], [NO_STREAM, 0, 0]);
  repeat('noStream then streamExists: one id twice in one append', [NO_STREAM, 0, 0], [STREAM_EXISTS, 0, 0]);
  repeat('any then r0: one id twice in one append', [ANY, 0, 0], [0n, 0, 0]);
  repeat('any then r1: one id twice in one append', [ANY, 0, 0], [1n, 0, 0]);
  repeat('any: one id twice and another between', [ANY, 0, 1, 0], [ANY, 0, 1, 0]);
  cases.set(`repeat/${rpc}/any: an id that a fitting revision appended again`, async (on) => {
    const [stream, events] = [on.stream(), [event('a')]];
    const append = (expectedRevision: AppendExpectedRevision): Promise<Answer> =>
      on.append(stream, events, { expectedRevision, ...options });
    return [await append(NO_STREAM), await append(0n), await append(ANY), await on.read(stream)];
  });
  cases.set(`repeat/${rpc}/any: the same ids in another stream`, async (on) => {
    const [one, other, events] = [on.stream('s1'), on.stream('s2'), [event('a')]];
    return [await on.append(one, events, options), await on.append(other, events, options), await on.read(other)];
  });
  cases.set(`repeat/${rpc}/any: the same ids in another stream, twice`, async (on) => {
    const [one, other, events] = [on.stream('s1'), on.stream('s2'), [event('a')]];
    await on.append(one, events, options);
    return [await on.append(other, events, options), await on.append(other, events, options), await on.read(other)];
  });
  cases.set(`repeat/${rpc}/any after 200 later appends`, async (on) => {
    const [stream, events] = [on.stream(), [event('a')]];
    const first = await on.append(stream, events, options);
    for (let i = 0; i < 20; i++) await on.append(stream, many('f'));
    return [first, await on.append(stream, events, options), ((await on.read(stream)) as unknown[]).length];
  });

  const limit = (name: string, ask: (on: Bench) => Promise<Answer>): unknown => cases.set(`limit/${rpc}/${name}`, ask);
  const success = async (appended: Promise<Answer>): Promise<Answer> =>
    ((await appended) as { success?: boolean }).success;
  limit('just under: 1,048,000 bytes', (on) => on.append(on.stream(), [event('big', 'x'.repeat(1_048_000))], options));
  limit('empty stream name', (on) => on.append('', [event('a')], options));
  limit('blank stream name', (on) => success(on.append(' ', [event('a')], options)));
  limit('event type starting with $', (on) => on.append(on.stream(), [event('$mine')], options));
  limit('stream name of 5,000 characters', async (on) => {
    const stream = on.stream('l'.repeat(5000));
    return [await success(on.append(stream, [event('a')], options)), await on.read(stream)];
  });
  limit('binary event', async (on) => {
    const stream = on.stream();
    await on.client.appendToStream(
      stream,
      binaryEvent({ type: 'b', data: new Uint8Array([0, 255, 1]), metadata: new Uint8Array([7]) }),
      options,
    );
    return collect(on.client.readStream(stream), ({ event }) => ({
      isJson: event!.isJson,
      data: [...(event!.data as Uint8Array)],
      metadata: [...(event!.metadata as Uint8Array)],
    }));
  });
  limit('json event with metadata, without metadata, null data', async (on) => {
    const stream = on.stream();
    const events = [
      jsonEvent({ type: 'a', data: { x: 1 }, metadata: { y: 2 } }),
      ...[[1, 2], null, 'text'].map((data) => jsonEvent({ type: 'a', data: data as JSONType })),
    ];
    await on.client.appendToStream(stream, events, options);
    return collect(on.client.readStream(stream), ({ event }) => ({
      isJson: event?.isJson,
      data: event?.data ?? null,
      metadata: event?.metadata ?? null,
    }));
  });
  // A real server responds twice to these on the batch stream, which this client does not survive.
  if (rpc === 'batch') continue;
  const large = (kibibytes: number): EventData => event('big', { d: 'x'.repeat(kibibytes * 1024) });
  limit('one event of 1 MiB of data', (on) => on.append(on.stream(), [large(1024)], options));
  limit('two events of 600 KiB', (on) => on.append(on.stream(), [large(600), large(600)], options));
  limit('after a refused one the next append works', async (on) => {
    const stream = on.stream();
    await on.append(stream, [large(2048)], options);
    return on.append(stream, [event('small')], options);
  });
  limit('empty type', (on) => on.append(on.stream(), [event('')], options));
}

for (const [state, make] of Object.entries(STATES))
  cases.set(`read/${state}`, async (on) => {
    const stream = on.stream();
    await make(on, stream);
    const reads: Record<string, ReadStreamOptions> = {
      forwards: {},
      backwards: { direction: BACKWARDS, fromRevision: END },
      from1: { fromRevision: 1n },
      from9: { fromRevision: 9n },
      back1: { direction: BACKWARDS, fromRevision: 1n },
      back9: { direction: BACKWARDS, fromRevision: 9n },
      forwardsEnd: { fromRevision: END },
      backStart: { direction: BACKWARDS, fromRevision: START },
      max2: { maxCount: 2 },
      backMax1: { direction: BACKWARDS, fromRevision: END, maxCount: 1 },
      max0: { maxCount: 0 },
    };
    const answers: Record<string, Answer> = {};
    for (const [name, options] of Object.entries(reads)) answers[name] = await on.read(stream, options);
    return answers;
  });

/** Reads the log from the position of `first` and returns the first `enough` events of this case. */
async function readAll(on: Bench, first: AppendResult, enough: number, filter?: object): Promise<string[]> {
  const own: string[] = [];
  for await (const { event } of on.client.readAll({ fromPosition: first.position!, ...(filter && { filter }) })) {
    if (event && on.label(event.streamId) && own.push(`${event.streamId} ${event.type}`) === enough) break;
  }
  return own;
}

cases.set('all/append answer position equals the last event read', async (on) => {
  const stream = on.stream();
  const { position } = await on.client.appendToStream(stream, [event('a'), event('b')]);
  return collect(on.client.readStream(stream), ({ event, commitPosition }) => ({
    sameCommit: event?.position?.commit === position?.commit,
    samePrepare: event?.position?.prepare === position?.prepare,
    commitIsPrepare: event?.position?.commit === event?.position?.prepare,
    commitPosition: commitPosition === undefined ? 'none' : commitPosition === event?.position?.commit,
  }));
});
cases.set('all/append answer position, single', async (on) => {
  const stream = on.stream();
  const { position } = await on.client.appendToStream(stream, [event('a'), event('b')], RPCS['single']);
  return collect(on.client.readStream(stream), ({ event }) => ({
    sameCommit: event?.position?.commit === position?.commit,
    samePrepare: event?.position?.prepare === position?.prepare,
  }));
});
cases.set('all/positions of two events of one append differ', async (on) => {
  const stream = on.stream();
  await on.client.appendToStream(stream, [event('a'), event('b')]);
  const [first, second] = await collect(on.client.readStream(stream), ({ event }) => event!.position!);
  return { commit: first!.commit < second!.commit, prepare: first!.prepare < second!.prepare };
});
cases.set('all/read from a position is inclusive', async (on) => {
  const stream = on.stream();
  const first = await on.client.appendToStream(stream, [event('a')]);
  await on.client.appendToStream(stream, [event('b')]);
  return readAll(on, first, 2);
});
cases.set('all/filter on read', async (on) => {
  const [a, b] = [on.stream('fa'), on.stream('fb')];
  const first = await on.client.appendToStream(a, [event('t1'), event('t2')]);
  await on.client.appendToStream(b, [event('t1')]);
  // This client sends no filter with a read: both return everything.
  const prefixes = await readAll(on, first, 2, {
    filterOn: 'streamName',
    prefixes: [a, b],
    maxSearchWindow: 32,
    checkpointInterval: 1,
  });
  return [prefixes, await readAll(on, first, 2, { filterOn: 'eventType', regex: '^t1$' })];
});
cases.set('all/created is milliseconds of now', async (on) => {
  const [stream, before] = [on.stream(), Date.now()];
  await on.append(stream, [event('a')]);
  const [created] = await collect(on.client.readStream(stream), ({ event }) => event!.created);
  return { type: created!.constructor.name, near: Math.abs(Number(created) - before) < 5000 };
});
cases.set('all/ids come back', async (on) => {
  const stream = on.stream();
  await on.append(stream, [event('a', {}, 'F47AC10B-58CC-4372-A567-0E02B2C3D479')]);
  return collect(on.client.readStream(stream), ({ event }) => event!.id);
});
