import {
  END,
  START,
  jsonEvent,
  streamNameFilter,
  type AllStreamSubscription,
  type EventData,
  type StreamSubscription,
} from '@eventstore/db-client';
import { alone, attempt, cases, type Answer, type Bench } from './event-store-cases.js';

const event = (type: string): EventData => jsonEvent({ type, data: { n: 1 } });

/** What a subscription has told of the streams of its case, and a wait for what it will tell. */
class Heard {
  readonly all: string[] = [];
  #look = (): void => {};

  constructor(on: Bench, subscription: StreamSubscription | AllStreamSubscription) {
    const hear = (what: string): void => {
      this.all.push(what);
      this.#look();
    };
    subscription.on('confirmation', () => hear('confirmation'));
    subscription.on('caughtUp', () => hear('caughtUp'));
    subscription.on('error', (error) => hear(error.message));
    subscription.on('data', ({ event }: { event?: { streamId: string; revision: bigint; type: string } }) => {
      if (event && on.label(event.streamId)) hear(`${event.streamId} ${event.revision} ${event.type}`);
    });
    this.#unsubscribe = () => subscription.unsubscribe();
  }

  readonly #unsubscribe: () => Promise<void>;

  /** Waits until all of `what` was heard, as the end of a line. */
  async until(...what: string[]): Promise<this> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#look = () => what.every((end) => this.all.some((line) => line.endsWith(end))) && resolve();
    this.#look();
    await promise;
    return this;
  }

  /** All of it, and no more. */
  async end(): Promise<string[]> {
    await this.#unsubscribe();
    return this.all;
  }
}

/** Three events, of which a subscription is to show some. */
const three = async (on: Bench): Promise<string> => {
  const stream = on.stream();
  await on.client.appendToStream(stream, ['x1', 'x2', 'x3'].map(event));
  return stream;
};

cases.set('subscribe/stream/absent', async (on) => {
  const stream = on.stream();
  const heard = await new Heard(on, on.client.subscribeToStream(stream, { fromRevision: START })).until('confirmation');
  const a = await on.append(stream, [event('live')]);
  return { got: await (await heard.until('caughtUp', 'live')).end(), a };
});
cases.set('subscribe/stream/three', async (on) => {
  const stream = await three(on);
  const heard = await new Heard(on, on.client.subscribeToStream(stream, { fromRevision: START })).until('caughtUp');
  const a = await on.append(stream, [event('live')]);
  return { got: await (await heard.until('live')).end(), a };
});
cases.set('subscribe/stream/from a revision is exclusive', async (on) => {
  const heard = new Heard(on, on.client.subscribeToStream(await three(on), { fromRevision: 1n }));
  return (await heard.until('caughtUp')).end();
});
cases.set('subscribe/stream/from END', async (on) => {
  const stream = await three(on);
  const heard = await new Heard(on, on.client.subscribeToStream(stream, { fromRevision: END })).until('caughtUp');
  await on.append(stream, [event('live')]);
  return (await heard.until('live')).end();
});
// A real server ends a subscription to all of which more than 32 live events wait, as they would beside the cases of large events.
alone.add('subscribe/all/from a position is exclusive');
cases.set('subscribe/all/from a position is exclusive', async (on) => {
  const stream = on.stream();
  const { position } = await on.client.appendToStream(stream, [event('a')]);
  await on.client.appendToStream(stream, [event('b')]);
  return (await new Heard(on, on.client.subscribeToAll({ fromPosition: position! })).until('caughtUp')).end();
});
alone.add('subscribe/all/from END');
cases.set('subscribe/all/from END', async (on) => {
  const stream = on.stream();
  const heard = await new Heard(on, on.client.subscribeToAll({ fromPosition: END })).until('caughtUp');
  await on.append(stream, [event('live')]);
  return (await heard.until('live')).end();
});
cases.set('subscribe/all/filter by stream prefix', async (on) => {
  const [a, b] = [on.stream('pa'), on.stream('pb')];
  const { position } = await on.client.appendToStream(a, [event('t1')]);
  await on.client.appendToStream(b, [event('t1'), event('t2')]);
  await on.client.appendToStream(a, [event('t2')]);
  const filter = streamNameFilter({ prefixes: ['pa-'], checkpointInterval: 1 });
  const heard = await new Heard(on, on.client.subscribeToAll({ fromPosition: position!, filter })).until('caughtUp');
  await on.append(b, [event('t3')]);
  await on.append(a, [event('live')]);
  return (await heard.until('live')).end();
});
cases.set('subscribe/all/invalid regex', async (on) => {
  const subscription = on.client.subscribeToAll({
    filter: { filterOn: 'eventType', regex: '(', checkpointInterval: 1 },
  });
  return [await attempt(() => new Promise<Answer>((_, reject) => void subscription.on('error', reject)))];
});
for (const checkpointInterval of [1, 3]) {
  const name = `subscribe/all/checkpoints, interval ${checkpointInterval}, 200 events not matching`;
  alone.add(name);
  cases.set(name, async (on) => {
    const [skipped, wanted] = [on.stream('skip'), on.stream('wanted')];
    const { position } = await on.client.appendToStream(skipped, [event('first')]);
    for (let i = 0; i < 20; i++)
      await on.client.appendToStream(
        skipped,
        Array.from({ length: 10 }, () => event('skip')),
      );
    let checkpoints = 0;
    const checkpointReached = async (): Promise<void> => void checkpoints++;
    const filter = streamNameFilter({ prefixes: [wanted], maxSearchWindow: 32, checkpointInterval, checkpointReached });
    const heard = await new Heard(on, on.client.subscribeToAll({ fromPosition: position!, filter })).until('caughtUp');
    await on.append(wanted, [event('live')]);
    await (await heard.until('live')).end();
    return { some: checkpoints > 0, checkpointsNear: checkpoints };
  });
}
