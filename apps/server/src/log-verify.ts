import 'reflect-metadata';
import { runLogTool } from './log-tool.js';

const help = [
  'npm run log:verify',
  '',
  'Reads the whole log and checks it for changes from outside: which events are authentic, that no stream lacks',
  'one, and that all that this installation has seen is there, unchanged and in the same order. Then it reads every stream as',
  'commands do. It prints one line for each finding, and a summary. The server must be stopped. Settings are those of the',
  'server (npm start -- --help).',
  '',
  'Exit code 0: all is well. 1: something was found. 2: it can not be told.',
].join('\n');

await runLogTool({
  help,
  acceptsOlderLog: true,
  // Tampering with the stream of the installation is found before the log is opened.
  failureCode: (error) => ((error as { code?: unknown }).code === 'log.tampered' ? 1 : 2),
  async work(log, config) {
    const { verifyLog } = await import('./verify-log.js');
    const { lines, isWell } = await verifyLog(log, config.eventStoreNamespace, (text) => console.error(text));
    for (const line of lines) console.log(line);
    return isWell ? 0 : 1;
  },
});
