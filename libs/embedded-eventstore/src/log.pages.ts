import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { crc32 } from 'node:zlib';

/** The most events in a page. */
export const MAX_PAGE_EVENTS = 256;
const MAX_PAGE_BYTES = 1024 * 1024;

/** A stored event. `frame` is the gRPC message that readers get. */
export interface LogEntry {
  readonly position: number;
  readonly stream: string;
  readonly revision: number;
  readonly type: string;
  readonly frame: Uint8Array;
}

const HEAD =
  'SELECT id, (SELECT max(revision) FROM events WHERE stream = streams.id) AS last FROM streams WHERE name = ?';

/** The statements of readers. CROSS JOIN makes SQLite read the events in order. */
export const READ_STATEMENTS = {
  head: HEAD,
  forwards:
    'SELECT position, name AS stream, revision, type, frame, checksum FROM events CROSS JOIN streams ON streams.id = stream WHERE position >= ? ORDER BY position',
  backwards:
    'SELECT position, name AS stream, revision, type, frame, checksum FROM events CROSS JOIN streams ON streams.id = stream WHERE position <= ? ORDER BY position DESC',
  streamForwards:
    'SELECT position, ? AS stream, revision, type, frame, checksum FROM events WHERE stream = ? AND revision >= ? ORDER BY revision',
  streamBackwards:
    'SELECT position, ? AS stream, revision, type, frame, checksum FROM events WHERE stream = ? AND revision <= ? ORDER BY revision DESC',
};

/** The statements of the writer. */
export const WRITE_STATEMENTS = {
  head: HEAD,
  tail: 'SELECT coalesce(max(position), 0) AS tail FROM events',
  at: 'SELECT id, position FROM events WHERE stream = ? AND revision = ?',
  withId: 'SELECT revision, position FROM events WHERE stream = ? AND id = ? ORDER BY position LIMIT 1',
  addStream: 'INSERT INTO streams (name) VALUES (?)',
  add: 'INSERT INTO events (position, stream, revision, id, type, frame, checksum) VALUES (?, ?, ?, ?, ?, ?, ?)',
};

/** Prepares SQL statements and returns them by name. */
export function prepareStatements<Name extends string>(
  database: DatabaseSync,
  statements: Record<Name, string>,
): Record<Name, StatementSync> {
  return Object.fromEntries(
    Object.entries<string>(statements).map(([name, sql]) => [name, database.prepare(sql)]),
  ) as Record<Name, StatementSync>;
}

/** An event's checksum is wrong: the log can't be trusted any more. */
class DamagedEvent extends Error {
  /** SQLITE_CORRUPT, like damage that SQLite finds itself. */
  readonly errcode = 11;
}

/**
 * Reads one page of events from the rows of a query: it ends after 256 events or once it has 1 MiB (one event can have 1 MiB).
 * @throws DamagedEvent if an event's checksum is wrong
 */
export function readPage(rows: Iterable<unknown>): LogEntry[] {
  const page: LogEntry[] = [];
  let bytes = 0;
  for (const row of rows as Iterable<LogEntry & { checksum: number | null }>) {
    // In a damaged file the column can hold a number or nothing instead of bytes.
    const isWhole = row.frame instanceof Uint8Array && (row.checksum === null || row.checksum === crc32(row.frame));
    if (!isWhole) throw new DamagedEvent(`the event at position ${row.position} is damaged`);
    page.push(row);
    bytes += row.frame.length;
    if (page.length === MAX_PAGE_EVENTS || bytes >= MAX_PAGE_BYTES) break;
  }
  return page;
}

/** Returns the newest of these events: four pages (1024 events or 4 MiB) at most. The caller caches them for live subscriptions. */
export function keepNewest(entries: LogEntry[]): LogEntry[] {
  let bytes = 0;
  let from = entries.length;
  while (from > 0 && entries.length - from < 4 * MAX_PAGE_EVENTS && bytes < 4 * MAX_PAGE_BYTES)
    bytes += entries[--from]!.frame.length;
  return from === 0 ? entries : entries.slice(from);
}
