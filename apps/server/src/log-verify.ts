import 'reflect-metadata';
import { runLogTool } from './log-tool.js';

const help = [
  'npm run log:verify',
  '',
  'Reads the whole log and checks it for changes from outside: which events are authentic, that no stream lacks',
  'one, and that all that this installation has seen is there, unchanged and in the same order. Then it reads every stream as',
  'commands do. It prints one line for each finding, and a summary; every 3 s, how far it is. The server may run: then it',
  'checks the log as it was when the tool was started. It changes nothing. Settings are those of the server',
  '(npm start -- --help).',
  '',
  'Exit code 0: all is well. 1: something was found. 2: it can not be told.',
].join('\n');

await runLogTool({
  help,
  failureCode: () => 2,
  async work(config, closing) {
    // Imported only here, so that the help and a wrong setting are shown at once.
    const { openLogForReading } = await import('./open-log-for-reading.js');
    const { verifyLog } = await import('./verify-log.js');
    const log = await openLogForReading(config, closing);
    const { lines, isWell } = await verifyLog(log, config.eventStoreNamespace);
    for (const line of lines) console.log(line);
    return isWell ? 0 : 1;
  },
});
