import 'reflect-metadata';
import { runLogTool } from './log-tool.js';

const help = [
  'npm run projections:prepare',
  '',
  'Builds the tables of read models that this build does not share with the former one, before its server is started, so that',
  'its lists answer at once. Run it with the new build while the server of the former build runs, with the settings of that',
  '(npm start -- --help). It prints every 3 s how far it is, and ends when the tables show the log as it was when the tool was',
  'started; the new server adds the rest. If it is broken off, the next one continues. Tables that no server uses are dropped',
  'after a day.',
  '',
  'This needs PostgreSQL (DATABASE_URL). With PGlite the read models are files of the server: stop it first, or start the new',
  'one, whose lists answer 503 with the progress until its read models are built.',
  '',
  'Exit code 0: all tables are built. 1: they are not.',
].join('\n');

await runLogTool({
  help,
  async work(config, closing) {
    // Imported only here, so that the help and a wrong setting are shown at once.
    const { prepareReadModels } = await import('./prepare-read-models.js');
    const built = await prepareReadModels(config, closing);
    console.log(
      built.length === 0 ? 'All read models of this build are built already.' : `Built: ${built.join(', ')}.`,
    );
    return 0;
  },
});
