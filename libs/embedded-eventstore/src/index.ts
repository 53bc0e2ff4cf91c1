/* oxlint-disable unicorn/require-post-message-target-origin -- threads have no origin */
import type { StartResult } from './node.worker.js';
import { requestSnapshot, type SnapshotOptions } from './snapshot.js';
import { startThread } from './threads.js';

export type { SnapshotOptions };

/** A running node. */
export interface EmbeddedEventStore {
  /** `esdb://…` for @eventstore/db-client, with the password. */
  readonly url: string;
  /**
   * Copies the log to the new file `file` (mode 600, synced), with all events that were acknowledged before the call. Appends
   * still work meanwhile. Returns the position of the copy's last event; 0 if it is empty.
   * @throws Error if the file can't be written, the signal aborts or the node ends; it may leave a partial file
   */
  snapshot(file: string, options?: SnapshotOptions): Promise<number>;
  /** Writes all queued appends, responds to them, and closes the file. Idempotent. */
  close(): Promise<void>;
}

/** How to start a node. */
export interface EmbeddedEventStoreOptions {
  readonly directory: string;
  /** Default 0: any free port. */
  readonly port?: number;
  /** URL-safe. Default: a random one. */
  readonly password?: string;
  /** Neither TLS nor a password: every process on this machine can use the node. */
  readonly insecure?: boolean;
}

/**
 * Starts a node in its own thread. It stores the log in the SQLite file `directory`/events.db, and creates both if missing (modes
 * 600 and 700). It listens on loopback with TLS and a password; its certificate is in `directory`/ca.pem while it runs.
 * If the thread dies later, the error is thrown as an uncaught exception, because nothing works without the log.
 * @throws Error of one line if the file is in use by another process, not an event store or corrupted, the directory is not
 * writable, or the port is taken
 */
export async function startEmbeddedEventStore(options: EmbeddedEventStoreOptions): Promise<EmbeddedEventStore> {
  const worker = startThread('node', options);
  let failure: Error | undefined;
  worker.once('error', (error) => (failure = error));
  const exited = new Promise<void>((resolve) => void worker.once('exit', () => resolve()));
  const exitError = (): Error => failure ?? new Error("the event store's thread ended by itself");
  const started = await new Promise<StartResult>((resolve) => {
    worker.once('message', resolve);
    void exited.then(() => resolve({ failure: exitError().message }));
  });
  if ('failure' in started) {
    await exited;
    throw new Error(started.failure);
  }
  let closed: Promise<void> | undefined;
  worker.once('exit', () => {
    if (!closed || failure) throw exitError();
  });
  const close = (): Promise<void> => {
    worker.postMessage('close');
    return exited;
  };
  return {
    url: started.url,
    snapshot: (file, options = {}) => requestSnapshot(worker, file, options),
    close: () => (closed ??= close()),
  };
}
