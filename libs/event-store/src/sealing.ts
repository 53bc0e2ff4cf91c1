import { createCipheriv, createDecipheriv, createSecretKey, randomBytes, type KeyObject } from 'node:crypto';

/** An event has up to two boxes: `subject` with the personal data and the reason, `actor` with the actor's IP address. */
export type BoxName = 'subject' | 'actor';

/** Encrypted data in an event's metadata. */
export interface SealedBox {
  /** Whose key opens the box, `<kind>:<id>`. */
  readonly owner: string;
  /** base64 of iv (12 bytes), ciphertext, tag (16 bytes); AES-256-GCM. */
  readonly box: string;
}

/** The event that a box is bound to: the box does not open in another one. Without the namespace, so that a log can be moved. */
export interface BoxBinding {
  readonly stream: string;
  readonly id: string;
  readonly type: string;
}

const IV_BYTES = 12;
const TAG_BYTES = 16;

/** Cache: making a KeyObject costs three times the encryption. The key ring returns the same Buffer for the same key. */
const keyObjects = new WeakMap<Buffer, KeyObject>();

function toKeyObject(key: Buffer): KeyObject {
  const keyObject = keyObjects.get(key) ?? createSecretKey(key);
  keyObjects.set(key, keyObject);
  return keyObject;
}

const associatedData = ({ stream, id, type }: BoxBinding, name: BoxName): Buffer =>
  Buffer.from(JSON.stringify([stream, id, type, name]));

/** Encrypts a JSON object for a box of an event; returns the text for {@link SealedBox.box}. */
export function seal(content: object, key: Buffer, event: BoxBinding, name: BoxName): string {
  const iv = randomBytes(IV_BYTES);
  const cipher = createCipheriv('aes-256-gcm', toKeyObject(key), iv).setAAD(associatedData(event, name));
  const text = Buffer.concat([cipher.update(JSON.stringify(content), 'utf8'), cipher.final()]);
  return Buffer.concat([iv, text, cipher.getAuthTag()]).toString('base64');
}

/** Decrypts a box. Throws if it was changed, belongs to another event or box name, or was encrypted with another key. */
export function unseal(box: string, key: Buffer, event: BoxBinding, name: BoxName): object {
  const bytes = Buffer.from(box, 'base64');
  const decipher = createDecipheriv('aes-256-gcm', toKeyObject(key), bytes.subarray(0, IV_BYTES), {
    authTagLength: TAG_BYTES,
  });
  decipher.setAAD(associatedData(event, name)).setAuthTag(bytes.subarray(-TAG_BYTES));
  const text = Buffer.concat([decipher.update(bytes.subarray(IV_BYTES, -TAG_BYTES)), decipher.final()]);
  return JSON.parse(text.toString('utf8')) as object;
}
