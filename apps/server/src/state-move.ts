import 'reflect-metadata';
import { parseArgs } from 'node:util';
import { runLogTool } from './log-tool.js';

const help = [
  'npm run state:move -- postgres://user:password@host:port/database',
  '',
  'Moves keys, hashes, sessions and mails from the file in DATA_DIR into an empty schema of PostgreSQL, all or nothing, and',
  'compares them. The server must be stopped. Afterwards set STATE_URL to this address, with VAULT_KEY; the file is kept, but',
  'no server starts on it. Without an address, STATE_URL is taken.',
].join('\n');

await runLogTool({
  help,
  parse(args) {
    const { positionals } = parseArgs({ args, options: {}, allowPositionals: true });
    if (positionals.length > 1) throw new Error('too many addresses');
    return positionals[0];
  },
  async work(config, closing, url = config.stateUrl) {
    if (url === undefined) throw new Error('Give the address of the database: npm run state:move -- postgres://…');
    const { moveState } = await import('#libs/vault');
    const { noObserver } = await import('#libs/kernel');
    const { lockDataDirectory } = await import('./data-directory.js');
    const { loadKey } = await import('./vault-place.js');
    const lock = lockDataDirectory(config.dataDir);
    closing.defer(() => lock.release());
    const digests = await moveState({
      directory: config.dataDir,
      key: loadKey(config, { create: false }),
      to: { url, limitMs: config.batchTimeout * 1_000, observer: noObserver },
      onProgress: (rows) => process.stderr.isTTY && process.stderr.write(`\r${rows} rows`),
    });
    for (const [table, digest] of digests) console.log(`${table.padEnd(16)} ${digest}`);
    console.log('The state was moved: set STATE_URL. The key (VAULT_KEY or VAULT_KEY_FILE) stays the same.');
    return 0;
  },
});
