import { createHmac, hkdfSync, type KeyObject } from 'node:crypto';

/** HMAC-SHA-256 (64 hexadecimal digits) of what a backup says about itself, under a key derived from the vault's key: it can be checked before the vault is opened. */
export function backupMac(vaultKey: Buffer | KeyObject, text: string): string {
  const key = hkdfSync('sha256', vaultKey, Buffer.alloc(0), 'rollbook backup', 32);
  return createHmac('sha256', Buffer.from(key)).update(text).digest('hex');
}
