// oxlint-disable unicorn/require-post-message-target-origin -- threads have no origin
import { once } from 'node:events';
import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { extname } from 'node:path';
import { Worker } from 'node:worker_threads';
import { copyVaultFile } from '../vault-file.js';
import { ChangedMeanwhile, type Engine, type Statement } from './engine.js';
import type { SqliteOutcome, SqliteRequest, SqliteResponse, SqliteWorkerData } from './sqlite.worker.js';

interface Waiting {
  readonly statements: readonly Statement[];
  readonly resolve: (changes: number[]) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * The state in a SQLite file. A thread writes, so that no fsync blocks the event loop. Transactions that arrive during a commit
 * are committed together by the next one. This thread reads by itself: reads need no fsync, and cost less than a message.
 */
export class SqliteEngine implements Engine {
  readonly isShared = false;
  private readonly prepared = new Map<string, StatementSync>();
  private worker: Worker | undefined;
  private waiting: Waiting[] = [];
  private running: Promise<void> | undefined;

  /**
   * @param reader an open connection to the file, which is closed with the engine; it is used for reads only
   * @param isReadOnly whether every {@link run} is to fail
   */
  constructor(
    private readonly reader: DatabaseSync,
    private readonly isReadOnly = false,
  ) {}

  async query<Row>({ text, values }: Statement): Promise<Row[]> {
    let statement = this.prepared.get(text);
    if (!statement) this.prepared.set(text, (statement = this.reader.prepare(text)));
    return statement.all(...values) as Row[];
  }

  run(statements: readonly Statement[]): Promise<number[]> {
    if (this.isReadOnly) return Promise.reject(new Error('the vault is open for reading only'));
    return new Promise((resolve, reject) => {
      this.waiting.push({ statements: statements.map(toMessage), resolve, reject });
      this.running ??= this.runWaiting();
    });
  }

  copyTo(file: string, signal?: AbortSignal): Promise<void> {
    return copyVaultFile(this.reader.location()!, file, signal);
  }

  watch(): { close(): Promise<void> } {
    return { close: async () => {} };
  }

  lease(): undefined {}

  async close(): Promise<void> {
    await this.running;
    if (this.worker) {
      this.worker.postMessage('close');
      await once(this.worker, 'exit');
    }
    // The last connection removes the side files of the write-ahead log.
    this.reader.close();
  }

  private async runWaiting(): Promise<void> {
    // What is asked for in the same turn of the event loop is committed together.
    await Promise.resolve();
    while (this.waiting.length > 0) {
      const group = this.waiting;
      this.waiting = [];
      try {
        const outcomes = await this.send(group.map(({ statements }) => statements));
        for (const [index, { resolve, reject }] of group.entries()) settle(outcomes[index]!, resolve, reject);
      } catch (error) {
        for (const { reject } of group) reject(error);
      }
    }
    this.running = undefined;
  }

  /** Sends transactions to the thread, which is started with the first of them. */
  private async send(transactions: SqliteRequest): Promise<SqliteResponse> {
    const worker = (this.worker ??= this.startWorker());
    worker.postMessage(transactions);
    // `once` rejects with the error of a thread that fails.
    const [outcomes] = (await once(worker, 'message')) as [SqliteResponse];
    return outcomes;
  }

  private startWorker(): Worker {
    const file = new URL(`./sqlite.worker${extname(import.meta.url)}`, import.meta.url);
    return new Worker(file, { workerData: { file: this.reader.location()! } satisfies SqliteWorkerData });
  }
}

/** Copies bytes that lie in a larger buffer, all of which would be sent. */
const toMessage = ({ values, ...statement }: Statement): Statement => ({
  ...statement,
  values: values.map((value) => (value instanceof Uint8Array ? new Uint8Array(value) : value)),
});

function settle(outcome: SqliteOutcome, resolve: Waiting['resolve'], reject: Waiting['reject']): void {
  if ('changes' in outcome) resolve(outcome.changes);
  else if ('error' in outcome) reject(Object.assign(new Error(outcome.error.message), outcome.error));
  else reject(new ChangedMeanwhile());
}
