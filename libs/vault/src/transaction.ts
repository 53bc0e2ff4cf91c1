import type { DatabaseSync } from 'node:sqlite';

/** Runs `work` in one transaction. When it returns all changes are on disk; when it throws none is. */
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
