import 'reflect-metadata';
import { mkdir, rename, rm, rmdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { syncNewDirectory, syncPath } from '#libs/kernel';
import { hasVaultKeyInDataDirectory, withDataDirectory, type Config } from '../config.js';
import { lockDataDirectory, restoreDraftPath } from '../data-directory.js';
import { toErrorText } from '../error-text.js';
import { recordRestore } from '../installation.js';
import { checkNoServers, openLog } from '../open-stores.js';
import { checkBackup } from './check-backup.js';
import { copyVerified, makeEmptyDirectory } from './files.js';
import { fileNames, type FileName, type Manifest } from './manifest.js';
import type { ReportProgress } from './write-backup.js';

/** Returns the path of a file of a backup in a data directory. */
const placeOf = (name: FileName): string => (name === fileNames.log ? join('events', name) : name);

/**
 * Restores a backup into a data directory that is empty or absent. It appends an event to the log, by which read models
 * that were built from the lost events are recognised. Read models are not part of a backup; they are built again. The vault
 * is restored as a file, whether STATE_URL is set or not: `npm run state:move` moves it into a database.
 * @throws Error of one line; then the data directory is as empty as it was
 */
export async function restoreBackup(
  directory: string,
  settings: Config,
  show: ReportProgress,
  { withoutMac = false } = {},
): Promise<Manifest> {
  await checkNoServers(settings);
  // A file is restored, also of a state that was in a database.
  const { stateUrl: _, ...config } = settings;
  show('checking the backup');
  const manifest = await checkBackup(directory, config, { withoutMac });
  await makeEmptyDirectory(config.dataDir);
  const lock = lockDataDirectory(config.dataDir);
  try {
    await putTogether(directory, manifest, config, show);
    await moveIn(config.dataDir, filesToRestore(manifest, config));
  } finally {
    lock.release();
  }
  return manifest;
}

/** Returns the files to restore: all but the vault's key if the settings give another one. */
const filesToRestore = ({ files }: Manifest, config: Config): FileName[] =>
  (Object.keys(files) as FileName[]).filter((name) => name !== fileNames.key || hasVaultKeyInDataDirectory(config));

/** Builds a complete data directory inside of the target, and opens it as a start does, so that a bad backup is refused now. */
async function putTogether(directory: string, manifest: Manifest, config: Config, show: ReportProgress): Promise<void> {
  const draft = restoreDraftPath(config.dataDir);
  try {
    await using closing = new AsyncDisposableStack();
    for (const name of filesToRestore(manifest, config)) {
      show(`copying ${name}`);
      await mkdir(dirname(join(draft, placeOf(name))), { recursive: true, mode: 0o700 });
      await copyVerified(join(directory, name), join(draft, placeOf(name)), manifest.files[name]!);
    }
    const log = await openLog(withDataDirectory(config, draft), closing, {
      create: false,
      acceptsOlderLog: true,
    });
    if (log.vault.fingerprint !== manifest.installation) throw new Error('its vault is not the one that it names.');
    const { madeAt, position } = manifest;
    await recordRestore(log, { madeAt, ...(position !== undefined && { position }) });
  } catch (error) {
    await rm(draft, { recursive: true, force: true });
    throw new Error(`The backup can not be restored: ${toErrorText(error)}`, { cause: error });
  }
}

/**
 * Moves the files of the draft into the data directory. No server starts while the draft's directory exists. The vault is
 * moved last, since a log without its vault is refused in any case.
 */
async function moveIn(dataDir: string, names: readonly FileName[]): Promise<void> {
  const draft = restoreDraftPath(dataDir);
  if (names.includes(fileNames.log)) await rename(join(draft, 'events'), join(dataDir, 'events'));
  if (names.includes(fileNames.key)) await rename(join(draft, fileNames.key), join(dataDir, fileNames.key));
  await rename(join(draft, fileNames.vault), join(dataDir, fileNames.vault));
  syncNewDirectory(dataDir);
  await rmdir(draft);
  syncPath(dataDir);
}
