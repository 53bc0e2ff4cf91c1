/* oxlint-disable unicorn/require-post-message-target-origin -- threads have no origin */
import type { Started } from './node.worker.js';
import { requestSnapshot, type SnapshotOptions } from './snapshot.js';
import { startThread } from './threads.js';

export type { SnapshotOptions };

/** A running node. */
export interface EmbeddedEventStore {
  /** `esdb://…` for @eventstore/db-client, with the password */
  readonly url: string;
  /**
   * Copies the log, with all that was acknowledged before the call, to `file`, made with mode 600 and synced; appends go on meanwhile.
   * Answers the position of the copy's last event, 0 of an empty log.
   * @throws Error if it can't be written, is given up or the node ends; a part of it may then lie there
   */
  snapshot(file: string, options?: SnapshotOptions): Promise<number>;
  /** Drains what was acknowledged, closes the file. Idempotent. */
  close(): Promise<void>;
}

/** How to start a node. */
export interface EmbeddedEventStoreOptions {
  readonly directory: string;
  /** default 0 = ephemeral */
  readonly port?: number;
  /** URL-safe; default: one made up for this node */
  readonly password?: string;
  /** Neither TLS nor credentials: whoever can open a connection on this machine can use it. */
  readonly insecure?: boolean;
}

/**
 * Starts a node on the SQLite file `directory`/events.db (created with mode 600, directory 700 if absent) in a thread of its own.
 * It listens on loopback, over TLS with a certificate of its own (in `directory`/ca.pem while it runs), and asks for a password.
 * Should the thread die, the error is thrown as an uncaught one: there is no going on without the log.
 * @throws Error of one clear line if the file is in use by another process, is foreign or corrupt, the directory isn't writable or the port is taken
 */
export async function startEmbeddedEventStore(options: EmbeddedEventStoreOptions): Promise<EmbeddedEventStore> {
  const worker = startThread('node', options);
  let failure: Error | undefined;
  worker.once('error', (error) => (failure = error));
  const exited = new Promise<void>((resolve) => void worker.once('exit', () => resolve()));
  const lost = (): Error => failure ?? new Error("the event store's thread ended by itself");
  const started = await new Promise<Started>((resolve) => {
    worker.once('message', resolve);
    void exited.then(() => resolve({ refused: lost().message }));
  });
  if ('refused' in started) {
    await exited;
    throw new Error(started.refused);
  }
  let closed: Promise<void> | undefined;
  worker.once('exit', () => {
    if (!closed || failure) throw lost();
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
