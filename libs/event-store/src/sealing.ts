import { createCipheriv, createDecipheriv, createSecretKey, randomBytes, type KeyObject } from 'node:crypto';

/** What is sealed apart: the subject's data and the reason, and the actor's ip. */
export type BoxName = 'subject' | 'actor';

/** A box as it lies in an event's metadata. */
export interface SealedBox {
  /** Whose key opens it, `<kind>:<id>`. */
  readonly owner: string;
  /** base64 of iv (12 bytes), ciphertext, tag (16 bytes); AES-256-GCM. */
  readonly box: string;
}

/**
 * What a box is bound to, so that it opens nowhere else. The stream goes without its namespace: a log may move under
 * another one.
 */
export interface BoxPlace {
  readonly stream: string;
  readonly id: string;
  readonly type: string;
}

const IV = 12;
const TAG = 16;

/** From bytes a key is made anew each time, which costs three times the encryption; the key ring gives the same bytes again. */
const prepared = new WeakMap<Buffer, KeyObject>();

function prepare(key: Buffer): KeyObject {
  const ready = prepared.get(key) ?? createSecretKey(key);
  prepared.set(key, ready);
  return ready;
}

const bound = ({ stream, id, type }: BoxPlace, name: BoxName): Buffer =>
  Buffer.from(JSON.stringify([stream, id, type, name]));

export function seal(content: object, key: Buffer, place: BoxPlace, name: BoxName): string {
  const iv = randomBytes(IV);
  const cipher = createCipheriv('aes-256-gcm', prepare(key), iv).setAAD(bound(place, name));
  const text = Buffer.concat([cipher.update(JSON.stringify(content), 'utf8'), cipher.final()]);
  return Buffer.concat([iv, text, cipher.getAuthTag()]).toString('base64');
}

/** The reverse of {@link seal}. Throws where the box was altered, moved or sealed under another key. */
export function unseal(box: string, key: Buffer, place: BoxPlace, name: BoxName): object {
  const bytes = Buffer.from(box, 'base64');
  const decipher = createDecipheriv('aes-256-gcm', prepare(key), bytes.subarray(0, IV), { authTagLength: TAG });
  decipher.setAAD(bound(place, name)).setAuthTag(bytes.subarray(-TAG));
  const text = Buffer.concat([decipher.update(bytes.subarray(IV, -TAG)), decipher.final()]);
  return JSON.parse(text.toString('utf8')) as object;
}
