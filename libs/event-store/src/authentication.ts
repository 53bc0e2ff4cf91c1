import { createHmac, timingSafeEqual, type KeyObject } from 'node:crypto';
import type { StoredEvent } from './codec.js';
import type { RawEvent } from './raw-event.js';

/** A key that authenticates events. A restore and a rotation begin the next generation. */
export interface Generation {
  /** From 1. */
  readonly number: number;
  readonly key: KeyObject;
  /** Its events lie after this position of the log. */
  readonly after: number;
  /** Its events lie at or before this position. Absent in the current generation. */
  readonly last?: number | undefined;
}

/** The keys that authenticate the events of an installation. */
export interface AuthenticationKeys {
  /** The generation of new events. */
  readonly current: Generation;
  find(number: number): Generation | undefined;
  /** Up to this position, events of earlier builds count without a MAC. 0: none. */
  readonly unsignedUntil: number;
  /** Derives the id of an event (UUIDv8) under a secret, so that others cannot append an event with our next id. */
  deriveEventId(proposedId: string): string;
}

/** The place and the contents of an event, as the MAC covers them. */
export interface CoveredEvent {
  /** Without the namespace, so that a log can be moved to another. */
  readonly stream: string;
  readonly revision: number;
  readonly id: string;
  readonly type: string;
  readonly contentType: string;
  readonly data: Uint8Array;
}

/** An event that one of our servers has appended. */
export interface Authenticity {
  /** The revision of the newest authentic event before it in its stream, -1 if there is none. `undefined` for an event without a MAC. */
  readonly previous: number | undefined;
}

export const jsonContentType = 'application/json';

/** The end of the metadata: what it begins with is covered, too. */
const signature = /,"generation":(?<number>\d{1,9}),"previous":(?<previous>-1|\d{1,15}),"mac":"(?<mac>[\w-]{43})"\}$/;
/** No signature is longer. */
const maxSignatureBytes = 120;

/**
 * Returns an event's metadata as stored: JSON, whose last members are the number of the generation, the revision of the
 * previous authentic event, and the MAC over all before it.
 */
export function signMetadata(
  event: CoveredEvent,
  metadata: object,
  previous: number,
  { number, key }: Generation,
): Uint8Array {
  const covered = JSON.stringify({ ...metadata, generation: number, previous }).slice(0, -1);
  const mac = computeMac(event, Buffer.from(covered), key);
  return Uint8Array.from(Buffer.from(`${covered},"mac":"${mac}"}`));
}

/** An event to append, with its signed metadata. */
export type SignedEvent = Omit<StoredEvent, 'metadata'> & { readonly metadata: Uint8Array };

/** Signs the events of an append, for the revisions after `last`; `previous` is the newest authentic one before them. */
export function signEvents(
  { stream, last, previous }: { readonly stream: string; readonly last: number; readonly previous: number },
  events: readonly StoredEvent[],
  generation: Generation,
): SignedEvent[] {
  return events.map(({ metadata, ...event }, index) => {
    const revision = last + 1 + index;
    const data = Buffer.from(JSON.stringify(event.data));
    const covered = { ...event, stream, revision, contentType: jsonContentType, data };
    return { ...event, metadata: signMetadata(covered, metadata, index === 0 ? previous : revision - 1, generation) };
  });
}

/** Returns whether an event carries a signature. It need not be valid. */
export const isSigned = ({ metadata }: RawEvent): boolean => findSignature(metadata) !== undefined;

/** Returns whether an event is authentic, and after which; `undefined` if it is not. Parses nothing but the signature. */
export function authenticate(stream: string, event: RawEvent, keys: AuthenticationKeys): Authenticity | undefined {
  const { metadata, position } = event;
  const found = findSignature(metadata);
  if (!found) return position <= keys.unsignedUntil ? { previous: undefined } : undefined;
  const { number, previous, mac } = found;
  const generation = keys.find(Number(number));
  if (!generation || position <= generation.after || position > (generation.last ?? Infinity)) return undefined;
  const covered = metadata.subarray(0, metadata.length - `,"mac":"${mac}"}`.length);
  const expected = computeMac({ ...event, stream }, covered, generation.key);
  // As text: several texts stand for the same bytes.
  return timingSafeEqual(Buffer.from(expected), Buffer.from(mac)) ? { previous: Number(previous) } : undefined;
}

function findSignature(metadata: Uint8Array): { number: string; previous: string; mac: string } | undefined {
  const end = Buffer.from(metadata.subarray(-maxSignatureBytes)).toString('latin1');
  return signature.exec(end)?.groups as { number: string; previous: string; mac: string } | undefined;
}

/** Computes the MAC (base64url): HMAC-SHA-256 over all parts, with the length of each before it, so that no part can run into another. */
function computeMac(
  { stream, revision, id, type, contentType, data }: CoveredEvent,
  metadata: Uint8Array,
  key: KeyObject,
): string {
  const hmac = createHmac('sha256', key);
  for (const part of [JSON.stringify([stream, revision, id, type, contentType]), data, metadata]) {
    const length = Buffer.alloc(4);
    length.writeUInt32BE(typeof part === 'string' ? Buffer.byteLength(part) : part.length);
    hmac.update(length).update(part);
  }
  return hmac.digest('base64url');
}
