import { copyOf } from './backup.js';
import { LogFile, type StoredRow } from './log-file.js';

/** Returns a copy of an installation whose log was changed. */
export function attackedCopy(home: string, change: (log: LogFile, rows: StoredRow[]) => void): string {
  const dataDir = copyOf(home);
  changeLog(dataDir, change);
  return dataDir;
}

/** Changes the log of a stopped installation. */
export function changeLog(dataDir: string, change: (log: LogFile, rows: StoredRow[]) => void): void {
  using log = new LogFile(dataDir);
  change(log, log.rows());
}

/** Returns all events of a stopped installation. */
export function rowsOf(dataDir: string): StoredRow[] {
  using log = new LogFile(dataDir);
  return log.rows();
}

/** Returns the events of a stream, without the namespace. */
export const eventsIn = (rows: readonly StoredRow[], stream: string): StoredRow[] =>
  rows.filter((row) => row.stream === stream);

/** Changes the year of an event's time. */
export function alterTime(log: LogFile, row: StoredRow): void {
  const [at] = /"at":"20../.exec(row.frame.toString('latin1'))!;
  log.replaceText(row, at, '"at":"2001');
}
