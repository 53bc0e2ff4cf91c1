import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { crc32 } from 'node:zlib';
import type { Answer } from './answers.js';
import { WRITE, prepare, type Entry } from './log.pages.js';
import type { Appended, Expected, Proposed } from './log.js';
import { eventFrame } from './messages.js';

/** A complete append. */
export interface Append {
  readonly stream: string;
  readonly expected: Expected;
  readonly events: readonly Proposed[];
  /** Unix milliseconds: not written later than this */
  readonly deadline: number;
}

/** What became of a group: an answer to each of its appends, and what is new in the log. */
export interface Committed {
  readonly answers: readonly Answer[];
  readonly written: readonly Entry[];
}

interface Head {
  readonly id: number;
  last: number;
}

const HEADS = 10_000;
const SQLITE_FULL = 13;

/** Writes to the log. Positions are 1, 2, 3, … without gaps. The heads of the streams last written are held in memory. */
export class Committer {
  readonly #database: DatabaseSync;
  readonly #sql: Record<keyof typeof WRITE, StatementSync>;
  readonly #heads = new Map<string, Head>();
  #written: Entry[] = [];
  #tail: number;

  constructor(database: DatabaseSync) {
    this.#database = database;
    this.#sql = prepare(database, WRITE);
    this.#tail = Number(this.#sql.tail.get()?.['tail']);
  }

  /**
   * Writes a group in one transaction; when it returns, all of it is on disk, or nothing for want of room.
   * @throws what the database says of anything else; then nobody knows what is on disk
   */
  commit(group: readonly Append[]): Committed {
    const created = Date.now();
    this.#written = [];
    try {
      this.#database.exec('BEGIN IMMEDIATE');
      const answers = group.map((append) =>
        append.deadline < created ? { rejected: 'too late' as const } : this.#append(append, created),
      );
      this.#database.exec('COMMIT');
      this.#tail += this.#written.length;
      return { answers, written: this.#written };
    } catch (error) {
      // A full disk is the writers' trouble: reads go on, and there may be room again.
      if (((error as { errcode?: number }).errcode ?? 0) % 256 !== SQLITE_FULL) throw error;
      this.#heads.clear();
      if (this.#database.isTransaction) this.#database.exec('ROLLBACK');
      return { answers: group.map(() => ({ rejected: 'no room' })), written: [] };
    }
  }

  /** Events that are already there are not appended again. */
  #append({ stream, expected, events }: Append, created: number): Appended {
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

  /** A repeat of an append that named no place: its first id decides whether it is one. An id that lies in several places is known by the first, as on a real server. */
  #repeatAnywhere(head: Head, events: readonly Proposed[]): Appended | undefined {
    let found: { revision: number; position: number } | undefined;
    for (const [index, event] of events.entries()) {
      found = this.#sql.withId.get(head.id, binaryId(event.id)) as typeof found;
      if (!found) return index === 0 ? undefined : { conflict: head.last };
    }
    return found && { revision: found.revision, position: found.position };
  }

  #insert(stream: string, known: Head | undefined, events: readonly Proposed[], created: number): Appended {
    const head =
      known ?? this.#remember(stream, { id: Number(this.#sql.addStream.run(stream).lastInsertRowid), last: -1 });
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
}

function binaryId(id: string): Buffer {
  return Buffer.from(id.replaceAll('-', ''), 'hex');
}
