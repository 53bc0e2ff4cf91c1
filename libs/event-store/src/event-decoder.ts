import type { Recorded } from '#libs/kernel';
import type { Codec, StoredEvent } from './codec.js';
import type { RawEvent } from './raw-event.js';
import type { RawLog } from './raw-log.js';

/** Decodes authentic events, a page at a time. */
export class EventDecoder {
  constructor(
    private readonly codec: Codec,
    private readonly raw: RawLog,
  ) {}

  /**
   * Fetches the keys of some authentic events, all at once. Returns a function that decodes one of them, and throws
   * `UnreadableEvent` if that is not possible.
   */
  async prepare(events: readonly RawEvent[]): Promise<(event: RawEvent) => Recorded> {
    const parsed = new Map(events.map((event) => [event, parse(event)]));
    const keys = await this.codec.findKeys([...parsed.values()]);
    return (event) => {
      const { revision, position } = event;
      return this.codec.decode(parsed.get(event)!, { stream: this.raw.streamOf(event), revision, position }, keys);
    };
  }
}

/** Parses an authentic event. */
function parse({ id, type, data, metadata }: RawEvent): StoredEvent {
  const toJson = (bytes: Uint8Array) => JSON.parse(Buffer.from(bytes).toString()) as unknown;
  return { id, type, data: toJson(data), metadata: toJson(metadata) } as StoredEvent;
}
