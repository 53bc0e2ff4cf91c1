/* oxlint-disable unicorn/require-post-message-target-origin -- threads have no origin */
import { once } from 'node:events';
import type { Worker } from 'node:worker_threads';
import type { Append, Committed } from './committer.js';
import type { Opened, Order } from './log.worker.js';
import type { SnapshotRequest } from './snapshot.js';
import { startThread } from './threads.js';

/** The thread that writes: its commits hold nobody up but those who wait for them. */
export class LogThread {
  readonly #worker: Worker;
  readonly #exited: Promise<void>;
  /** Why it doesn't get the file, if it doesn't. */
  readonly #refused: Promise<string | undefined>;

  /** @param fail hears why it died, which is the end of the node */
  constructor(directory: string, fail: (error: Error) => void) {
    this.#worker = startThread('log', directory).once('error', fail);
    this.#exited = new Promise((resolve) => void this.#worker.once('exit', () => resolve()));
    this.#refused = new Promise(
      (resolve) => void this.#worker.once('message', ({ refused }: Opened) => resolve(refused)),
    );
  }

  /** @throws Error of one line: why it doesn't get the file */
  async ready(): Promise<void> {
    const refused = await this.#refused;
    if (refused !== undefined) throw new Error(refused);
  }

  /** Writes a group. One at a time. */
  async commit(group: readonly Append[]): Promise<Committed> {
    this.#order({ commit: group });
    const [committed] = (await once(this.#worker, 'message')) as [Committed];
    return committed;
  }

  snapshot(request: SnapshotRequest): void {
    this.#worker.postMessage(request, [request.port]);
  }

  async close(): Promise<void> {
    this.#order('close');
    await this.#exited;
  }

  #order(order: Order): void {
    this.#worker.postMessage(order);
  }
}
