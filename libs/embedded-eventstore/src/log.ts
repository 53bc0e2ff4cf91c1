import { EventEmitter } from 'node:events';
import type { DatabaseSync, StatementSync } from 'node:sqlite';
import {
  keepNewest,
  MAX_PAGE_EVENTS,
  prepareStatements,
  READ_STATEMENTS,
  readPage,
  type LogEntry,
} from './log.pages.js';

/** The last revision of the stream that an append expects. */
export type ExpectedRevision = number | 'any' | 'noStream' | 'streamExists';

/** An event to append. */
export interface NewEvent {
  /** UUID in lower case. */
  readonly id: string;
  readonly type: string;
  readonly contentType: string;
  readonly metadata: Uint8Array;
  readonly data: Uint8Array;
}

/** The place of an append's last event (`revision` -1: still no stream), or the revision with which it conflicts (-1: no stream). */
export type AppendResult =
  { readonly revision: number; readonly position: number | undefined } | { readonly conflict: number };

/** 1 forwards, -1 backwards. */
export type Direction = 1 | -1;

const ALL = Symbol('all streams');

/** The log for readers: events in the order of their commits, visible once they are on disk. It caches the newest events. */
export class Log {
  readonly #database: DatabaseSync;
  readonly #sql: Record<keyof typeof READ_STATEMENTS, StatementSync>;
  readonly #changes = new EventEmitter().setMaxListeners(0);
  #recent: readonly LogEntry[];
  #tail: number;

  /** Reads and checks the newest events, which a torn write would have damaged. Others are checked when they are read. */
  constructor(database: DatabaseSync) {
    this.#database = database;
    this.#sql = prepareStatements(database, READ_STATEMENTS);
    this.#recent = readPage(this.#sql.backwards.iterate(Number.MAX_SAFE_INTEGER)).toReversed();
    this.#tail = this.#recent.at(-1)?.position ?? 0;
  }

  /** The position of the last event; 0 if the log is empty. */
  get lastPosition(): number {
    return this.#tail;
  }

  /** Returns the last revision of a stream; -1 if it does not exist. */
  lastRevision(stream: string): number {
    return this.#head(stream)?.last ?? -1;
  }

  /** Reads one page of the log, starting with position `from`. */
  readPage(from: number, direction: Direction): readonly LogEntry[] {
    const newest = this.#recent[0];
    if (direction === 1 && newest && from >= newest.position) {
      let start = Math.min(from - newest.position, this.#recent.length);
      // Positions have a gap where an event was removed from the file.
      while (start > 0 && this.#recent[start - 1]!.position >= from) start--;
      return this.#recent.slice(start, start + MAX_PAGE_EVENTS);
    }
    return readPage(this.#sql[direction === 1 ? 'forwards' : 'backwards'].iterate(from));
  }

  /** Reads one page of a stream, starting with revision `from`. */
  readStreamPage(stream: string, from: number, direction: Direction): LogEntry[] {
    const head = this.#head(stream);
    return head
      ? readPage(this.#sql[direction === 1 ? 'streamForwards' : 'streamBackwards'].iterate(stream, head.id, from))
      : [];
  }

  /** Calls `listener` once after the next append to `stream` (default: to any). Returns a function that removes the listener. */
  onNextAppend(listener: () => void, stream: string | typeof ALL = ALL): () => void {
    const key = eventName(stream);
    this.#changes.once(key, listener);
    return () => void this.#changes.off(key, listener);
  }

  /** Makes written events visible and calls the listeners. */
  publish(written: readonly LogEntry[]): void {
    if (written.length === 0) return;
    this.#tail += written.length;
    this.#recent = keepNewest(this.#recent.concat(written));
    this.#changes.emit(eventName(ALL));
    for (const stream of new Set(written.map((entry) => entry.stream))) this.#changes.emit(eventName(stream));
  }

  /** Closes the database connection of the readers. */
  close(): void {
    this.#database.close();
  }

  #head(stream: string): { id: number; last: number } | undefined {
    return this.#sql.head.get(stream) as { id: number; last: number } | undefined;
  }
}

function eventName(stream: string | typeof ALL): string {
  return stream === ALL ? 'all' : `stream ${stream}`;
}
