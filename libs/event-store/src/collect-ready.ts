import { setImmediate } from 'node:timers/promises';

/**
 * Collects the items that are ready into pages of at most `max`, without waiting for more. An error is thrown after
 * the items before it. If the reader stops early, `items` ends as soon as the item that was asked for last has come.
 */
export async function* collectReady<T>(items: AsyncGenerator<T>, max: number): AsyncGenerator<T[]> {
  const ask = (): Promise<IteratorResult<T>> => {
    const answer = items.next();
    answer.catch(() => {}); // An error is thrown below, where the item is awaited.
    return answer;
  };
  let next = ask();
  try {
    for (let first = await next; !first.done; first = await next) {
      const page = [first.value];
      for (next = ask(); page.length < max; next = ask()) {
        const ready = await Promise.race([next.catch(() => undefined), setImmediate()]);
        if (!ready || ready.done) break;
        page.push(ready.value);
      }
      yield page;
    }
  } finally {
    // Without waiting for the item that was asked for last: it may never come. If it fails, there is no reader to tell.
    items.return(undefined).catch(() => {});
  }
}
