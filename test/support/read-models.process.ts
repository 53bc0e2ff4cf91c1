import { openReadStore, ReadModels } from '#libs/read-store';
import { sums, timedLog, writers } from './timed-log.js';

// Keeps read models on a PostgreSQL up to date in a process of its own. Arguments: the database's URL, the name of the process,
// and when the log has begun. It reports `started`, and answers each message with its position, or ends after `stop`.
const [databaseUrl, name, startedAt] = process.argv.slice(2) as [string, string, string];
const projections = [sums, writers(name)];
const store = await openReadStore({
  directory: '',
  databaseUrl,
  log: { installation: 'one', namespace: 'timed', restored: '' },
  projections,
});
const models = new ReadModels({
  store,
  projections,
  subscribe: timedLog(Number(startedAt)),
  holder: name,
  lastPosition: async () => 0,
  onProblem: (problem) => console.error(name, problem),
});
await models.start();
process.on('message', (message: 'position' | 'stop') => {
  if (message === 'position') process.send!(models.position);
  else void models.stop().then(async () => (await store.close(), process.disconnect()));
});
process.send!('started');
