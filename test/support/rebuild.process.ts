import { openReadStore, rebuildByHand } from '#libs/read-store';
import { sums, timedLog } from './timed-log.js';

// Rebuilds the table `sums` in a process of its own. Arguments: the database's URL, and when the log has begun. It reports the
// number of events after each batch.
const [databaseUrl, startedAt] = process.argv.slice(2) as [string, string];
const log = { installation: 'one', namespace: 'timed', restored: '' };
const store = await openReadStore({ directory: '', databaseUrl, log, projections: [sums] });
await rebuildByHand({
  store,
  projection: sums,
  subscribe: timedLog(Number(startedAt)),
  holder: String(process.pid),
  onProgress: ({ events }) => void process.send!(events),
  signal: new AbortController().signal,
});
await store.close();
process.disconnect();
