import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { writeFileDurably } from '#libs/kernel';

/**
 * Returns the 32 bytes that wrap every secret in the vault: from `value` (VAULT_KEY) if it is given, else from `file`
 * (VAULT_KEY_FILE), in 64 hexadecimal digits or base64.
 * @param options.create whether to create a random key, in a file of mode 600, if the file is absent
 * @throws Error of one line, which never contains the key
 */
export function loadVaultKey({ value, file, create }: { value?: string; file: string; create: boolean }): Buffer {
  if (value !== undefined) return parseVaultKey(value, 'VAULT_KEY');
  if (existsSync(file)) return parseVaultKey(readFileSync(file, 'utf8'), file);
  if (!create) throw new Error(`no vault key: ${file} is absent and VAULT_KEY is not set`);
  const key = randomBytes(32);
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  // Durable before anything is wrapped with it.
  writeFileDurably(file, `${key.toString('hex')}\n`);
  return key;
}

/**
 * Returns the 32 bytes that 64 hexadecimal digits or base64 stand for.
 * @throws Error of one line that names `source` and never contains the key
 */
export function parseVaultKey(text: string, source: string): Buffer {
  const trimmed = text.trim();
  const key = Buffer.from(trimmed, /^[0-9a-f]{64}$/i.test(trimmed) ? 'hex' : 'base64');
  if (key.length !== 32) throw new Error(`${source} must be 64 hexadecimal digits or the base64 of 32 bytes`);
  return key;
}
