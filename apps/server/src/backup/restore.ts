import type { Config } from '../config.js';
import { runDirectoryCommand, printProgress } from './command.js';

const help = [
  'npm run restore -- DIR [--without-mac]',
  '',
  'Restores the backup in DIR into DATA_DIR, which must be empty or absent. The next start builds the read models again and',
  "issues a new operator's token, which ends the old one. A backup of the vault alone is restored after the log was, by",
  "EventStoreDB's own means. With STATE_URL, all servers must be stopped; then npm run state:move moves the restored vault into an",
  'empty database. Settings are those of the server (npm start -- --help).',
  '',
  "A backup says by a MAC under the vault's key that it is unchanged. Give that key in VAULT_KEY or VAULT_KEY_FILE where you",
  'can: a backup that brings its own key proves only that it fits together. --without-mac restores a backup of an earlier',
  'release, which has no MAC: only where you know where it comes from.',
].join('\n');

const flag = 'without-mac';

const work = async (directory: string, config: Config, given: ReadonlySet<string>): Promise<string> => {
  const { restoreBackup } = await import('./restore-backup.js');
  const { madeAt, position } = await restoreBackup(directory, config, printProgress, { withoutMac: given.has(flag) });
  const what = position === undefined ? 'The vault' : `The log up to position ${position} and its vault`;
  const next = config.databaseUrl
    ? 'Drop the schema rollbook of DATABASE_URL before the start: it is built again.'
    : 'The next start builds the read models.';
  const move = config.stateUrl ? ' Then run npm run state:move with an empty database for STATE_URL.' : '';
  return `${what} as of ${madeAt} are restored in ${config.dataDir}. ${next}${move}`;
};

await runDirectoryCommand(help, work, [flag]);
