/* oxlint-disable unicorn/require-post-message-target-origin -- threads have no origin */
import type { DatabaseSync } from 'node:sqlite';
import { parentPort, workerData } from 'node:worker_threads';
import { Committer, type AppendRequest, type CommitResult } from './committer.js';
import { describeDatabaseError, lockDirectory, openLogFile } from './log.file.js';
import { SnapshotTaker, type SnapshotRequest } from './snapshot.js';

/** A message to this thread. */
export type LogThreadMessage = { readonly commit: readonly AppendRequest[] } | SnapshotRequest | 'close';

/** The thread's first message: whether it could open the file. The following ones are commit results. */
export interface OpenResult {
  readonly failure?: string;
}

const directory = workerData as string;

let lock: ReturnType<typeof lockDirectory> | undefined;
try {
  lock = lockDirectory(directory);
  serve(openLogFile(directory));
} catch (error) {
  lock?.close();
  parentPort!.postMessage({ failure: (error as Error).message } satisfies OpenResult);
}

function serve(database: DatabaseSync): void {
  const committer = new Committer(database);
  const snapshots = new SnapshotTaker(database);
  parentPort!.on('message', (message: LogThreadMessage) => {
    if (message === 'close') void close(database, snapshots);
    else if ('commit' in message) parentPort!.postMessage(commit(committer, message.commit));
    else snapshots.start(message);
  });
  parentPort!.postMessage({} satisfies OpenResult);
}

function commit(committer: Committer, group: readonly AppendRequest[]): CommitResult {
  try {
    return committer.commit(group);
  } catch (error) {
    throw describeDatabaseError(error as Error, directory);
  }
}

async function close(database: DatabaseSync, snapshots: SnapshotTaker): Promise<void> {
  await snapshots.close();
  database.close();
  lock?.close();
  parentPort!.close();
}
