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

/** Records what a subscription emits about the streams of its case. */
class SubscriptionLog {
  readonly lines: string[] = [];
  #check = (): void => {};

  constructor(on: Bench, subscription: StreamSubscription | AllStreamSubscription) {
    const add = (what: string): void => {
      this.lines.push(what);
      this.#check();
    };
    subscription.on('confirmation', () => add('confirmation'));
    subscription.on('caughtUp', () => add('caughtUp'));
    subscription.on('error', (error) => add(error.message));
    subscription.on('data', ({ event }: { event?: { streamId: string; revision: bigint; type: string } }) => {
      if (event && on.label(event.streamId)) add(`${event.streamId} ${event.revision} ${event.type}`);
    });
    this.#unsubscribe = () => subscription.unsubscribe();
  }

  readonly #unsubscribe: () => Promise<void>;

  /** Waits until there is a line that ends with each of `what`. */
  async waitFor(...what: string[]): Promise<this> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#check = () => what.every((end) => this.lines.some((line) => line.endsWith(end))) && resolve();
    this.#check();
    await promise;
    return this;
  }

  /** Unsubscribes and returns all lines. */
  async stop(): Promise<string[]> {
    await this.#unsubscribe();
    return this.lines;
  }
}

/** Creates a stream of three events. */
const three = async (on: Bench): Promise<string> => {
  const stream = on.stream();
  await on.client.appendToStream(stream, ['x1', 'x2', 'x3'].map(event));
  return stream;
};

cases.set('subscribe/stream/absent', async (on) => {
  const stream = on.stream();
  const received = await new SubscriptionLog(on, on.client.subscribeToStream(stream, { fromRevision: START })).waitFor(
    'confirmation',
  );
  const a = await on.append(stream, [event('live')]);
  return { got: await (await received.waitFor('caughtUp', 'live')).stop(), a };
});
cases.set('subscribe/stream/three', async (on) => {
  const stream = await three(on);
  const received = await new SubscriptionLog(on, on.client.subscribeToStream(stream, { fromRevision: START })).waitFor(
    'caughtUp',
  );
  const a = await on.append(stream, [event('live')]);
  return { got: await (await received.waitFor('live')).stop(), a };
});
cases.set('subscribe/stream/from a revision is exclusive', async (on) => {
  const received = new SubscriptionLog(on, on.client.subscribeToStream(await three(on), { fromRevision: 1n }));
  return (await received.waitFor('caughtUp')).stop();
});
cases.set('subscribe/stream/from END', async (on) => {
  const stream = await three(on);
  const received = await new SubscriptionLog(on, on.client.subscribeToStream(stream, { fromRevision: END })).waitFor(
    'caughtUp',
  );
  await on.append(stream, [event('live')]);
  return (await received.waitFor('live')).stop();
});
// A real server ends a subscription to $all once more than 32 live events wait, which happens beside the cases of large events.
alone.add('subscribe/all/from a position is exclusive');
cases.set('subscribe/all/from a position is exclusive', async (on) => {
  const stream = on.stream();
  const { position } = await on.client.appendToStream(stream, [event('a')]);
  await on.client.appendToStream(stream, [event('b')]);
  return (
    await new SubscriptionLog(on, on.client.subscribeToAll({ fromPosition: position! })).waitFor('caughtUp')
  ).stop();
});
alone.add('subscribe/all/from END');
cases.set('subscribe/all/from END', async (on) => {
  const stream = on.stream();
  const received = await new SubscriptionLog(on, on.client.subscribeToAll({ fromPosition: END })).waitFor('caughtUp');
  await on.append(stream, [event('live')]);
  return (await received.waitFor('live')).stop();
});
cases.set('subscribe/all/filter by stream prefix', async (on) => {
  const [a, b] = [on.stream('pa'), on.stream('pb')];
  const { position } = await on.client.appendToStream(a, [event('t1')]);
  await on.client.appendToStream(b, [event('t1'), event('t2')]);
  await on.client.appendToStream(a, [event('t2')]);
  const filter = streamNameFilter({ prefixes: ['pa-'], checkpointInterval: 1 });
  const received = await new SubscriptionLog(on, on.client.subscribeToAll({ fromPosition: position!, filter })).waitFor(
    'caughtUp',
  );
  await on.append(b, [event('t3')]);
  await on.append(a, [event('live')]);
  return (await received.waitFor('live')).stop();
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
    const received = await new SubscriptionLog(
      on,
      on.client.subscribeToAll({ fromPosition: position!, filter }),
    ).waitFor('caughtUp');
    await on.append(wanted, [event('live')]);
    await (await received.waitFor('live')).stop();
    return { some: checkpoints > 0, checkpointsNear: checkpoints };
  });
}
