// oxlint-disable unicorn/require-post-message-target-origin -- threads have no origin
import { DatabaseSync, type StatementSync } from 'node:sqlite';
import { parentPort, workerData } from 'node:worker_threads';
import type { Statement } from './engine.js';

/** What the thread is started with. It answers {@link SqliteRequest} by {@link SqliteResponse} until the message `close`. */
export interface SqliteWorkerData {
  readonly file: string;
}

/** Transactions to commit together. */
export type SqliteRequest = readonly (readonly Statement[])[];

/** What came of each transaction: how many rows each statement has changed, or why the transaction was rolled back. */
export type SqliteResponse = readonly SqliteOutcome[];
export type SqliteOutcome =
  | { readonly changes: number[] }
  | { readonly hasChangedMeanwhile: true }
  | { readonly error: { readonly message: string; readonly code?: string; readonly errcode?: number } };

const { file } = workerData as SqliteWorkerData;
const db = new DatabaseSync(file, { timeout: 5000 });
db.exec('PRAGMA synchronous = FULL; PRAGMA secure_delete = ON');
const prepared = new Map<string, StatementSync>();
const port = parentPort!;

port.on('message', (message: SqliteRequest | 'close') => {
  if (message !== 'close') return port.postMessage(commitAll(message));
  db.close();
  port.close();
});

/** Commits transactions with one fsync. If that fails, none is committed. */
function commitAll(transactions: SqliteRequest): SqliteResponse {
  try {
    db.exec('BEGIN IMMEDIATE');
    const outcomes = transactions.map((statements) => runInSavepoint(statements));
    db.exec('COMMIT');
    return outcomes;
  } catch (error) {
    if (db.isTransaction) db.exec('ROLLBACK');
    return transactions.map(() => toFailure(error));
  }
}

/** Runs the statements of one transaction. If one fails, those before it are undone, and nothing else. */
function runInSavepoint(statements: readonly Statement[]): SqliteOutcome {
  db.exec('SAVEPOINT one');
  try {
    const changes: number[] = [];
    for (const statement of statements) {
      const changed = Number(prepare(statement.text).run(...statement.values).changes);
      if (statement.mustChange && changed === 0) {
        db.exec('ROLLBACK TO one');
        return { hasChangedMeanwhile: true };
      }
      changes.push(changed);
    }
    return { changes };
  } catch (error) {
    // After a full disk, SQLite has ended the whole transaction.
    if (!db.isTransaction) throw error;
    db.exec('ROLLBACK TO one');
    return toFailure(error);
  } finally {
    if (db.isTransaction) db.exec('RELEASE one');
  }
}

function prepare(text: string): StatementSync {
  let statement = prepared.get(text);
  if (!statement) prepared.set(text, (statement = db.prepare(text)));
  return statement;
}

const toFailure = (error: unknown): SqliteOutcome => {
  const { message, code, errcode } = error as Error & { code?: string; errcode?: number };
  return { error: { message, ...(code !== undefined && { code }), ...(errcode !== undefined && { errcode }) } };
};
