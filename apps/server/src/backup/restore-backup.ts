import 'reflect-metadata';
import { copyFile, mkdir, rename, rm, rmdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { onDirectory, keepsVaultKey, type Config } from '../config.js';
import { lockDataDirectory, restoringIn } from '../data-directory.js';
import { recordRestore } from '../installation.js';
import { Owned } from '../owned.js';
import { openLog } from '../parts.js';
import { sync, syncDirectory, takeEmpty } from './files.js';
import { checkFiles, fileNames, readManifest, type Manifest } from './manifest.js';
import type { Show } from './write-backup.js';

/** Where what a backup holds belongs in a data directory. */
const placeOf = (name: string): string => (name === fileNames.log ? join('events', name) : name);

/**
 * Restores a backup into a data directory that is empty or absent. The log goes on with an event that says so: by that, read
 * models that were built from what is now gone are told apart. They are no part of the backup and are built again.
 * @throws Error of one line; then the data directory is as empty as it was
 */
export async function restoreBackup(directory: string, config: Config, show: Show): Promise<Manifest> {
  const manifest = await readManifest(directory);
  checkSettings(manifest, config);
  show('checking the backup');
  await checkFiles(directory, manifest);
  await takeEmpty(config.dataDir);
  const lock = lockDataDirectory(config.dataDir);
  try {
    await putTogether(directory, manifest, config, show);
    await moveIn(config.dataDir, manifest);
  } finally {
    lock.release();
  }
  return manifest;
}

function checkSettings({ namespace, position, files }: Manifest, config: Config): void {
  if (namespace !== config.eventStoreNamespace) throw new Error(`The backup is of the namespace ${namespace}: set EVENTSTORE_NAMESPACE=${namespace}.`);
  if (position === undefined && !config.eventStoreUrl) {
    throw new Error("The backup is of the vault alone: restore the log by EventStoreDB's own means, and set EVENTSTORE_URL.");
  }
  if (position !== undefined && config.eventStoreUrl) throw new Error('The backup holds a log of its own: it can be restored only without EVENTSTORE_URL.');
  if (!files[fileNames.key] && keepsVaultKey(config)) throw new Error("The backup is without its vault's key: set VAULT_KEY or VAULT_KEY_FILE.");
}

/** Makes a whole data directory inside of the one to be, and opens it, as a start does: whatever that refuses is refused now. */
async function putTogether(directory: string, manifest: Manifest, config: Config, show: Show): Promise<void> {
  const draft = restoringIn(config.dataDir);
  const owned = new Owned();
  try {
    for (const name of Object.keys(manifest.files)) {
      show(`copying ${name}`);
      await mkdir(dirname(join(draft, placeOf(name))), { recursive: true, mode: 0o700 });
      await copyFile(join(directory, name), join(draft, placeOf(name)));
      await sync(join(draft, placeOf(name)));
    }
    const log = await openLog(onDirectory(config, draft), owned, { create: false });
    // The vault was copied after the log: processes may be ahead of what is left of it.
    log.vault.setBack(await log.store.head());
    const { madeAt, position } = manifest;
    await recordRestore(log, { madeAt, ...(position !== undefined && { position }) });
    await owned.close();
  } catch (error) {
    await owned.close();
    await rm(draft, { recursive: true, force: true });
    throw new Error(`The backup can not be restored: ${(error as Error).message}`, { cause: error });
  }
}

/** Until the draft's directory is gone, nothing starts here. The vault comes last: a log without one is refused in any case. */
async function moveIn(dataDir: string, { files }: Manifest): Promise<void> {
  const draft = restoringIn(dataDir);
  if (files[fileNames.log]) await rename(join(draft, 'events'), join(dataDir, 'events'));
  if (files[fileNames.key]) await rename(join(draft, fileNames.key), join(dataDir, fileNames.key));
  await rename(join(draft, fileNames.vault), join(dataDir, fileNames.vault));
  await syncDirectory(dataDir);
  await rmdir(draft);
  await sync(dataDir);
}
