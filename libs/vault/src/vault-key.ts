import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { syncDirectory } from './durable.js';

/**
 * The key that wraps every key in the vault: 32 bytes, as 64 hexadecimal digits or base64, from `value` (VAULT_KEY) or else
 * from `file` (VAULT_KEY_FILE), which with `create` is made, of mode 600, where it is absent.
 * @throws Error of one clear line; it never repeats what was given
 */
export function loadVaultKey({ value, file, create }: { value?: string; file: string; create: boolean }): Buffer {
  if (value !== undefined) return parseVaultKey(value, 'VAULT_KEY');
  if (existsSync(file)) return parseVaultKey(readFileSync(file, 'utf8'), file);
  if (!create) throw new Error(`no vault key: ${file} is absent and VAULT_KEY is not set`);
  return makeKeyFile(file);
}

/** @throws Error of one clear line that names `source` */
export function parseVaultKey(text: string, source: string): Buffer {
  const trimmed = text.trim();
  const key = Buffer.from(trimmed, /^[0-9a-f]{64}$/i.test(trimmed) ? 'hex' : 'base64');
  if (key.length !== 32) throw new Error(`${source} must be 64 hexadecimal digits or the base64 of 32 bytes`);
  return key;
}

/** Through a second name, so that a crash leaves a whole key or none; durable before anything is wrapped under it. */
function makeKeyFile(file: string): Buffer {
  const key = randomBytes(32);
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  writeFileSync(`${file}.new`, `${key.toString('hex')}\n`, { mode: 0o600, flush: true });
  renameSync(`${file}.new`, file);
  syncDirectory(dirname(file));
  return key;
}
