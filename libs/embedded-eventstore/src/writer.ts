import { MAXIMUM_APPEND_SIZE, type Answer } from './answers.js';
import type { Expected, Log, Proposed } from './log.js';

/** A complete append that waits for its turn. */
export interface Append {
  readonly stream: string;
  readonly expected: Expected;
  readonly events: readonly Proposed[];
  /** Unix milliseconds: not written later than this */
  readonly deadline: number;
  readonly answer: (answer: Answer) => void;
}

/** Bytes after which a group is closed, so that large appends don't hold up the rest. */
const GROUP_BYTES = 2 * MAXIMUM_APPEND_SIZE;
const SQLITE_FULL = 13;
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/**
 * Writes appends in groups: those that arrive while one group is synced to disk make the next, which is never delayed.
 * Each append is answered once, after its group is on disk.
 */
export class Writer {
  readonly #log: Log;
  readonly #fail: (error: Error) => void;
  #waiting: Append[] = [];
  #scheduled = false;
  #closed = false;

  /** @param fail hears of an error after which nobody knows what is on disk: the node must stop */
  constructor(log: Log, fail: (error: Error) => void) {
    this.#log = log;
    this.#fail = fail;
  }

  push(append: Append): void {
    const rejected = this.#closed ? 'failed' : reject(append);
    if (rejected) return append.answer({ rejected });
    this.#waiting.push(append);
    if (this.#scheduled) return;
    this.#scheduled = true;
    // After the other sockets were read.
    setImmediate(() => this.#run());
  }

  /** Writes all that waits, and nothing after it. */
  close(): void {
    this.#closed = true;
    while (this.#waiting.length > 0) this.#writeGroup();
  }

  #run(): void {
    this.#scheduled = this.#waiting.length > 0;
    if (!this.#scheduled) return;
    this.#writeGroup();
    setImmediate(() => this.#run());
  }

  #writeGroup(): void {
    const group = this.#nextGroup();
    const created = Date.now();
    let answers: Answer[];
    try {
      answers = this.#log.commit(() =>
        group.map(({ stream, expected, events, deadline }) => (deadline < created ? { rejected: 'too late' as const } : this.#log.append(stream, expected, events, created))),
      );
    } catch (error) {
      answers = group.map(() => ({ rejected: 'failed' as const }));
      // A full disk is the writers' trouble: nothing was written, reads go on, and there may be room again.
      if (((error as { errcode?: number }).errcode ?? 0) % 256 !== SQLITE_FULL) this.#fail(error as Error);
    }
    for (const [index, append] of group.entries()) append.answer(answers[index]!);
  }

  #nextGroup(): Append[] {
    let bytes = 0;
    let size = 0;
    while (size < this.#waiting.length && bytes < GROUP_BYTES) bytes += sizeOf(this.#waiting[size++]!.events);
    return this.#waiting.splice(0, size);
  }
}

/** The bytes that EventStoreDB counts: types in UTF-16. */
export function sizeOf(events: readonly Proposed[]): number {
  return events.reduce((sum, { type, data, metadata }) => sum + type.length * 2 + data.length + metadata.length, 0);
}

function reject({ stream, events }: Append): 'too large' | 'malformed' | undefined {
  if (stream === '' || events.some(({ id, type }) => type === '' || !UUID.test(id))) return 'malformed';
  return sizeOf(events) > MAXIMUM_APPEND_SIZE ? 'too large' : undefined;
}
