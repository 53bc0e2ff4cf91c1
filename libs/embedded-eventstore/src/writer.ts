import { setImmediate as nextTurn } from 'node:timers/promises';
import { MAXIMUM_APPEND_SIZE, type Answer, type Rejection } from './answers.js';
import type { Append, Committed } from './committer.js';
import type { Log, Proposed } from './log.js';

/** A complete append that waits for its turn. */
export interface Waiting extends Append {
  readonly answer: (answer: Answer) => void;
}

/** Bytes after which a group is closed, so that large appends don't hold up the rest. */
const GROUP_BYTES = 2 * MAXIMUM_APPEND_SIZE;
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/**
 * Has appends written in groups: those that arrive while one group is synced to disk make the next, which is never delayed.
 * Each append is answered once, after its group is on disk.
 */
export class Writer {
  readonly #log: Log;
  readonly #commit: (group: readonly Append[]) => Promise<Committed>;
  #waiting: Waiting[] = [];
  #running: Promise<void> | undefined;
  #closed = false;

  constructor(log: Log, commit: (group: readonly Append[]) => Promise<Committed>) {
    this.#log = log;
    this.#commit = commit;
  }

  push(append: Waiting): void {
    const rejected = this.#closed ? 'failed' : reject(append);
    if (rejected) return append.answer({ rejected });
    this.#waiting.push(append);
    this.#running ??= this.#run();
  }

  /** Writes all that waits, and nothing after it. */
  async close(): Promise<void> {
    this.#closed = true;
    await this.#running;
  }

  async #run(): Promise<void> {
    // After the other sockets were read.
    await nextTurn();
    while (this.#waiting.length > 0) {
      const group = this.#nextGroup();
      const { answers, written } = await this.#commit(group.map(posted));
      this.#log.publish(written);
      for (const [index, append] of group.entries()) append.answer(answers[index]!);
    }
    this.#running = undefined;
  }

  #nextGroup(): Waiting[] {
    let bytes = 0;
    let size = 0;
    while (size < this.#waiting.length && bytes < GROUP_BYTES) bytes += sizeOf(this.#waiting[size++]!.events);
    return this.#waiting.splice(0, size);
  }
}

/** As it goes to another thread. What is a part of a larger buffer would take all of that along. */
function posted({ stream, expected, deadline, events }: Waiting): Append {
  return {
    stream,
    expected,
    deadline,
    events: events.map((event) => ({
      ...event,
      data: new Uint8Array(event.data),
      metadata: new Uint8Array(event.metadata),
    })),
  };
}

/** The bytes that EventStoreDB counts: types in UTF-16. */
export function sizeOf(events: readonly Proposed[]): number {
  return events.reduce((sum, { type, data, metadata }) => sum + type.length * 2 + data.length + metadata.length, 0);
}

function reject({ stream, events }: Append): Rejection | undefined {
  if (stream === '' || events.some(({ id, type }) => type === '' || !UUID.test(id))) return 'malformed';
  // A stream's metadata are a stream of this name; what it says of retention and access would never be done.
  if (stream.startsWith('$$')) return 'metadata';
  return sizeOf(events) > MAXIMUM_APPEND_SIZE ? 'too large' : undefined;
}
