import 'reflect-metadata';
import type { Config } from '../config.js';
import { lockDataDirectory } from '../data-directory.js';
import { openLog } from '../open-stores.js';
import { loadKey, vaultPlace } from '../vault-place.js';
import type { Manifest } from './manifest.js';
import { writeBackup, type ReportProgress, type BackupSource } from './write-backup.js';

/** Backs up an installation whose server is not running. Throws an Error of one line. */
export async function backUpStoppedServer(directory: string, config: Config, show: ReportProgress): Promise<Manifest> {
  const place = vaultPlace(config);
  if (!(await place.exists())) throw new Error(`There is nothing to back up in ${place.name}.`);
  await using closing = new AsyncDisposableStack();
  const lock = lockDataDirectory(config.dataDir);
  closing.defer(() => lock.release());
  return await writeBackup(directory, await open(config, closing), show, new AbortController().signal);
}

/**
 * Backs up the state in the database of STATE_URL, of one moment, while servers use it; needs neither a server nor the lock on
 * the data directory. Throws an Error of one line.
 */
export async function backUpSharedState(directory: string, config: Config, show: ReportProgress): Promise<Manifest> {
  const place = vaultPlace(config);
  if (!(await place.exists())) throw new Error(`There is nothing to back up in ${place.name}.`);
  const vault = await place.openForReading({ key: loadKey(config, { create: false }) });
  try {
    return await writeBackup(directory, { config, vault }, show, new AbortController().signal);
  } finally {
    await vault.close();
  }
}

async function open(config: Config, closing: AsyncDisposableStack): Promise<BackupSource> {
  if (!config.eventStoreUrl) return { config, ...(await openLog(config, closing, { create: false })) };
  const vault = await vaultPlace(config).open({ key: loadKey(config, { create: false }), create: false });
  closing.defer(() => vault.close());
  return { config, vault };
}
