import 'reflect-metadata';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { runLogTool } from './log-tool.js';

const help = [
  'npm run operator-token [-- --days N]',
  '',
  'Makes sure that DATA_DIR/operator-token holds an access token of an operator that was issued in the last day, and ends the',
  'tokens that this command has issued before. For installations with STATE_URL; servers may be running. Otherwise each start',
  'of the server does it.',
  '',
  '  --days N   how long the token is valid, 1 to 400 (default: OPERATOR_TOKEN_DAYS)',
].join('\n');

await runLogTool({
  help,
  parse(args) {
    const { values } = parseArgs({ args, options: { days: { type: 'string' } } });
    const days = values.days === undefined ? undefined : Number(values.days);
    if (days !== undefined && !(Number.isInteger(days) && days >= 1 && days <= 400))
      throw new Error('not a number of days');
    return { days };
  },
  async work(config, closing, { days = config.operatorTokenDays }) {
    if (!config.stateUrl)
      throw new Error('Without STATE_URL, each start of the server renews the token in DATA_DIR/operator-token.');
    const { makeDirectory } = await import('./data-directory.js');
    const { openLog } = await import('./open-stores.js');
    const { ensureOperatorToken } = await import('#libs/access');
    const stores = await openLog(config, closing, { create: false });
    makeDirectory(config.dataDir);
    const file = join(config.dataDir, 'operator-token');
    const isNew = await ensureOperatorToken({ ...stores, file, at: new Date().toISOString(), days });
    console.log(isNew ? `A new operator's token is in ${file}` : `The operator's token in ${file} is of the last day.`);
    return 0;
  },
});
