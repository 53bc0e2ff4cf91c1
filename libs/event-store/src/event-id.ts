import { v5 as uuid } from 'uuid';

const EVENT_ID_NAMESPACE = '4f3a1d0e-6c0b-5b7e-9a55-6f1f0c2b7d11';

/** What an event's id is computed from: the same for every repetition of a command on the same revision. `EventStore.append` adds the digest of the request. */
export interface EventOrigin {
  readonly commandId: string;
  /** Without the namespace. */
  readonly stream: string;
  /** The revision that the append expects; -1 if the stream must not exist. */
  readonly expected: number;
  /** Index among the events of the append, from 0. */
  readonly index: number;
}

/** Returns the id of an event (UUIDv5). It depends on its origin only, so that the store recognises a repeated append. */
export const toEventId = ({ commandId, stream, expected, index }: EventOrigin): string =>
  uuid(JSON.stringify([commandId, stream, expected, index]), EVENT_ID_NAMESPACE);
