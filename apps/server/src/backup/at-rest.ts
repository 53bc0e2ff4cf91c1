import 'reflect-metadata';
import { loadVaultKey, openVault, vaultExists } from '#libs/vault';
import type { Config } from '../config.js';
import { lockDataDirectory } from '../data-directory.js';
import { Owned } from '../owned.js';
import { openLog } from '../parts.js';
import type { Manifest } from './manifest.js';
import { writeBackup, type Show, type Source } from './write-backup.js';

/** Backs up an installation that no server runs on. Throws one clear line. */
export async function backUpAtRest(directory: string, config: Config, show: Show): Promise<Manifest> {
  if (!vaultExists(config.dataDir)) throw new Error(`There is nothing to back up in ${config.dataDir}.`);
  const owned = new Owned();
  try {
    const lock = lockDataDirectory(config.dataDir);
    owned.add(() => lock.release());
    return await writeBackup(directory, await open(config, owned), show, new AbortController().signal);
  } finally {
    await owned.close();
  }
}

async function open(config: Config, owned: Owned): Promise<Source> {
  if (!config.eventStoreUrl) return { config, ...(await openLog(config, owned, { create: false })) };
  const key = loadVaultKey({
    ...(config.vaultKey && { value: config.vaultKey }),
    file: config.vaultKeyFile,
    create: false,
  });
  const vault = openVault({ directory: config.dataDir, key, create: false });
  owned.add(() => vault.close());
  return { config, vault };
}
