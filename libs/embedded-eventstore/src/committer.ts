import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { crc32 } from 'node:zlib';
import type { AppendOutcome } from './responses.js';
import { WRITE_STATEMENTS, prepareStatements, type LogEntry } from './log.pages.js';
import type { AppendResult, ExpectedRevision, NewEvent } from './log.js';
import { encodeEventFrame } from './messages.js';

/** An append to write. */
export interface AppendRequest {
  readonly stream: string;
  readonly expected: ExpectedRevision;
  readonly events: readonly NewEvent[];
  /** Unix milliseconds: the append is rejected after it. */
  readonly deadline: number;
}

/** The outcome of each append of a group, and the events that were written. */
export interface CommitResult {
  readonly outcomes: readonly AppendOutcome[];
  readonly written: readonly LogEntry[];
}

interface Head {
  readonly id: number;
  last: number;
}

const MAX_CACHED_HEADS = 10_000;
const SQLITE_FULL = 13;

/** Writes appends to the log. Positions are 1, 2, 3, … without gaps. It caches the ids and last revisions of streams. */
export class Committer {
  readonly #database: DatabaseSync;
  readonly #sql: Record<keyof typeof WRITE_STATEMENTS, StatementSync>;
  readonly #heads = new Map<string, Head>();
  #written: LogEntry[] = [];
  #tail: number;

  constructor(database: DatabaseSync) {
    this.#database = database;
    this.#sql = prepareStatements(database, WRITE_STATEMENTS);
    this.#tail = Number(this.#sql.tail.get()?.['tail']);
  }

  /**
   * Writes a group in one transaction. When it returns, the group is on disk, or, if the disk is full, nothing of it.
   * @throws any other error of the database; then it is unknown what is on disk
   */
  commit(group: readonly AppendRequest[]): CommitResult {
    const created = Date.now();
    this.#written = [];
    try {
      this.#database.exec('BEGIN IMMEDIATE');
      const outcomes = group.map((append) =>
        append.deadline < created ? { rejected: 'too late' as const } : this.#append(append, created),
      );
      this.#database.exec('COMMIT');
      this.#tail += this.#written.length;
      return { outcomes, written: this.#written };
    } catch (error) {
      // A full disk is not fatal: reads still work, and there may be room again later.
      if (((error as { errcode?: number }).errcode ?? 0) % 256 !== SQLITE_FULL) throw error;
      this.#heads.clear();
      if (this.#database.isTransaction) this.#database.exec('ROLLBACK');
      return { outcomes: group.map(() => ({ rejected: 'no room' })), written: [] };
    }
  }

  /** Appends events that are not in the stream yet; a repeated append has the outcome of the first one. */
  #append({ stream, expected, events }: AppendRequest, created: number): AppendResult {
    const head = this.#head(stream);
    const last = head?.last ?? -1;
    if (typeof expected === 'number' || expected === 'noStream') {
      const revision = expected === 'noStream' ? -1 : expected;
      if (revision > last) return { conflict: last };
      if (revision < last) return this.#findRepeatAt(head!, revision, events);
    } else {
      if (expected === 'streamExists' && !head) return { conflict: -1 };
      const repeated = head && events[0] && this.#findRepeat(head, events);
      if (repeated) return repeated;
    }
    return events.length === 0 ? { revision: last, position: undefined } : this.#insert(stream, head, events, created);
  }

  #head(stream: string): Head | undefined {
    const known = this.#heads.get(stream);
    if (known) return known;
    const row = this.#sql.head.get(stream) as { id: number; last: number | null } | undefined;
    return row && this.#cacheHead(stream, { id: row.id, last: row.last ?? -1 });
  }

  #cacheHead(stream: string, head: Head): Head {
    if (this.#heads.size >= MAX_CACHED_HEADS) this.#heads.delete(this.#heads.keys().next().value!);
    this.#heads.set(stream, head);
    return head;
  }

  /** Returns the outcome of an append after revision `after` that the stream already has, event by event; else a conflict. */
  #findRepeatAt(head: Head, after: number, events: readonly NewEvent[]): AppendResult {
    let position: number | undefined;
    for (const [index, event] of events.entries()) {
      const row = this.#sql.at.get(head.id, after + 1 + index) as { id: Uint8Array; position: number } | undefined;
      if (!row || !toBinaryId(event.id).equals(row.id)) return { conflict: head.last };
      position = row.position;
    }
    return position === undefined ? { conflict: head.last } : { revision: after + events.length, position };
  }

  /**
   * Returns the outcome of an append without an expected revision if the stream already has its first event; undefined if not.
   * If an id occurs several times, the first one counts, as on a real server.
   */
  #findRepeat(head: Head, events: readonly NewEvent[]): AppendResult | undefined {
    let found: { revision: number; position: number } | undefined;
    for (const [index, event] of events.entries()) {
      found = this.#sql.withId.get(head.id, toBinaryId(event.id)) as typeof found;
      if (!found) return index === 0 ? undefined : { conflict: head.last };
    }
    return found && { revision: found.revision, position: found.position };
  }

  #insert(stream: string, known: Head | undefined, events: readonly NewEvent[], created: number): AppendResult {
    const head =
      known ?? this.#cacheHead(stream, { id: Number(this.#sql.addStream.run(stream).lastInsertRowid), last: -1 });
    let position = this.#tail + this.#written.length;
    for (const event of events) {
      position++;
      const revision = ++head.last;
      const frame = encodeEventFrame(event, { stream, revision, position, created });
      this.#sql.add.run(position, head.id, revision, toBinaryId(event.id), event.type, frame, crc32(frame));
      this.#written.push({ position, stream, revision, type: event.type, frame });
    }
    return { revision: head.last, position };
  }
}

function toBinaryId(id: string): Buffer {
  return Buffer.from(id.replaceAll('-', ''), 'hex');
}
