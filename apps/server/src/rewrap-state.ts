import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { noObserver, renameDurably, writeFileDurably } from '#libs/kernel';
import { loadVaultKey, parseVaultKey, rewrapFile, rewrapPostgresql, type RewrapKeys } from '#libs/vault';
import type { Config } from './config.js';
import { checkNoServers } from './open-stores.js';
import { loadKey, vaultPlace } from './vault-place.js';

/**
 * Wraps every secret of the vault of the settings under another key: `newKey`, else a random one. Where the key is in a file,
 * the new one replaces it, and an earlier call that was cut short is completed.
 * @returns how many secrets were wrapped, and the file with the new key if there is one
 * @throws Error of one line: servers are running, VAULT_KEY is not the key, or a key is not valid
 */
export async function rewrapState(
  config: Config,
  newKey: string | undefined,
): Promise<{ readonly count: number; readonly keyFile?: string }> {
  const from = loadKey(config, { create: false });
  if (config.vaultKey !== undefined) {
    if (!newKey) throw new Error('Give the new key in NEW_VAULT_KEY.');
    return { count: await rewrap(config, { from, to: parseVaultKey(newKey, 'NEW_VAULT_KEY') }) };
  }
  const { vaultKeyFile: keyFile } = config;
  const nextFile = `${keyFile}.next`;
  // Durable before anything is wrapped with it.
  if (!existsSync(nextFile)) writeFileDurably(nextFile, `${newKey ?? randomBytes(32).toString('hex')}\n`);
  const to = loadVaultKey({ file: nextFile, create: false });
  const count = (await isKey(config, to)) ? 0 : await rewrap(config, { from, to });
  renameDurably(nextFile, keyFile);
  return { count, keyFile };
}

async function rewrap(config: Config, keys: RewrapKeys): Promise<number> {
  await checkNoServers(config);
  // Brings the tables to this build's version, and checks the key.
  await (await vaultPlace(config).open({ key: keys.from, create: false })).close();
  const { stateUrl: url, batchTimeout, dataDir } = config;
  return url === undefined
    ? rewrapFile(dataDir, keys)
    : rewrapPostgresql({ url, limitMs: batchTimeout * 1_000, observer: noObserver }, keys);
}

/** Returns whether the vault opens with a key. */
async function isKey(config: Config, key: Buffer): Promise<boolean> {
  try {
    await (await vaultPlace(config).openForReading({ key })).close();
    return true;
  } catch (error) {
    if (/VAULT_KEY is not the key/.test((error as Error).message)) return false;
    throw error;
  }
}
