import type { Readable } from 'node:stream';

/**
 * Iterates a stream of the client with back-pressure: items are read from the socket only as fast as they are taken. It
 * does not destroy the stream at the end, because then the client would keep the call for ever: cancel the call yourself.
 * @param waitFor wraps the wait for each item, for example with a time-out
 */
export function iterateAtReadersPace<T>(
  stream: AsyncIterable<T>,
  waitFor: (item: Promise<IteratorResult<T>>) => Promise<IteratorResult<T>> = (item) => item,
): AsyncIterable<T> {
  const readable = stream as Readable; // typed by a @types/node of the client's own
  readable.on('error', () => {}); // an error after the iteration would end the process
  const items: AsyncIterator<T> = readable.iterator({ destroyOnReturn: false });
  return { [Symbol.asyncIterator]: () => ({ next: () => waitFor(items.next()) }) };
}

/**
 * Reads and drops what a stream of the client has received. Without this, a stream that was left early never ends if the
 * server has sent everything, and the client waits for it for ever when it is closed.
 */
export function dropRest(stream: AsyncIterable<unknown>): void {
  const readable = stream as Readable;
  readable.removeAllListeners('readable'); // of the iteration; with it, the stream would not flow
  readable.resume();
}
