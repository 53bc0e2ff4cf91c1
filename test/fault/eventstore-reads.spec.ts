import { filter, from, lastValueFrom, tap, toArray } from 'rxjs';
import { counted, eventsOf, numberOf, numbers, read, store, upTo } from '../contract/event-store-fixture.js';

it('the log is followed on one connection while thousands of reads end early or find nothing', async () => {
  await store.append('n-1', -1, numbers(1, 5));
  const done = new AbortController();
  const followed = lastValueFrom(
    from(store.follow(undefined, done.signal)).pipe(
      filter(({ kind }) => kind === 'event'),
      tap((item) => numberOf(eventsOf([item])[0]!) === 6 && done.abort()),
      toArray(),
    ),
  );
  followed.catch(() => {}); // awaited at the end
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
