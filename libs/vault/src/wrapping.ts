import { createCipheriv, createDecipheriv, randomBytes, type KeyObject } from 'node:crypto';

const IV = 12;
const TAG = 16;

/** Encrypts a secret with AES-256-GCM, bound to `name`. Returns the initialization vector, the ciphertext and the tag. */
export function wrap(secret: Buffer, key: KeyObject, name: string): Buffer {
  const iv = randomBytes(IV);
  const cipher = createCipheriv('aes-256-gcm', key, iv).setAAD(Buffer.from(name));
  return Buffer.concat([iv, cipher.update(secret), cipher.final(), cipher.getAuthTag()]);
}

/**
 * Decrypts what {@link wrap} returned. Throws if the key, the name or a byte differs. The result has memory of its own: a part
 * of Node's shared pool would keep all 64 kB of that in memory as long as a key is cached.
 */
export function unwrap(box: Uint8Array, key: KeyObject, name: string): Buffer {
  const decipher = createDecipheriv('aes-256-gcm', key, box.subarray(0, IV), { authTagLength: TAG });
  decipher.setAAD(Buffer.from(name)).setAuthTag(box.subarray(-TAG));
  const secret = decipher.update(box.subarray(IV, -TAG)); // In this mode, all of it.
  decipher.final();
  return secret;
}
