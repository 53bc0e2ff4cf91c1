/* oxlint-disable unicorn/require-post-message-target-origin -- threads have no origin */
import { once } from 'node:events';
import { open, type FileHandle } from 'node:fs/promises';
import { backup, DatabaseSync, type BackupProgressInfo } from 'node:sqlite';
import { setImmediate as nextTick } from 'node:timers/promises';
import { MessageChannel, type MessagePort, type Worker } from 'node:worker_threads';

export interface SnapshotOptions {
  /** Is called from time to time with the part that is done, 0 to 1. */
  readonly progress?: (done: number) => void;
  /** Aborts the snapshot. */
  readonly signal?: AbortSignal;
}

/** A request to the thread of the embedded event store. Closing the port aborts the snapshot. */
export interface SnapshotRequest {
  readonly file: string;
  readonly port: MessagePort;
}

type SnapshotReport = { readonly done: number } | { readonly position: number } | { readonly failed: string };

/** Pages per step: appends wait during a step, but with small steps a growing log would never be copied completely. */
const STEP_PAGES = 500;
/** SQLite syncs the copy in the last step, during which appends wait: the pages before must have been synced by then. */
const SYNC_PAGES = 4 * STEP_PAGES;

/**
 * Asks the thread of the embedded event store to copy the log to `file`, while appends go on. Returns the position of the
 * copy's last event. Throws if the copy fails or is aborted.
 */
export async function requestSnapshot(
  worker: Worker,
  file: string,
  { progress, signal }: SnapshotOptions,
): Promise<number> {
  signal?.throwIfAborted();
  const { port1: port, port2 } = new MessageChannel();
  const closePort = (): void => port.close();
  signal?.addEventListener('abort', closePort);
  const closed = once(port, 'close');
  try {
    return await new Promise<number>((resolve, reject) => {
      port.on('message', (report: SnapshotReport) => {
        if ('done' in report) progress?.(report.done);
        else if ('position' in report) resolve(report.position);
        else reject(new Error(report.failed));
      });
      void closed.then(() =>
        reject((signal?.reason as Error | undefined) ?? new Error('the event store ended in the middle of a snapshot')),
      );
      worker.postMessage({ file, port: port2 } satisfies SnapshotRequest, [port2]);
    });
  } finally {
    signal?.removeEventListener('abort', closePort);
    port.close();
  }
}

/** Takes snapshots of the log, in the node's thread. */
export class SnapshotTaker {
  readonly #database: DatabaseSync;
  readonly #closing = new AbortController();
  readonly #running = new Set<Promise<void>>();

  constructor(database: DatabaseSync) {
    this.#database = database;
  }

  /** Starts to copy the log to a file. Progress and result are sent to the request's port. */
  start(request: SnapshotRequest): void {
    const running = this.#take(request);
    this.#running.add(running);
    void running.finally(() => this.#running.delete(running));
  }

  /** Aborts all running snapshots and waits until they have ended. Close the database only after that: SQLite copies from it. */
  async close(): Promise<void> {
    this.#closing.abort(new Error('the event store closes'));
    await Promise.all(this.#running);
  }

  async #take({ file, port }: SnapshotRequest): Promise<void> {
    const abandoned = new AbortController();
    port.once('close', () => abandoned.abort(new Error('the snapshot was abandoned')));
    const send = (report: SnapshotReport): void => port.postMessage(report);
    try {
      await copyDatabase(
        this.#database,
        file,
        (done) => send({ done }),
        AbortSignal.any([abandoned.signal, this.#closing.signal]),
      );
      send({ position: finishCopy(file) });
    } catch (error) {
      send({ failed: (error as Error).message });
    } finally {
      port.close();
    }
  }
}

/** Copies the database step by step in a thread of Node.js. The copy includes what is appended meanwhile. */
async function copyDatabase(
  database: DatabaseSync,
  file: string,
  progress: (done: number) => void,
  signal: AbortSignal,
): Promise<void> {
  signal.throwIfAborted();
  const handle = await open(file, 'wx', 0o600);
  const sync = createBackgroundSync(handle);
  try {
    const step = ({ totalPages, remainingPages }: BackupProgressInfo): void => {
      signal.throwIfAborted();
      const copied = totalPages - remainingPages;
      sync.upTo(copied);
      progress(copied / totalPages);
    };
    while (!(await hasStarted(backup(database, file, { rate: STEP_PAGES, progress: step })))) {
      signal.throwIfAborted();
      await nextTick();
    }
  } finally {
    await sync.settled();
    await handle.close();
  }
}

/**
 * Waits for a backup. Returns false if it could not start: a first step during a commit fails with the code 0. Node.js repeats
 * later steps by itself.
 */
async function hasStarted(running: Promise<unknown>): Promise<boolean> {
  try {
    await running;
    return true;
  } catch (error) {
    if ((error as { errcode?: number }).errcode !== 0) throw error;
    return false;
  }
}

/** Returns an object that syncs a growing file in the background, one sync at a time. */
function createBackgroundSync(handle: FileHandle): { upTo(pages: number): void; settled(): Promise<void> } {
  let synced = 0;
  let running: Promise<void> | undefined;
  return {
    upTo: (pages) => {
      if (running || pages - synced < SYNC_PAGES) return;
      synced = pages;
      // Only spreads the work: that the copy is on disk is ensured by SQLite's own sync.
      running = handle.datasync().then(() => (running = undefined));
      running.catch(() => {}); // rejects in `settled`
    },
    settled: async () => running,
  };
}

/** Makes the copy a single file without a WAL. Returns the position of its last event. */
function finishCopy(file: string): number {
  const copied = new DatabaseSync(file);
  try {
    copied.exec('PRAGMA journal_mode = DELETE');
    return Number(copied.prepare('SELECT coalesce(max(position), 0) AS tail FROM events').get()?.['tail']);
  } finally {
    copied.close();
  }
}
