import 'reflect-metadata';
import { vaultExists, loadVaultKey, openVault } from '#libs/vault';
import type { Config } from '../config.js';
import { lockDataDirectory } from '../data-directory.js';
import { Owned } from '../owned.js';
import { openLog } from '../parts.js';
import { runOnDirectory, show } from './command.js';
import { askServer } from './control.js';
import { fileNames, type Manifest } from './manifest.js';
import { writeBackup, type Source } from './write-backup.js';

const help = [
  'npm run backup -- DIR',
  '',
  'Backs up the log and its vault into DIR, which must be empty or absent. The running server does it while it works on;',
  'where none runs, this command does. With EVENTSTORE_URL it backs up the vault alone: run it after the log was backed up',
  "by EventStoreDB's own means. Settings are those of the server (npm start -- --help).",
].join('\n');

/** Backs up an installation that no server runs on. */
async function backUpAtRest(directory: string, config: Config): Promise<Manifest> {
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
  const key = loadVaultKey({ ...(config.vaultKey && { value: config.vaultKey }), file: config.vaultKeyFile, create: false });
  const vault = openVault({ directory: config.dataDir, key, create: false });
  owned.add(() => vault.close());
  return { config, vault };
}

/** What an operator must know of what was made. */
function tell(directory: string, { position, files }: Manifest): string[] {
  const what = position === undefined ? "The vault is backed up in %; the log is EventStoreDB's to back up, before it." : `The log up to position ${position} and its vault are backed up in %.`;
  const key = files[fileNames.key] ? "The vault's key is with them: whoever has the backup can read everything." : "The vault's key is not with them: a restore asks for it.";
  return [what.replace('%', directory), key];
}

await runOnDirectory(help, async (directory, config) => {
  const made = (await askServer(config.dataDir, directory, show)) ?? (await backUpAtRest(directory, config));
  return [tell(directory, made).join(' ')];
});
