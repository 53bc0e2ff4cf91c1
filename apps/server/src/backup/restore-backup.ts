import 'reflect-metadata';
import { mkdir, rename, rm, rmdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { syncNewDirectory, syncPath } from '#libs/kernel';
import { keepsVaultKey, onDirectory, type Config } from '../config.js';
import { lockDataDirectory, restoringIn } from '../data-directory.js';
import { recordRestore } from '../installation.js';
import { Owned } from '../owned.js';
import { openLog } from '../parts.js';
import { checkBackup } from './check-backup.js';
import { copyKnown, takeEmpty } from './files.js';
import { fileNames, type FileName, type Manifest } from './manifest.js';
import type { Show } from './write-backup.js';

/** Where what a backup holds belongs in a data directory. */
const placeOf = (name: FileName): string => (name === fileNames.log ? join('events', name) : name);

/**
 * Restores a backup into a data directory that is empty or absent. The log goes on with an event that says so: by that, read
 * models that were built from what is now gone are told apart. They are no part of the backup and are built again.
 * @throws Error of one line; then the data directory is as empty as it was
 */
export async function restoreBackup(
  directory: string,
  config: Config,
  show: Show,
  { withoutMac = false } = {},
): Promise<Manifest> {
  show('checking the backup');
  const manifest = await checkBackup(directory, config, { withoutMac });
  await takeEmpty(config.dataDir);
  const lock = lockDataDirectory(config.dataDir);
  try {
    await putTogether(directory, manifest, config, show);
    await moveIn(config.dataDir, filesToRestore(manifest, config));
  } finally {
    lock.release();
  }
  return manifest;
}

/** The key in the backup is not needed where the settings give it. */
const filesToRestore = ({ files }: Manifest, config: Config): FileName[] =>
  (Object.keys(files) as FileName[]).filter((name) => name !== fileNames.key || keepsVaultKey(config));

/** Makes a whole data directory inside of the one to be, and opens it, as a start does: whatever that refuses is refused now. */
async function putTogether(directory: string, manifest: Manifest, config: Config, show: Show): Promise<void> {
  const draft = restoringIn(config.dataDir);
  const owned = new Owned();
  try {
    for (const name of filesToRestore(manifest, config)) {
      show(`copying ${name}`);
      await mkdir(dirname(join(draft, placeOf(name))), { recursive: true, mode: 0o700 });
      await copyKnown(join(directory, name), join(draft, placeOf(name)), manifest.files[name]!);
    }
    const log = await openLog(onDirectory(config, draft), owned, { create: false });
    if (log.vault.fingerprint !== manifest.installation) throw new Error('its vault is not the one that it names.');
    // The vault was copied after the log: processes may be ahead of what is left of it.
    log.vault.lowerCheckpoints(await log.store.lastPosition());
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
async function moveIn(dataDir: string, names: readonly FileName[]): Promise<void> {
  const draft = restoringIn(dataDir);
  if (names.includes(fileNames.log)) await rename(join(draft, 'events'), join(dataDir, 'events'));
  if (names.includes(fileNames.key)) await rename(join(draft, fileNames.key), join(dataDir, fileNames.key));
  await rename(join(draft, fileNames.vault), join(dataDir, fileNames.vault));
  syncNewDirectory(dataDir);
  await rmdir(draft);
  syncPath(dataDir);
}
