import { concat, filter, firstValueFrom, from, lastValueFrom, of, take, takeWhile, tap, toArray } from 'rxjs';
import type { LogItem } from '#libs/kernel';
import {
  all,
  counted,
  eventsOf,
  follow,
  named,
  namespace,
  numberOf,
  numbers,
  readAll,
  store,
  storeOf,
  untilCaughtUp,
  upTo,
} from './event-store-fixture.js';

describe('the log', () => {
  it('is read forwards or backwards, without the events of other namespaces', async () => {
    expect(await store.lastPosition()).toBe(0);
    const { position } = await store.append('n-1', -1, numbers(1, 2));
    await storeOf({ namespace: `${namespace}x` }).append('n-1', -1, numbers(100, 101));
    const last = await store.append('n-2', -1, [counted(3)]);
    expect(await readAll()).toEqual([1, 2, 3]);
    expect(await readAll({ from: position, maxCount: 1 })).toEqual([2]);
    expect(await readAll({ backwards: true, from: last.position })).toEqual([2, 1]);
    expect(await store.lastPosition()).toBe(last.position);
  });

  it('is followed from its start or after a position, then live', async () => {
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

  it('gives checkpoints while only other namespaces get events', async () => {
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

  it('is followed by event types, in this namespace only', async () => {
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

  it('is followed with back-pressure', async () => {
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

  it('is no longer followed after an abort, or once the store is closed', async () => {
    const aborting = new AbortController();
    const aborted = lastValueFrom(
      from(store.follow(undefined, aborting.signal)).pipe(
        tap(({ kind }) => kind === 'caughtUp' && aborting.abort()),
        toArray(),
      ),
    );
    expect((await aborted).at(-1)).toEqual({ kind: 'caughtUp' });
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
