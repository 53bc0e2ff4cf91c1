import { runDirectoryCommand, printProgress } from './command.js';
import { requestBackup } from './control.js';
import { fileNames, type Manifest } from './manifest.js';

const help = [
  'npm run backup -- DIR',
  '',
  'Backs up the log and its vault into DIR, which must be empty or absent. The running server does it while it works on;',
  'where none runs, or with STATE_URL, this command does. With EVENTSTORE_URL it backs up the vault alone: run it after the log',
  "was backed up by EventStoreDB's own means. Settings are those of the server (npm start -- --help).",
].join('\n');

/** What an operator must know of what was made. */
function tell(directory: string, { position, files }: Manifest): string {
  const what =
    position === undefined
      ? `The vault is backed up in ${directory}; the log is EventStoreDB's to back up, before it.`
      : `The log up to position ${position} and its vault are backed up in ${directory}.`;
  const key = files[fileNames.key]
    ? "The backup holds the vault's key: whoever has it can read everything."
    : "The backup does not hold the vault's key: a restore asks for it.";
  return `${what} ${key}`;
}

await runDirectoryCommand(help, async (directory, config) => {
  if (config.stateUrl !== undefined) {
    const { backUpSharedState } = await import('./at-rest.js');
    return tell(directory, await backUpSharedState(directory, config, printProgress));
  }
  const made = await requestBackup(config.dataDir, directory, printProgress);
  if (made) return tell(directory, made);
  // Only now: a server is asked without loading one.
  const { backUpStoppedServer: backUpAtRest } = await import('./at-rest.js');
  return tell(directory, await backUpAtRest(directory, config, printProgress));
});
