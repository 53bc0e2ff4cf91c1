/* oxlint-disable unicorn/require-post-message-target-origin -- threads have no origin */
import { once } from 'node:events';
import { open, type FileHandle } from 'node:fs/promises';
import { backup, DatabaseSync, type BackupProgressInfo } from 'node:sqlite';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { MessageChannel, type MessagePort, type Worker } from 'node:worker_threads';

/** How a snapshot is watched and given up. */
export interface SnapshotOptions {
  /** Hears now and then which part is done, 0 to 1. */
  readonly progress?: (done: number) => void;
  readonly signal?: AbortSignal;
}

/** What the node's thread is asked; closing the port gives it up. */
export interface SnapshotRequest {
  readonly file: string;
  readonly port: MessagePort;
}

type Report = { readonly done: number } | { readonly position: number } | { readonly failed: string };

/** Pages in a step: appends wait while one is copied, but a log that grows faster than it is copied has no end. */
const STEP_PAGES = 500;
/** SQLite syncs the copy in its last step, which appends wait for too: little must be left to sync by then. */
const SYNC_PAGES = 4 * STEP_PAGES;

/** Asks the node's thread for a snapshot. */
export async function requestSnapshot(
  worker: Worker,
  file: string,
  { progress, signal }: SnapshotOptions,
): Promise<number> {
  signal?.throwIfAborted();
  const { port1: port, port2 } = new MessageChannel();
  const giveUp = (): void => port.close();
  signal?.addEventListener('abort', giveUp);
  const closed = once(port, 'close');
  try {
    return await new Promise<number>((resolve, reject) => {
      port.on('message', (report: Report) => {
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
    signal?.removeEventListener('abort', giveUp);
    port.close();
  }
}

/** The snapshots that the node's thread takes of its log. */
export class Snapshots {
  readonly #database: DatabaseSync;
  readonly #closing = new AbortController();
  readonly #running = new Set<Promise<void>>();

  constructor(database: DatabaseSync) {
    this.#database = database;
  }

  answer(request: SnapshotRequest): void {
    const running = this.#answer(request);
    this.#running.add(running);
    void running.finally(() => this.#running.delete(running));
  }

  /** Gives up those under way. The database may be closed only then: SQLite's copying would be torn from it. */
  async close(): Promise<void> {
    this.#closing.abort(new Error('the event store closes'));
    await Promise.all(this.#running);
  }

  async #answer({ file, port }: SnapshotRequest): Promise<void> {
    const left = new AbortController();
    port.once('close', () => left.abort(new Error('nobody waits for the snapshot')));
    const say = (report: Report): void => port.postMessage(report);
    try {
      await copy(this.#database, file, (done) => say({ done }), AbortSignal.any([left.signal, this.#closing.signal]));
      say({ position: finish(file) });
    } catch (error) {
      say({ failed: (error as Error).message });
    } finally {
      port.close();
    }
  }
}

/** Copies page by page in other threads; what is appended meanwhile is in the copy. */
async function copy(
  database: DatabaseSync,
  file: string,
  progress: (done: number) => void,
  signal: AbortSignal,
): Promise<void> {
  signal.throwIfAborted();
  const handle = await open(file, 'wx', 0o600);
  const sync = syncing(handle);
  try {
    const step = ({ totalPages, remainingPages }: BackupProgressInfo): void => {
      signal.throwIfAborted();
      const copied = totalPages - remainingPages;
      sync.upTo(copied);
      progress(copied / totalPages);
    };
    while (!(await begun(backup(database, file, { rate: STEP_PAGES, progress: step })))) {
      signal.throwIfAborted();
      await nextTurn();
    }
  } finally {
    await sync.settled();
    await handle.close();
  }
}

/** Whether a copying could begin: a first step that meets a commit fails, with the code 0; later ones Node repeats by itself. */
async function begun(copying: Promise<unknown>): Promise<boolean> {
  try {
    await copying;
    return true;
  } catch (error) {
    if ((error as { errcode?: number }).errcode !== 0) throw error;
    return false;
  }
}

/** Syncs a file that grows, one sync at a time. */
function syncing(handle: FileHandle): { upTo(pages: number): void; settled(): Promise<void> } {
  let synced = 0;
  let running: Promise<void> | undefined;
  return {
    upTo: (pages) => {
      if (running || pages - synced < SYNC_PAGES) return;
      synced = pages;
      // Only to spread the work: whether the copy is on disk, SQLite's own sync says.
      running = handle.datasync().then(() => (running = undefined));
      running.catch(() => {}); // thrown where it is waited for
    },
    settled: async () => running,
  };
}

/** Makes the copy one file without a journal beside it, and tells where it ends. */
function finish(file: string): number {
  const copied = new DatabaseSync(file);
  try {
    copied.exec('PRAGMA journal_mode = DELETE');
    return Number(copied.prepare('SELECT coalesce(max(position), 0) AS tail FROM events').get()?.['tail']);
  } finally {
    copied.close();
  }
}
