/* oxlint-disable unicorn/require-post-message-target-origin -- threads have no origin */
import { parentPort, workerData } from 'node:worker_threads';
import { openLogFile } from './log.file.js';
import { Log } from './log.js';
import { listen, type Listening } from './server.js';
import { Snapshots, type SnapshotRequest } from './snapshot.js';
import { Writer } from './writer.js';

/** What the parent hears: once, whether the node listens. */
export type Started = { readonly port: number } | { readonly refused: string };

const { directory, port } = workerData as { directory: string; port: number };

try {
  const file = openLogFile(directory);
  const log = new Log(file);
  const snapshots = new Snapshots(file);
  try {
    const node = await listen(log, new Writer(log, die), port);
    parentPort!.on('message', (message: 'close' | SnapshotRequest) => (message === 'close' ? void stop(log, node, snapshots) : snapshots.answer(message)));
    parentPort!.postMessage({ port: node.port } satisfies Started);
  } catch (error) {
    log.close();
    throw error;
  }
} catch (error) {
  parentPort!.postMessage({ refused: (error as Error).message } satisfies Started);
  parentPort!.close();
}

async function stop(log: Log, node: Listening, snapshots: Snapshots): Promise<void> {
  await snapshots.close();
  await node.stop();
  log.close();
  parentPort!.close();
}

/** Outside of any handler an error ends this thread, and the parent hears of it. */
function die(error: Error): void {
  setImmediate(() => {
    throw error;
  });
}
