import type { StoredEvent } from './codec.js';

/** Of one append, in bytes; a server's default. */
const MAX_APPEND = 1_048_576;

/** What a server counts beside the texts; generous. */
const OVERHEAD = 256;

/**
 * Keeps away what @eventstore/db-client 6.2.1 does not survive: a server answers such an append twice, and the second
 * answer is thrown inside the client. Empty appends succeed and write nothing, which nobody means.
 */
export function checkAppend(events: readonly StoredEvent[]): void {
  if (events.length === 0) throw new RangeError('an append needs an event');
  if (events.some(({ type }) => type === '')) throw new RangeError('an event needs a type');
  const size = events.reduce((sum, event) => sum + sizeOf(event), 0);
  if (size > MAX_APPEND)
    throw new RangeError(`an append of ${size} bytes exceeds the ${MAX_APPEND} that a server takes`);
}

const sizeOf = ({ type, data, metadata }: StoredEvent): number =>
  2 * type.length + Buffer.byteLength(JSON.stringify(data)) + Buffer.byteLength(JSON.stringify(metadata)) + OVERHEAD;
