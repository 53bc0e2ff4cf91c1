import { createCipheriv, createDecipheriv, randomBytes, type KeyObject } from 'node:crypto';

const IV = 12;
const TAG = 16;

/** Encrypts a secret under a key (AES-256-GCM), bound to `name`: iv, ciphertext, tag. */
export function wrap(secret: Buffer, key: KeyObject, name: string): Buffer {
  const iv = randomBytes(IV);
  const cipher = createCipheriv('aes-256-gcm', key, iv).setAAD(Buffer.from(name));
  return Buffer.concat([iv, cipher.update(secret), cipher.final(), cipher.getAuthTag()]);
}

/** The reverse of {@link wrap}. Throws where key, name or bytes are not those of the wrapping. */
export function unwrap(box: Uint8Array, key: KeyObject, name: string): Buffer {
  const decipher = createDecipheriv('aes-256-gcm', key, box.subarray(0, IV), { authTagLength: TAG });
  decipher.setAAD(Buffer.from(name)).setAuthTag(box.subarray(-TAG));
  return Buffer.concat([decipher.update(box.subarray(IV, -TAG)), decipher.final()]);
}
