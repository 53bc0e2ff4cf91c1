/* oxlint-disable unicorn/require-post-message-target-origin -- threads have no origin */
import { once } from 'node:events';
import type { Worker } from 'node:worker_threads';
import type { AppendRequest, CommitResult } from './committer.js';
import type { OpenResult, LogThreadMessage } from './log.worker.js';
import type { SnapshotRequest } from './snapshot.js';
import { startThread } from './threads.js';

/** The thread that writes to the log, so that waiting for the disk does not block readers. */
export class LogThread {
  readonly #worker: Worker;
  readonly #exited: Promise<void>;
  /** Why it could not open the file; undefined if it could. */
  readonly #openFailure: Promise<string | undefined>;

  /** @param onFatalError is called if the thread dies: the node must stop */
  constructor(directory: string, onFatalError: (error: Error) => void) {
    this.#worker = startThread('log', directory).once('error', onFatalError);
    this.#exited = new Promise((resolve) => void this.#worker.once('exit', () => resolve()));
    this.#openFailure = new Promise(
      (resolve) => void this.#worker.once('message', ({ failure }: OpenResult) => resolve(failure)),
    );
  }

  /** Waits until the file is open. Throws an Error of one line if it can't be opened. */
  async ready(): Promise<void> {
    const failure = await this.#openFailure;
    if (failure !== undefined) throw new Error(failure);
  }

  /** Sends a group of appends to the thread, which writes them in one transaction. Wait for the result before the next call. */
  async commit(group: readonly AppendRequest[]): Promise<CommitResult> {
    this.#send({ commit: group });
    const [committed] = (await once(this.#worker, 'message')) as [CommitResult];
    return committed;
  }

  /** Starts a copy of the log to a file; the thread reports progress and result to the request's port. */
  snapshot(request: SnapshotRequest): void {
    this.#worker.postMessage(request, [request.port]);
  }

  /** Asks the thread to close the file, and waits until the thread has ended. */
  async close(): Promise<void> {
    this.#send('close');
    await this.#exited;
  }

  #send(message: LogThreadMessage): void {
    this.#worker.postMessage(message);
  }
}
