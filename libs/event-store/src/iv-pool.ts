import { randomBytes } from 'node:crypto';

/** The length of an initialization vector of AES-GCM. */
export const IV_BYTES = 12;

/** 341 vectors, some 4 kB. */
const POOL_BYTES = 341 * IV_BYTES;

let pool: Buffer = Buffer.alloc(0);
let used = 0;

/**
 * Returns 12 random bytes that were never returned before. Many are drawn at once, because a call of `randomBytes` for 12
 * bytes costs as much as the encryption. The pool is replaced, never filled again, so that a vector that was handed out
 * does not change.
 *
 * The IVs of different boxes need not differ, since each box has a key of its own. A key is used again only if the same
 * event is encrypted again, for a repeated append.
 */
export function nextIv(): Buffer {
  if (used === pool.length) {
    pool = randomBytes(POOL_BYTES);
    used = 0;
  }
  used += IV_BYTES;
  return pool.subarray(used - IV_BYTES, used);
}
