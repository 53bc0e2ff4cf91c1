import { v5 as uuid } from 'uuid';

const EVENT_IDS = '4f3a1d0e-6c0b-5b7e-9a55-6f1f0c2b7d11';

/** Where an event came from, as far as repeating the same command comes from there again. */
export interface EventOrigin {
  readonly commandId: string;
  /** Of the command's body: another body under the same command id never passes for it. */
  readonly digest?: string | undefined;
  /** Without the namespace. */
  readonly stream: string;
  /** The revision that the append expects; -1 = no stream. */
  readonly expected: number;
  /** Among the events of the append, from 0. */
  readonly index: number;
}

/** The event's id (UUIDv5): the same append, repeated, is recognised by the store. */
export const eventId = ({ commandId, digest, stream, expected, index }: EventOrigin): string =>
  uuid(JSON.stringify([commandId, digest ?? null, stream, expected, index]), EVENT_IDS);
