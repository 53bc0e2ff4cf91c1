import { EventEmitter } from 'node:events';
import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { crc32 } from 'node:zlib';
import { newest, PAGE_EVENTS, SQL, take, type Entry } from './log.pages.js';
import { eventFrame } from './messages.js';

/** What a writer says the stream's last revision is. */
export type Expected = number | 'any' | 'noStream' | 'streamExists';

/** An event that wants to be appended. */
export interface Proposed {
  /** in lower case */
  readonly id: string;
  readonly type: string;
  readonly contentType: string;
  readonly metadata: Uint8Array;
  readonly data: Uint8Array;
}

/** Where an append ended (`revision` -1: the stream is still absent), or the last revision (-1: none) that it didn't expect. */
export type Appended = { readonly revision: number; readonly position: number | undefined } | { readonly conflict: number };

/** 1 forwards, -1 backwards. */
export type Direction = 1 | -1;

interface Head {
  readonly id: number;
  last: number;
}

const HEADS = 10_000;
const ALL = Symbol('every append');

/**
 * The events in the order of their commits. Positions are 1, 2, 3, … without gaps; a position is seen only once it is on disk.
 * Of the log only its newest events and the heads of the streams last written are held in memory, both bounded.
 */
export class Log {
  readonly #database: DatabaseSync;
  readonly #sql: Record<keyof typeof SQL, StatementSync>;
  readonly #heads = new Map<string, Head>();
  readonly #changes = new EventEmitter().setMaxListeners(0);
  #recent: Entry[] = [];
  #written: Entry[] = [];
  #tail: number;

  /** Reads the newest events, which a torn write would have hit. The others are checked when they are read. */
  constructor(database: DatabaseSync) {
    this.#database = database;
    this.#sql = Object.fromEntries(Object.entries(SQL).map(([name, sql]) => [name, database.prepare(sql)])) as Record<keyof typeof SQL, StatementSync>;
    this.#tail = Number(this.#sql.tail.get()?.['tail']);
    this.#recent = take(this.#sql.backwards.iterate(this.#tail)).reverse();
  }

  /** The position of the last event, 0 of an empty log. */
  get tail(): number {
    return this.#tail;
  }

  /** The last revision of a stream, -1 if it is absent. */
  last(stream: string): number {
    return this.#head(stream)?.last ?? -1;
  }

  /**
   * Runs `appends` in one transaction; when it returns, all of them are on disk.
   * @throws what the database says; then nothing was written
   */
  commit<T>(appends: () => T): T {
    this.#database.exec('BEGIN IMMEDIATE');
    let result: T;
    try {
      result = appends();
      this.#database.exec('COMMIT');
    } catch (error) {
      this.#written = [];
      this.#heads.clear();
      if (this.#database.isTransaction) this.#database.exec('ROLLBACK');
      throw error;
    }
    this.#publish();
    return result;
  }

  /** Appends inside of {@link commit}. Events that are already there are not appended again. */
  append(stream: string, expected: Expected, events: readonly Proposed[], created: number): Appended {
    const head = this.#head(stream);
    const last = head?.last ?? -1;
    if (typeof expected === 'number' || expected === 'noStream') {
      const place = expected === 'noStream' ? -1 : expected;
      if (place > last) return { conflict: last };
      if (place < last) return this.#repeatAt(head!, place, events);
    } else {
      if (expected === 'streamExists' && !head) return { conflict: -1 };
      const repeated = head && events[0] && this.#repeatAnywhere(head, events);
      if (repeated) return repeated;
    }
    return events.length === 0 ? { revision: last, position: undefined } : this.#insert(stream, head, events, created);
  }

  /** Up to a page of the whole log from `from` (inclusive). */
  page(from: number, direction: Direction): Entry[] {
    const newest = this.#recent[0];
    if (direction === 1 && newest && from >= newest.position) return this.#recent.slice(from - newest.position, from - newest.position + PAGE_EVENTS);
    return take(this.#sql[direction === 1 ? 'forwards' : 'backwards'].iterate(from));
  }

  /** Up to a page of one stream from revision `from` (inclusive). */
  streamPage(stream: string, from: number, direction: Direction): Entry[] {
    const head = this.#head(stream);
    return head ? take(this.#sql[direction === 1 ? 'streamForwards' : 'streamBackwards'].iterate(stream, head.id, from)) : [];
  }

  /** Calls `changed` once after the next append to `stream` (default: to any). Returns how to give it up. */
  onChange(changed: () => void, stream: string | typeof ALL = ALL): () => void {
    const key = eventName(stream);
    this.#changes.once(key, changed);
    return () => void this.#changes.off(key, changed);
  }

  close(): void {
    this.#database.close();
  }

  #head(stream: string): Head | undefined {
    const known = this.#heads.get(stream);
    if (known) return known;
    const row = this.#sql.head.get(stream) as { id: number; last: number | null } | undefined;
    return row && this.#remember(stream, { id: row.id, last: row.last ?? -1 });
  }

  #remember(stream: string, head: Head): Head {
    if (this.#heads.size >= HEADS) this.#heads.delete(this.#heads.keys().next().value!);
    this.#heads.set(stream, head);
    return head;
  }

  /** A repeat of an append at a known place: each event must be the one there. */
  #repeatAt(head: Head, place: number, events: readonly Proposed[]): Appended {
    let position: number | undefined;
    for (const [index, event] of events.entries()) {
      const row = this.#sql.at.get(head.id, place + 1 + index) as { id: Uint8Array; position: number } | undefined;
      if (!row || !binaryId(event.id).equals(row.id)) return { conflict: head.last };
      position = row.position;
    }
    return position === undefined ? { conflict: head.last } : { revision: place + events.length, position };
  }

  /** A repeat of an append that named no place: its first id decides whether it is one. */
  #repeatAnywhere(head: Head, events: readonly Proposed[]): Appended | undefined {
    let found: { revision: number; position: number } | undefined;
    for (const [index, event] of events.entries()) {
      found = this.#sql.withId.get(head.id, binaryId(event.id)) as typeof found;
      if (!found) return index === 0 ? undefined : { conflict: head.last };
    }
    return found && { revision: found.revision, position: found.position };
  }

  #insert(stream: string, known: Head | undefined, events: readonly Proposed[], created: number): Appended {
    const head = known ?? this.#remember(stream, { id: Number(this.#sql.addStream.run(stream).lastInsertRowid), last: -1 });
    let position = this.#tail + this.#written.length;
    for (const event of events) {
      position++;
      const revision = ++head.last;
      const frame = eventFrame(event, { stream, revision, position, created });
      this.#sql.add.run(position, head.id, revision, binaryId(event.id), event.type, frame, crc32(frame));
      this.#written.push({ position, stream, revision, type: event.type, frame });
    }
    return { revision: head.last, position };
  }

  #publish(): void {
    const written = this.#written;
    if (written.length === 0) return;
    this.#written = [];
    this.#tail += written.length;
    this.#recent = newest(this.#recent.concat(written));
    this.#changes.emit(eventName(ALL));
    for (const stream of new Set(written.map((entry) => entry.stream))) this.#changes.emit(eventName(stream));
  }
}

function eventName(stream: string | typeof ALL): string {
  return stream === ALL ? 'all' : `stream ${stream}`;
}

function binaryId(id: string): Buffer {
  return Buffer.from(id.replaceAll('-', ''), 'hex');
}
