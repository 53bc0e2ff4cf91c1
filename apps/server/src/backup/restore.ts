import { runOnDirectory, show } from './command.js';

const help = [
  'npm run restore -- DIR',
  '',
  'Restores the backup in DIR into DATA_DIR, which must be empty or absent. The next start builds the read models again and',
  "issues a new operator's token, which ends the old one. A backup of the vault alone is restored after the log was, by",
  "EventStoreDB's own means. Settings are those of the server (npm start -- --help).",
].join('\n');

await runOnDirectory(help, async (directory, config) => {
  const { restoreBackup } = await import('./restore-backup.js');
  const { madeAt, position } = await restoreBackup(directory, config, show);
  const what = position === undefined ? 'The vault' : `The log up to position ${position} and its vault`;
  const next = config.databaseUrl ? 'Drop the schema rollbook of DATABASE_URL before the start: it is built again.' : 'The next start builds the read models.';
  return `${what} as of ${madeAt} are restored in ${config.dataDir}. ${next}`;
});
