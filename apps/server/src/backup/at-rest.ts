import 'reflect-metadata';
import { loadVaultKey, openVault, vaultExists } from '#libs/vault';
import type { Config } from '../config.js';
import { lockDataDirectory } from '../data-directory.js';
import { openLog } from '../open-stores.js';
import type { Manifest } from './manifest.js';
import { writeBackup, type ReportProgress, type BackupSource } from './write-backup.js';

/** Backs up an installation whose server is not running. Throws an Error of one line. */
export async function backUpStoppedServer(directory: string, config: Config, show: ReportProgress): Promise<Manifest> {
  if (!vaultExists(config.dataDir)) throw new Error(`There is nothing to back up in ${config.dataDir}.`);
  await using closing = new AsyncDisposableStack();
  const lock = lockDataDirectory(config.dataDir);
  closing.defer(() => lock.release());
  return await writeBackup(directory, await open(config, closing), show, new AbortController().signal);
}

async function open(config: Config, closing: AsyncDisposableStack): Promise<BackupSource> {
  if (!config.eventStoreUrl) return { config, ...(await openLog(config, closing, { create: false })) };
  const key = loadVaultKey({
    ...(config.vaultKey && { value: config.vaultKey }),
    file: config.vaultKeyFile,
    create: false,
  });
  const vault = await openVault({ directory: config.dataDir, key, create: false });
  closing.defer(() => vault.close());
  return { config, vault };
}
