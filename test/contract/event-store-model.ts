/** A minimal model of an EventStoreDB without deletions, to compare a node with. Positions start at 1. */

export type Expected = number | 'any' | 'no_stream' | 'stream_exists';

export interface Entry {
  readonly position: number;
  readonly stream: string;
  readonly revision: number;
  readonly id: string;
  readonly type: string;
}

export type Appended = { readonly revision: number; readonly position: number } | { readonly conflict: number };

export class Model {
  readonly log: Entry[] = [];

  stream(name: string): Entry[] {
    return this.log.filter(({ stream }) => stream === name);
  }

  append(stream: string, expected: Expected, events: readonly { id: string; type: string }[]): Appended {
    const stored = this.stream(stream);
    const last = stored.length - 1;
    const conflict = { conflict: last };
    if (expected === 'any' || expected === 'stream_exists') {
      if (expected === 'stream_exists' && last < 0) return conflict;
      const known = events.map(({ id }) => stored.find((entry) => entry.id === id));
      if (known[0]) return known.every((entry) => entry !== undefined) ? known.at(-1)! : conflict;
    } else {
      const revision = expected === 'no_stream' ? -1 : expected;
      if (revision > last) return conflict;
      if (revision < last) {
        const written = stored.slice(revision + 1, revision + 1 + events.length);
        return written.length === events.length && written.every(({ id }, index) => id === events[index]!.id)
          ? written.at(-1)!
          : conflict;
      }
    }
    events.forEach(({ id, type }, index) =>
      this.log.push({ position: this.log.length + 1, stream, revision: last + 1 + index, id, type }),
    );
    return this.log.at(-1)!;
  }

  /** Returns the events that a read gives; `undefined` if the stream does not exist. */
  readStream(stream: string, { backwards, from, count }: Reading): Entry[] | undefined {
    const stored = this.stream(stream);
    if (stored.length === 0) return undefined;
    return backwards
      ? stored
          .filter(({ revision }) => from === undefined || revision <= from)
          .toReversed()
          .slice(0, count)
      : stored.filter(({ revision }) => from === undefined || revision >= from).slice(0, count);
  }

  readAll({ backwards, from, count }: Reading): Entry[] {
    return backwards
      ? this.log
          .filter(({ position }) => from === undefined || position < from)
          .toReversed()
          .slice(0, count)
      : this.log.filter(({ position }) => from === undefined || position >= from).slice(0, count);
  }

  /** Returns the events that a subscription has received once it is caught up. */
  follow({ from = 0, stream, streamPrefix = '', typePattern = '' }: Following): Entry[] {
    const type = new RegExp(typePattern);
    return stream === undefined
      ? this.log.filter(
          (entry) => entry.position > from && entry.stream.startsWith(streamPrefix) && type.test(entry.type),
        )
      : this.stream(stream).filter(({ revision }) => revision >= from);
  }
}

export interface Reading {
  readonly backwards: boolean;
  /** A revision or a position; `undefined`: the start, or backwards the end. */
  readonly from: number | undefined;
  readonly count: number;
}

/** A subscription to a stream, after the revision `from` - 1, or to the whole log, after the position `from`, with at most one filter. */
export interface Following {
  readonly from?: number | undefined;
  readonly stream?: string | undefined;
  readonly streamPrefix?: string | undefined;
  readonly typePattern?: string | undefined;
}
