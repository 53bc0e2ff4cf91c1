import { createCipheriv, createDecipheriv, randomBytes, type KeyObject } from 'node:crypto';

const IV = 12;
const TAG = 16;

/** Encrypts a secret with AES-256-GCM, bound to `name`. Returns the initialization vector, the ciphertext and the tag. */
export function wrap(secret: Buffer, key: KeyObject, name: string): Buffer {
  const iv = randomBytes(IV);
  const cipher = createCipheriv('aes-256-gcm', key, iv).setAAD(Buffer.from(name));
  return Buffer.concat([iv, cipher.update(secret), cipher.final(), cipher.getAuthTag()]);
}

/** Decrypts what {@link wrap} returned. Throws if the key, the name or a byte differs. */
export function unwrap(box: Uint8Array, key: KeyObject, name: string): Buffer {
  const decipher = createDecipheriv('aes-256-gcm', key, box.subarray(0, IV), { authTagLength: TAG });
  decipher.setAAD(Buffer.from(name)).setAuthTag(box.subarray(-TAG));
  return Buffer.concat([decipher.update(box.subarray(IV, -TAG)), decipher.final()]);
}
