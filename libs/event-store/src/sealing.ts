import { createCipheriv, createDecipheriv, createHmac, createSecretKey, hash, timingSafeEqual } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { nextIv, IV_BYTES } from './iv-pool.js';

/**
 * An event has up to three boxes: `subject` with the personal data, the reason and the digest of the request, `actor` with the
 * actor's IP address, `period` with the IP address of a login, which is kept as long as the key of its month.
 */
export type BoxName = 'subject' | 'actor' | 'period';

/** Encrypted data in an event's metadata. */
export interface SealedBox {
  /** Whose key opens the box, `<kind>:<id>`; `key:<id>` in an event that must not show whose it is. */
  readonly owner: string;
  /** The name of a key that the box needs as well, `period:<account>:<YYYY-MM>`. */
  readonly period?: string;
  /**
   * How the box is encrypted. Absent: the first format, with the owner's key itself; it is still read, but not written.
   * 2: with a key of the box, which is derived from the owner's.
   */
  readonly format?: number;
  /** base64 of iv (12 bytes), ciphertext, tag (16 bytes); AES-256-GCM. */
  readonly box: string;
  /**
   * Format 2: base64url of the SHA-256 of the box's key. AES-GCM alone does not commit to a key: a box can be made that
   * two keys open to two different texts.
   */
  readonly commitment?: string;
}

/** A box without the names of its keys. */
export type BoxContent = Omit<SealedBox, 'owner' | 'period'>;

/** The event that a box is bound to: the box does not open in another one. Without the namespace, so that a log can be moved. */
export interface BoxBinding {
  readonly stream: string;
  readonly id: string;
  readonly type: string;
}

const FORMAT = 2;
const TAG_BYTES = 16;

/** Separates the keys of boxes from anything else that might ever be derived from an owner's key. */
const BOX_KEY_PURPOSE = 'rollbook box key';

/** Separates hashes for owners from the keys of boxes. */
const OWNER_HASH_PURPOSE = 'rollbook hash for an owner';

/** Cache: making a KeyObject costs as much as the encryption. The key ring returns the same Buffer for the same key. */
const keyObjects = new WeakMap<Buffer, KeyObject>();

function toKeyObject(key: Buffer): KeyObject {
  const keyObject = keyObjects.get(key) ?? createSecretKey(key);
  keyObjects.set(key, keyObject);
  return keyObject;
}

/** Returns whether this build can open boxes of this format. */
export const isKnownFormat = ({ format }: BoxContent): boolean => format === undefined || format === FORMAT;

/** Encrypts a JSON object for a box of an event, under the owner's key and, if it is given, also under that of a period. */
export function seal(
  content: object,
  ownerKey: Buffer,
  event: BoxBinding,
  name: BoxName,
  periodKey?: Buffer,
): BoxContent {
  const { key, commitment } = deriveBoxKey(ownerKey, event, name, periodKey);
  const iv = nextIv();
  const cipher = createCipheriv('aes-256-gcm', key, iv).setAAD(associatedData(event, name, commitment));
  const text = Buffer.concat([cipher.update(JSON.stringify(content), 'utf8'), cipher.final()]);
  return { format: FORMAT, box: Buffer.concat([iv, text, cipher.getAuthTag()]).toString('base64'), commitment };
}

/**
 * Decrypts a box of any known format.
 * @throws Error if it was changed, belongs to another event or box name, was encrypted with another key, or has an unknown
 * format
 */
export function unseal(
  content: BoxContent,
  ownerKey: Buffer,
  event: BoxBinding,
  name: BoxName,
  periodKey?: Buffer,
): object {
  if (!isKnownFormat(content)) throw new Error('the format of the box is unknown');
  if (content.format === undefined) return decrypt(content.box, toKeyObject(ownerKey), associatedData(event, name));
  const { key, commitment } = deriveBoxKey(ownerKey, event, name, periodKey);
  if (!isSameText(content.commitment, commitment)) throw new Error('the commitment is not that of the key');
  return decrypt(content.box, key, associatedData(event, name, commitment));
}

/** Returns a hash of a text (base64url) under the owner's key: without the key, no guess of the text can be checked. */
export const hashForOwner = (text: string, ownerKey: Buffer): string =>
  createHmac('sha256', toKeyObject(ownerKey))
    .update(JSON.stringify([OWNER_HASH_PURPOSE, text]))
    .digest('base64url');

/** Returns the key of one box of one event: one event can be opened for somebody without giving away the owner's key. */
function deriveBoxKey(
  ownerKey: Buffer,
  { id }: BoxBinding,
  name: BoxName,
  periodKey?: Buffer,
): { key: KeyObject; commitment: string } {
  const label = JSON.stringify([BOX_KEY_PURPOSE, id, name, ...(periodKey ? [periodKey.toString('base64')] : [])]);
  const key = createHmac('sha256', toKeyObject(ownerKey)).update(label).digest();
  return { key: createSecretKey(key), commitment: hash('sha256', key, 'base64url') };
}

function associatedData({ stream, id, type }: BoxBinding, name: BoxName, commitment?: string): Buffer {
  const first = [stream, id, type, name];
  return Buffer.from(JSON.stringify(commitment === undefined ? first : [...first, FORMAT, commitment]));
}

function decrypt(box: string, key: KeyObject, associated: Buffer): object {
  const bytes = Buffer.from(box, 'base64');
  const decipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(0, IV_BYTES), { authTagLength: TAG_BYTES });
  decipher.setAAD(associated).setAuthTag(bytes.subarray(-TAG_BYTES));
  const text = decipher.update(bytes.subarray(IV_BYTES, -TAG_BYTES)).toString('utf8'); // In this mode, all of it.
  decipher.final();
  return JSON.parse(text) as object;
}

/** Compares the texts, not the bytes that they encode: base64url has several texts for the same bytes. */
function isSameText(one: string | undefined, other: string): boolean {
  const bytes = Buffer.from(one ?? '');
  const expected = Buffer.from(other);
  return bytes.length === expected.length && timingSafeEqual(bytes, expected);
}
