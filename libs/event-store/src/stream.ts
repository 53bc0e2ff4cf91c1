import type { Readable } from 'node:stream';

/**
 * Iterates a stream of the client's, which is taken from the wire no faster than that. Cancel the call afterwards: the
 * stream itself is not destroyed, for then the client would keep hold of the call for ever.
 * @param watch may end the wait for an item
 */
export function iterateAtReadersPace<T>(
  stream: AsyncIterable<T>,
  watch: (item: Promise<IteratorResult<T>>) => Promise<IteratorResult<T>> = (item) => item,
): AsyncIterable<T> {
  const readable = stream as Readable; // typed by a @types/node of the client's own
  readable.on('error', () => {}); // after the iteration, an error is no one's
  const items: AsyncIterator<T> = readable.iterator({ destroyOnReturn: false });
  return { [Symbol.asyncIterator]: () => ({ next: () => watch(items.next()) }) };
}
