/** An event to append: its metadata are signed bytes. */
interface SizedEvent {
  readonly type: string;
  readonly data: object;
  readonly metadata: Uint8Array;
}

/** The most bytes of one append; a server's default. */
const MAX_APPEND_BYTES = 1_048_576;

/** What a server counts for an event beside its texts; a generous estimate. */
const EVENT_OVERHEAD_BYTES = 256;

/**
 * Throws a RangeError for an append that the server would refuse: without events, with an event without a type, or of more
 * than 1 MiB. @eventstore/db-client 6.2.1 does not survive such a refusal: the server answers twice, and the second
 * response is thrown inside the client.
 */
export function checkAppendLimits(events: readonly SizedEvent[]): void {
  if (events.length === 0) throw new RangeError('an append needs an event');
  if (events.some(({ type }) => type === '')) throw new RangeError('an event needs a type');
  const size = events.reduce((sum, event) => sum + sizeOf(event), 0);
  if (size > MAX_APPEND_BYTES)
    throw new RangeError(`an append of ${size} bytes exceeds the limit of ${MAX_APPEND_BYTES}`);
}

/** Returns how many bytes a server counts for an event. */
const sizeOf = ({ type, data, metadata }: SizedEvent): number =>
  2 * type.length + Buffer.byteLength(JSON.stringify(data)) + metadata.length + EVENT_OVERHEAD_BYTES;
