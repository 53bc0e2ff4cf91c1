import { createHmac, hkdfSync, type KeyObject } from 'node:crypto';

/**
 * Returns the HMAC-SHA-256 (64 hexadecimal digits) of a backup's manifest. The key is derived from the vault key, so
 * that a backup can be checked before its vault is opened.
 */
export function backupMac(vaultKey: Buffer | KeyObject, text: string): string {
  const key = hkdfSync('sha256', vaultKey, Buffer.alloc(0), 'rollbook backup', 32);
  return createHmac('sha256', Buffer.from(key)).update(text).digest('hex');
}
