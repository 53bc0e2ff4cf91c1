import 'reflect-metadata';
import { runLogTool } from './log-tool.js';

const help = [
  'npm run log:rotate',
  '',
  'Begins a new key that authenticates the events of the log, after an event that names it. The old key authenticates the',
  'events before. The server must be stopped. Make a backup afterwards: with an older copy of the vault, the server does not',
  'start on this log. Settings are those of the server (npm start -- --help).',
].join('\n');

await runLogTool({
  help,
  async work(config, closing) {
    // Imported only here, so that the help and a wrong setting are shown at once.
    const { openStoppedLog } = await import('./open-stores.js');
    const { rotateLogKey } = await import('./rotate-log-key.js');
    const { store, vault } = await openStoppedLog(config, closing);
    const { generation, position } = await rotateLogKey(store, vault);
    console.log(
      `Generation ${generation} of the key authenticates the events after position ${position}. Make a backup now: older copies of the vault lack this key.`,
    );
    return 0;
  },
});
