import 'reflect-metadata';
import { runLogTool } from './log-tool.js';

const help = [
  'npm run projections:verify',
  '',
  'Compares the read models with a replay of the log into an empty store: by table, the digest of its rows. The server may',
  'run: then it compares them as of the position that they had reached when the tool was started. With PGlite its lists wait',
  'while the tables are digested. It prints every 3 s how far it is. It changes nothing. Settings are those of the server',
  '(npm start -- --help).',
  '',
  'Exit code 0: they agree. 1: a table differs. 2: it can not be told.',
].join('\n');

await runLogTool({
  help,
  failureCode: () => 2,
  async work(config, closing) {
    // Imported only here, so that the help and a wrong setting are shown at once.
    const { verifyReadModels } = await import('./verify-read-models.js');
    const different = await verifyReadModels(config, closing);
    for (const table of different) console.log(`${table} differs from a replay of the log.`);
    if (different.length === 0) console.log('The read models equal a replay of the log.');
    return different.length === 0 ? 0 : 1;
  },
});
