import 'reflect-metadata';
import { runLogTool } from './log-tool.js';

const help = [
  'npm run log:accept-restore',
  '',
  "Accepts a log that an operator has restored by the event store's own means, so that the server starts again: it appends the",
  'event InstallationRestored under a new key, and forgets what this installation has seen of the lost events. It asks nothing,',
  'and changes nothing if the log is complete. Only for a log whose restore you know of: otherwise somebody has removed events',
  '(npm run log:verify). The server must be stopped. Settings are those of the server (npm start -- --help).',
].join('\n');

await runLogTool({
  help,
  async work(config, closing) {
    // Imported only here, so that the help and a wrong setting are shown at once.
    const { openStoppedLog } = await import('./open-stores.js');
    const { acceptRestore } = await import('./accept-restore.js');
    const accepted = await acceptRestore(await openStoppedLog(config, closing, { acceptsOlderLog: true }));
    if (!accepted) {
      console.log('The log holds all that this installation has seen of it: nothing to accept, nothing was changed.');
      return 0;
    }
    const { seen, end } = accepted;
    const next = config.databaseUrl
      ? 'Drop the schema rollbook of DATABASE_URL before the start: it is built again.'
      : 'The next start builds the read models again.';
    console.log(
      `The log up to position ${end} is accepted as restored; this installation had seen it up to position ${seen}. ${next}`,
    );
    return 0;
  },
});
