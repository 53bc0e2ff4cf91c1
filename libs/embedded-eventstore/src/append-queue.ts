import { setImmediate as nextTick } from 'node:timers/promises';
import type { AppendRequest, CommitResult } from './committer.js';
import type { Log, NewEvent } from './log.js';
import { MAX_APPEND_BYTES, type AppendOutcome, type RejectionReason } from './responses.js';

/** An append that waits in the queue. */
export interface QueuedAppend extends AppendRequest {
  /** Is called once. */
  readonly respond: (outcome: AppendOutcome) => void;
}

/** A group is closed after so many bytes, so that large appends do not delay the others. */
const MAX_GROUP_BYTES = 2 * MAX_APPEND_BYTES;
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/**
 * Queues appends and commits them in groups: the appends that arrive while one group is written to disk are the next group.
 * Each append gets its response after its group is on disk.
 */
export class AppendQueue {
  readonly #log: Log;
  readonly #commit: (group: readonly AppendRequest[]) => Promise<CommitResult>;
  #queue: QueuedAppend[] = [];
  #running: Promise<void> | undefined;
  #isClosed = false;

  constructor(log: Log, commit: (group: readonly AppendRequest[]) => Promise<CommitResult>) {
    this.#log = log;
    this.#commit = commit;
  }

  /** Queues an append. An append that breaks a limit, or comes after `close`, is rejected at once through its `respond`. */
  push(append: QueuedAppend): void {
    const rejected = this.#isClosed ? 'failed' : findRejection(append);
    if (rejected) return append.respond({ rejected });
    this.#queue.push(append);
    this.#running ??= this.#run();
  }

  /** Commits all queued appends and rejects later ones. */
  async close(): Promise<void> {
    this.#isClosed = true;
    await this.#running;
  }

  async #run(): Promise<void> {
    // Lets the other sockets be read first: their appends join the group.
    await nextTick();
    while (this.#queue.length > 0) {
      const group = this.#takeGroup();
      const { outcomes, written } = await this.#commit(group.map(toTransferable));
      this.#log.publish(written);
      for (const [index, append] of group.entries()) append.respond(outcomes[index]!);
    }
    this.#running = undefined;
  }

  #takeGroup(): QueuedAppend[] {
    let bytes = 0;
    let count = 0;
    while (count < this.#queue.length && bytes < MAX_GROUP_BYTES) bytes += sizeOf(this.#queue[count++]!.events);
    return this.#queue.splice(0, count);
  }
}

/** Copies an append's data for another thread: a view of a larger buffer would send all of that buffer. */
function toTransferable({ stream, expected, deadline, events }: QueuedAppend): AppendRequest {
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

/** Returns the size of events as EventStoreDB counts it, in bytes: types as UTF-16. */
export function sizeOf(events: readonly NewEvent[]): number {
  return events.reduce((sum, { type, data, metadata }) => sum + type.length * 2 + data.length + metadata.length, 0);
}

/** Returns why an append can't be accepted; undefined if it can. */
function findRejection({ stream, events }: AppendRequest): RejectionReason | undefined {
  if (stream === '' || events.some(({ id, type }) => type === '' || !UUID.test(id))) return 'malformed';
  // A stream of this name holds another stream's metadata: retention and access rules that this node does not implement.
  if (stream.startsWith('$$')) return 'metadata';
  return sizeOf(events) > MAX_APPEND_BYTES ? 'too large' : undefined;
}
