import 'reflect-metadata';
import { parseArgs } from 'node:util';
import { runLogTool } from './log-tool.js';

const help = [
  'npm run projections:rebuild -- NAME [--restart]',
  '',
  'Builds the tables of a read model anew from the log, beside those that are read, and then exchanges them in one step:',
  'lists show the old rows, then the new ones. NAME is account-list, user-list, access-tokens or audit-trail. The server may',
  'run and works on. With PGlite the running server builds, and its lists answer more slowly meanwhile; with PostgreSQL this',
  'process does. It prints every 3 s how far it is; health and metrics of the server show the same.',
  '',
  'A rebuild that was broken off is continued by the next one, for a day. --restart drops what it has built, which is needed',
  'if the code of the read model has changed since. Settings are those of the server (npm start -- --help).',
  '',
  'Exit code 0: built. 1: not built; the old tables are as they were.',
].join('\n');

await runLogTool({
  help,
  parse(args) {
    const { positionals, values } = parseArgs({
      args,
      allowPositionals: true,
      options: { restart: { type: 'boolean' } },
    });
    const [name, ...others] = positionals;
    if (name === undefined || others.length > 0) throw new Error('one name');
    return { name, restart: values.restart === true };
  },
  async work(config, closing, { name, restart }) {
    // Imported only here, so that the help and a wrong setting are shown at once.
    const { findProjection, readModelTools } = await import('./read-model-tools.js');
    const { requestRebuild } = await import('./backup/control.js');
    const { showBuilds } = await import('./show-builds.js');
    findProjection(name);
    const show = showBuilds();
    const request = { name, restart, onProgress: (progress: Parameters<typeof show>[1]) => show(name, progress) };
    const isBuilt = config.databaseUrl === undefined && (await requestRebuild(config.dataDir, request));
    if (!isBuilt) {
      const { openReadModels } = await import('./open-read-models.js');
      const stopping = new AbortController();
      for (const signal of ['SIGINT', 'SIGTERM'] as const)
        process.once(signal, () => stopping.abort(new Error('Stopped; run this again to continue.')));
      const stores = await openReadModels(config, closing);
      await readModelTools(stores).rebuild({ ...request, signal: stopping.signal });
    }
    console.log(`${name} is built anew.`);
    return 0;
  },
});
