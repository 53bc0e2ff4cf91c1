import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { crc32 } from 'node:zlib';

/** The most events in a page. */
export const PAGE_EVENTS = 256;
const PAGE_BYTES = 1024 * 1024;

/** A stored event; `frame` is the gRPC message that shows it to a reader. */
export interface Entry {
  readonly position: number;
  readonly stream: string;
  readonly revision: number;
  readonly type: string;
  readonly frame: Uint8Array;
}

const HEAD =
  'SELECT id, (SELECT max(revision) FROM events WHERE stream = streams.id) AS last FROM streams WHERE name = ?';

/** Those who read; CROSS JOIN keeps SQLite at reading events in order. */
export const READ = {
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

/** Those who write. */
export const WRITE = {
  head: HEAD,
  tail: 'SELECT coalesce(max(position), 0) AS tail FROM events',
  at: 'SELECT id, position FROM events WHERE stream = ? AND revision = ?',
  withId: 'SELECT revision, position FROM events WHERE stream = ? AND id = ? ORDER BY position LIMIT 1',
  addStream: 'INSERT INTO streams (name) VALUES (?)',
  add: 'INSERT INTO events (position, stream, revision, id, type, frame, checksum) VALUES (?, ?, ?, ?, ?, ?, ?)',
};

/** Prepares each of some statements. */
export function prepare<Name extends string>(
  database: DatabaseSync,
  statements: Record<Name, string>,
): Record<Name, StatementSync> {
  return Object.fromEntries(
    Object.entries<string>(statements).map(([name, sql]) => [name, database.prepare(sql)]),
  ) as Record<Name, StatementSync>;
}

/** An event that is not as it was written: of the whole log nobody can be sure any more. */
class DamagedEvent extends Error {
  /** SQLITE_CORRUPT, as of the damage that SQLite finds itself. */
  readonly errcode = 11;
}

/**
 * A page ends by number and by bytes: events may be of 1 MiB.
 * @throws DamagedEvent
 */
export function take(rows: Iterable<unknown>): Entry[] {
  const page: Entry[] = [];
  let bytes = 0;
  for (const row of rows as Iterable<Entry & { checksum: number | null }>) {
    // Damage can make a number or nothing of what was written as bytes.
    const isWhole = row.frame instanceof Uint8Array && (row.checksum === null || row.checksum === crc32(row.frame));
    if (!isWhole) throw new DamagedEvent(`the event at position ${row.position} is damaged`);
    page.push(row);
    bytes += row.frame.length;
    if (page.length === PAGE_EVENTS || bytes >= PAGE_BYTES) break;
  }
  return page;
}

/** The newest events, that live subscriptions share: at least a page of them if they are small. */
export function newest(entries: Entry[]): Entry[] {
  let bytes = 0;
  let from = entries.length;
  while (from > 0 && entries.length - from < 4 * PAGE_EVENTS && bytes < 4 * PAGE_BYTES)
    bytes += entries[--from]!.frame.length;
  return from === 0 ? entries : entries.slice(from);
}
