import { lstat, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { loadVaultKey, parseVaultKey } from '#libs/vault';
import { hasVaultKeyInDataDirectory, type Config } from '../config.js';
import { describeFile } from './files.js';
import { checkMac, fileNames, manifestName, readManifest, type FileName, type Manifest } from './manifest.js';

/**
 * Checks a backup before any of its files is copied or opened by SQLite: the directory has only the files of a backup, as
 * plain files; the manifest's MAC fits the vault key; the files have the sizes and digests in the manifest. Then SQLite
 * checks its files. Returns the manifest.
 * @param options.withoutMac whether to accept a backup of an older build, which has no MAC
 * @throws Error of one line
 */
export async function checkBackup(
  directory: string,
  config: Config,
  { withoutMac }: { withoutMac: boolean },
): Promise<Manifest> {
  const manifest = await readManifest(directory);
  const files = Object.entries(manifest.files) as [FileName, Manifest['files'][FileName] & {}][];
  checkSettings(manifest, config);
  await checkEntries(directory, new Set([manifestName, ...files.map(([name]) => name)]));
  for (const [name, { bytes }] of files) {
    const { size } = await lstat(join(directory, name));
    if (size !== bytes)
      throw new Error(`${join(directory, name)} has ${size} bytes, not the ${bytes} that were backed up.`);
  }
  if (manifest.format > 1) checkMac(directory, manifest, await vaultKeyOf(directory, config));
  else if (!withoutMac)
    throw new Error(
      `${directory} is a backup of an earlier release, whose manifest has no MAC: if you know where it comes from, restore it with --without-mac.`,
    );
  for (const [name, { sha256 }] of files) {
    if ((await describeFile(join(directory, name))).sha256 !== sha256)
      throw new Error(`${join(directory, name)} is not the file that was backed up.`);
  }
  for (const [name] of files) if (name.endsWith('.db')) quickCheck(join(directory, name));
  return manifest;
}

function checkSettings({ namespace, position, files }: Manifest, config: Config): void {
  if (namespace !== config.eventStoreNamespace)
    throw new Error(`The backup is of the namespace ${namespace}: set EVENTSTORE_NAMESPACE=${namespace}.`);
  if (position === undefined && !config.eventStoreUrl) {
    throw new Error(
      "The backup is of the vault alone: restore the log by EventStoreDB's own means, and set EVENTSTORE_URL.",
    );
  }
  if (position !== undefined && config.eventStoreUrl)
    throw new Error('The backup holds a log of its own: it can be restored only without EVENTSTORE_URL.');
  if (!files[fileNames.key] && hasVaultKeyInDataDirectory(config))
    throw new Error("The backup is without its vault's key: set VAULT_KEY or VAULT_KEY_FILE.");
}

/** Returns the vault key of the settings if they have one, else the backup's: an attacker could have put a key into a backup. */
async function vaultKeyOf(directory: string, config: Config): Promise<Buffer> {
  if (!hasVaultKeyInDataDirectory(config))
    return loadVaultKey({
      ...(config.vaultKey && { value: config.vaultKey }),
      file: config.vaultKeyFile,
      create: false,
    });
  const path = join(directory, fileNames.key);
  return parseVaultKey(await readFile(path, 'utf8'), path);
}

async function checkEntries(directory: string, names: ReadonlySet<string>): Promise<void> {
  const found = await readdir(directory, { withFileTypes: true });
  for (const entry of found) {
    // A directory that file systems create at their root.
    if (entry.name === 'lost+found' && entry.isDirectory()) continue;
    if (!names.has(entry.name))
      throw new Error(`${join(directory, entry.name)} is no part of the backup: take it away.`);
    if (!entry.isFile())
      throw new Error(`${join(directory, entry.name)} is not a plain file, as a backup writes them.`);
  }
  for (const name of names)
    if (!found.some((entry) => entry.name === name)) throw new Error(`${directory} is a backup without its ${name}.`);
}

function quickCheck(path: string): void {
  const db = new DatabaseSync(path, { readOnly: true });
  try {
    const [problem] = Object.values(db.prepare('PRAGMA quick_check(1)').get() ?? {});
    if (problem !== 'ok') throw new Error(`${path} is damaged: ${String(problem)}.`);
  } finally {
    db.close();
  }
}
