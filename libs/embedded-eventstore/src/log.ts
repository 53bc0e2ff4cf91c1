import { EventEmitter } from 'node:events';
import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { newest, PAGE_EVENTS, prepare, READ, take, type Entry } from './log.pages.js';

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
export type Appended =
  { readonly revision: number; readonly position: number | undefined } | { readonly conflict: number };

/** 1 forwards, -1 backwards. */
export type Direction = 1 | -1;

const ALL = Symbol('every append');

/**
 * The events in the order of their commits, for those who read them: each is seen only once it is on disk.
 * Only the newest are held in memory.
 */
export class Log {
  readonly #database: DatabaseSync;
  readonly #sql: Record<keyof typeof READ, StatementSync>;
  readonly #changes = new EventEmitter().setMaxListeners(0);
  #recent: readonly Entry[];
  #tail: number;

  /** Reads the newest events, which a torn write would have hit. The others are checked when they are read. */
  constructor(database: DatabaseSync) {
    this.#database = database;
    this.#sql = prepare(database, READ);
    this.#recent = take(this.#sql.backwards.iterate(Number.MAX_SAFE_INTEGER)).toReversed();
    this.#tail = this.#recent.at(-1)?.position ?? 0;
  }

  /** The position of the last event, 0 of an empty log. */
  get tail(): number {
    return this.#tail;
  }

  /** The last revision of a stream, -1 if it is absent. */
  last(stream: string): number {
    return this.#head(stream)?.last ?? -1;
  }

  /** Up to a page of the whole log from `from` (inclusive). */
  page(from: number, direction: Direction): readonly Entry[] {
    const newest = this.#recent[0];
    if (direction === 1 && newest && from >= newest.position)
      return this.#recent.slice(from - newest.position, from - newest.position + PAGE_EVENTS);
    return take(this.#sql[direction === 1 ? 'forwards' : 'backwards'].iterate(from));
  }

  /** Up to a page of one stream from revision `from` (inclusive). */
  streamPage(stream: string, from: number, direction: Direction): Entry[] {
    const head = this.#head(stream);
    return head
      ? take(this.#sql[direction === 1 ? 'streamForwards' : 'streamBackwards'].iterate(stream, head.id, from))
      : [];
  }

  /** Calls `changed` once after the next append to `stream` (default: to any). Returns how to give it up. */
  onChange(changed: () => void, stream: string | typeof ALL = ALL): () => void {
    const key = eventName(stream);
    this.#changes.once(key, changed);
    return () => void this.#changes.off(key, changed);
  }

  /** Tells those who wait of events that were written. */
  publish(written: readonly Entry[]): void {
    if (written.length === 0) return;
    this.#tail += written.length;
    this.#recent = newest(this.#recent.concat(written));
    this.#changes.emit(eventName(ALL));
    for (const stream of new Set(written.map((entry) => entry.stream))) this.#changes.emit(eventName(stream));
  }

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
