import { constants } from 'node:fs';
import { copyFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { EmbeddedEventStore } from '#libs/embedded-eventstore';
import { syncNewDirectory, syncPath } from '#libs/kernel';
import type { Vault } from '#libs/vault';
import { hasVaultKeyInDataDirectory, type Config } from '../config.js';
import { isReservedPath } from '../data-directory.js';
import { makeEmptyDirectory } from './files.js';
import { fileNames, writeManifest, type FileName, type Manifest } from './manifest.js';

/** The parts of an installation that are backed up. */
export interface BackupSource {
  readonly config: Config;
  /** The embedded event store; absent if EventStoreDB has the log. */
  readonly node?: EmbeddedEventStore;
  readonly vault: Vault;
}

/** Is called with each step, to show the progress. */
export type ReportProgress = (text: string) => void;

/**
 * Writes a backup into a directory that is empty or absent: the log, then the vault (so that no event lacks its key), then
 * the vault's key if it is in the data directory, and last the manifest, without which a backup is incomplete. The server
 * keeps working meanwhile.
 * @throws Error of one line, after removing the incomplete backup
 */
export async function writeBackup(
  directory: string,
  source: BackupSource,
  show: ReportProgress,
  signal: AbortSignal,
): Promise<Manifest> {
  if (isReservedPath(source.config.dataDir, directory))
    throw new Error(`${directory} is a place of the server itself: name another directory.`);
  await makeEmptyDirectory(directory);
  try {
    return await write(directory, source, show, signal);
  } catch (error) {
    // Also the files that SQLite keeps beside a database while it writes.
    for (const name of Object.values(fileNames))
      for (const suffix of ['', '-journal']) await rm(join(directory, name + suffix), { force: true });
    throw error;
  }
}

async function write(
  directory: string,
  { config, node, vault }: BackupSource,
  show: ReportProgress,
  signal: AbortSignal,
): Promise<Manifest> {
  const madeAt = new Date().toISOString();
  const at = (name: string): string => join(directory, name);
  const names: FileName[] = [];
  let position: number | undefined;
  if (node) {
    position = await node.snapshot(at(fileNames.log), {
      progress: inTenths((percent) => show(`the log: ${percent} %`)),
      signal,
    });
    names.push(fileNames.log);
  }
  await vault.copyTo(at(fileNames.vault), signal);
  names.push(fileNames.vault);
  if (hasVaultKeyInDataDirectory(config)) {
    await copyFile(config.vaultKeyFile, at(fileNames.key), constants.COPYFILE_EXCL);
    syncPath(at(fileNames.key));
    names.push(fileNames.key);
  }
  signal.throwIfAborted();
  syncNewDirectory(directory);
  const about = {
    madeAt,
    installation: vault.fingerprint,
    namespace: config.eventStoreNamespace,
    ...(position !== undefined && { position }),
  };
  const manifest = await writeManifest(directory, names, about, (text) => vault.backupMac(text));
  syncPath(directory);
  return manifest;
}

/** Reports the progress once for each tenth. */
function inTenths(show: (percent: number) => void): (part: number) => void {
  let shown = 0;
  return (part) => {
    const tenth = Math.floor(part * 10);
    if (tenth > shown) show((shown = tenth) * 10);
  };
}
