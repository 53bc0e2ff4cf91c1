import 'reflect-metadata';
import { runLogTool } from './log-tool.js';

const help = [
  'npm run state:rewrap',
  '',
  'Wraps every secret of the vault under another vault key, all or nothing. All servers must be stopped. With VAULT_KEY, give the',
  'new key in NEW_VAULT_KEY (64 hexadecimal digits or base64), and set VAULT_KEY to it afterwards. With a file',
  '(VAULT_KEY_FILE, or DATA_DIR/vault.key), a new key is made and the file is replaced; NEW_VAULT_KEY is not needed. If it is cut',
  'short, run it again. Make a backup afterwards: backups from before need the old key.',
].join('\n');

await runLogTool({
  help,
  async work(config, closing) {
    // Imported only here, so that the help and a wrong setting are shown at once.
    const { lockDataDirectory } = await import('./data-directory.js');
    const { rewrapState } = await import('./rewrap-state.js');
    if (!config.stateUrl) {
      const lock = lockDataDirectory(config.dataDir);
      closing.defer(() => lock.release());
    }
    const { count, keyFile } = await rewrapState(config, process.env['NEW_VAULT_KEY']);
    console.log(`${count} secrets are wrapped under the new key.`);
    console.log(keyFile === undefined ? 'Set VAULT_KEY to the new key now.' : `The new key is in ${keyFile}.`);
    return 0;
  },
});
