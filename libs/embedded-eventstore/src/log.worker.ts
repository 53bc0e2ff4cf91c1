/* oxlint-disable unicorn/require-post-message-target-origin -- threads have no origin */
import type { DatabaseSync } from 'node:sqlite';
import { parentPort, workerData } from 'node:worker_threads';
import { Committer, type Append, type Committed } from './committer.js';
import { explain, lockDirectory, openLogFile } from './log.file.js';
import { Snapshots, type SnapshotRequest } from './snapshot.js';

/** What this thread is told. */
export type Order = { readonly commit: readonly Append[] } | SnapshotRequest | 'close';

/** Its first answer, whether it has the file; the others are what became of a group. */
export interface Opened {
  readonly refused?: string;
}

const directory = workerData as string;

let lock: ReturnType<typeof lockDirectory> | undefined;
try {
  lock = lockDirectory(directory);
  serve(openLogFile(directory));
} catch (error) {
  lock?.close();
  parentPort!.postMessage({ refused: (error as Error).message } satisfies Opened);
}

function serve(database: DatabaseSync): void {
  const committer = new Committer(database);
  const snapshots = new Snapshots(database);
  parentPort!.on('message', (order: Order) => {
    if (order === 'close') void close(database, snapshots);
    else if ('commit' in order) parentPort!.postMessage(commit(committer, order.commit));
    else snapshots.answer(order);
  });
  parentPort!.postMessage({} satisfies Opened);
}

function commit(committer: Committer, group: readonly Append[]): Committed {
  try {
    return committer.commit(group);
  } catch (error) {
    throw explain(error as Error, directory);
  }
}

async function close(database: DatabaseSync, snapshots: Snapshots): Promise<void> {
  await snapshots.close();
  database.close();
  lock?.close();
  parentPort!.close();
}
