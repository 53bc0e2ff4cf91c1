import type { DatabaseSync } from 'node:sqlite';

/** Runs `work` in one transaction. After it has returned, all its changes are on disk; if it throws, they are rolled back. */
export function inTransaction<T>(db: DatabaseSync, work: () => T): T {
  db.exec('BEGIN IMMEDIATE');
  try {
    const result = work();
    db.exec('COMMIT');
    return result;
  } catch (error) {
    if (db.isTransaction) db.exec('ROLLBACK');
    throw error;
  }
}
