import type { Readable } from 'node:stream';
import { within } from './patience.js';

/**
 * Iterates a stream of the client's, which is taken from the wire no faster than that. Cancel the call afterwards: the
 * stream itself is not destroyed, for then the client would keep hold of the call for ever.
 * @param silence how long to wait for each item, in milliseconds, before `NoAnswer` is thrown; default: any time
 */
export function unhurried<T>(stream: AsyncIterable<T>, silence?: number): AsyncIterable<T> {
  const readable = stream as Readable; // typed by a @types/node of the client's own
  readable.on('error', () => {}); // after the iteration, an error is no one's
  const items: AsyncIterator<T> = readable.iterator({ destroyOnReturn: false });
  const next = silence === undefined ? () => items.next() : () => within(silence, items.next());
  return { [Symbol.asyncIterator]: () => ({ next }) };
}
