import { DatabaseSync } from 'node:sqlite';
import { crc32 } from 'node:zlib';
import streams from '@eventstore/db-client/generated/streams_pb.js';
import { toRawEvent, type RawEvent } from '../../libs/event-store/src/raw-event.js';
import { encodeEventFrame } from '../../libs/embedded-eventstore/src/messages.js';
import { openLogFile } from '../../libs/embedded-eventstore/src/log.file.js';

/** The bytes that precede the message in a gRPC frame: "not compressed", and the length. */
const HEADER_BYTES = 5;

/** An event in the log's file: the columns of its row, and the event that readers get. */
export interface LogRow {
  readonly position: number;
  /** With the namespace. */
  readonly stream: string;
  readonly revision: number;
  readonly type: string;
  readonly event: RawEvent;
}

/** The events of a log's file, in the order of the log. */
export function readLogRows(directory: string): LogRow[] {
  const db = openLogFile(directory);
  const rows = db
    .prepare(
      'SELECT position, name AS stream, revision, type, frame FROM events JOIN streams ON streams.id = stream ORDER BY position',
    )
    .all() as unknown as (Omit<LogRow, 'event'> & { frame: Uint8Array })[];
  db.close();
  return rows.map(({ frame, ...columns }) => {
    const message = streams.ReadResp.deserializeBinary(frame.subarray(HEADER_BYTES));
    return { ...columns, event: toRawEvent(message.getEvent()!)! };
  });
}

/** Writes a log's file in memory, with right checksums. Of two rows in the same place, the later one counts. */
export function writeLogRows(rows: readonly LogRow[]): DatabaseSync {
  const db = new DatabaseSync(':memory:');
  db.exec(`
    CREATE TABLE streams (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE) STRICT;
    CREATE TABLE events (position INTEGER PRIMARY KEY, stream INTEGER NOT NULL, revision INTEGER NOT NULL, id BLOB NOT NULL, type TEXT NOT NULL, frame BLOB NOT NULL, checksum INTEGER) STRICT;
    CREATE UNIQUE INDEX by_revision ON events (stream, revision);
    BEGIN;
  `);
  const addStream = db.prepare('INSERT OR IGNORE INTO streams (name) VALUES (?)');
  const add = db.prepare(
    "INSERT OR REPLACE INTO events (position, stream, revision, id, type, frame, checksum) VALUES (?, (SELECT id FROM streams WHERE name = ?), ?, x'', ?, ?, ?)",
  );
  for (const { position, stream, revision, type, event } of rows) {
    const at = { stream: event.streamId, revision: event.revision, position: event.position, created: 0 };
    const frame = encodeEventFrame(event, at);
    addStream.run(stream);
    add.run(position, stream, revision, type, frame, crc32(frame));
  }
  db.exec('COMMIT');
  return db;
}

/** Whole numbers from 0, chosen at random. Each change takes what it needs modulo the number of choices. */
export type Choices = readonly [number, number, number, number];

/** Returns the rows after a change, as somebody with access to the file makes it. */
type Change = (rows: readonly LogRow[], choices: Choices) => LogRow[];

const pick = <T>(items: readonly T[], choice: number): T => items[choice % items.length]!;
const replaceAt = (rows: readonly LogRow[], index: number, row: LogRow): LogRow[] => rows.with(index, row);

/** Changes the event of the row that the first choice names. */
const alter =
  (change: (event: RawEvent, choices: Choices, rows: readonly LogRow[]) => Partial<RawEvent>): Change =>
  (rows, choices) => {
    const index = choices[0] % rows.length;
    const row = rows[index]!;
    return replaceAt(rows, index, { ...row, event: { ...row.event, ...change(row.event, choices, rows) } });
  };

function flipBits(bytes: Uint8Array, at: number, mask: number): Uint8Array {
  if (bytes.length === 0) return Buffer.from('{}');
  const changed = Buffer.from(bytes);
  changed[at % bytes.length]! ^= 1 + (mask % 255);
  return changed;
}

const editText = (bytes: Uint8Array, edit: (text: string) => string): Uint8Array =>
  Buffer.from(edit(Buffer.from(bytes).toString('latin1')), 'latin1');

/** Returns a row at the end of the log, and at the end of a stream. */
function place(rows: readonly LogRow[], stream: string, event: RawEvent): LogRow {
  const position = rows.at(-1)!.position + 1;
  const revision = Math.max(-1, ...rows.filter((row) => row.stream === stream).map((row) => row.revision)) + 1;
  const { type } = event;
  return { position, stream, revision, type, event: { ...event, streamId: stream, revision, position } };
}

const newId = (choice: number): string => `00000000-0000-4000-8000-${String(choice % 1e12).padStart(12, '0')}`;

/** The changes of the log's file, by name. */
export const logChanges = {
  'alter a byte of the data': alter((event, [, at, mask]) => ({ data: flipBits(event.data, at, mask) })),
  'alter a byte of the metadata': alter((event, [, at, mask]) => ({ metadata: flipBits(event.metadata, at, mask) })),
  'alter the type': alter((_, [, other], rows) => ({ type: pick(rows, other).event.type })),
  'alter the id': alter((_, [, other]) => ({ id: newId(other) })),
  'alter the revision': alter(({ revision }, [, by]) => ({ revision: Math.max(0, revision + (by % 5) - 2) })),
  'alter the position': alter(({ position }, [, by]) => ({ position: Math.max(1, position + (by % 41) - 20) })),
  'alter the stream': alter((_, [, other], rows) => ({ streamId: pick(rows, other).stream })),
  'alter the content type': alter(() => ({ contentType: 'application/octet-stream' })),
  'remove the MAC': alter(({ metadata }) => ({
    metadata: editText(metadata, (text) => text.replace(/,"generation".*/, '}')),
  })),
  'alter the number of the generation': alter(({ metadata }, [, number]) => ({
    metadata: editText(metadata, (text) => text.replace(/"generation":\d+/, `"generation":${number % 4}`)),
  })),
  'alter the previous revision': alter(({ metadata }, [, number]) => ({
    metadata: editText(metadata, (text) => text.replace(/"previous":-?\d+/, `"previous":${(number % 6) - 1}`)),
  })),
  'exchange data and metadata of two events': (rows, [first, second]) => {
    const [one, two] = [first % rows.length, second % rows.length];
    const { data, metadata } = rows[one]!.event;
    const { data: otherData, metadata: otherMetadata } = rows[two]!.event;
    const changed = replaceAt(rows, one, {
      ...rows[one]!,
      event: { ...rows[one]!.event, data: otherData, metadata: otherMetadata },
    });
    return replaceAt(changed, two, { ...rows[two]!, event: { ...rows[two]!.event, data, metadata } });
  },
  'exchange two events': (rows, [first, second]) => {
    const [one, two] = [first % rows.length, second % rows.length];
    const changed = replaceAt(rows, one, { ...rows[one]!, event: rows[two]!.event });
    return replaceAt(changed, two, { ...rows[two]!, event: rows[one]!.event });
  },
  'exchange the positions of two events': (rows, [first, second]) => {
    const [one, two] = [first % rows.length, second % rows.length];
    const moveTo = (row: LogRow, { position }: LogRow) => ({ ...row, position, event: { ...row.event, position } });
    const changed = replaceAt(rows, one, moveTo(rows[two]!, rows[one]!));
    return one === two ? changed : replaceAt(changed, two, moveTo(rows[one]!, rows[two]!));
  },
  'replace an event by another of the log': (rows, [first, second]) => {
    const [one, { event }] = [first % rows.length, pick(rows, second)];
    const { stream: streamId, revision, position } = rows[one]!;
    return replaceAt(rows, one, { ...rows[one]!, type: event.type, event: { ...event, streamId, revision, position } });
  },
  'remove an event': (rows, [index]) => rows.toSpliced(index % rows.length, 1),
  'remove an event and close the gap': (rows, [choice]) => {
    const index = choice % rows.length;
    const closeGap = (row: LogRow) => ({
      ...row,
      position: row.position - 1,
      event: { ...row.event, position: row.position - 1 },
    });
    return rows.toSpliced(index, Infinity, ...rows.slice(index + 1).map(closeGap));
  },
  'move an event to another namespace': (rows, [choice]) => {
    const index = choice % rows.length;
    return replaceAt(rows, index, { ...rows[index]!, stream: 'elsewhere', revision: index });
  },
  'move an event to another stream': (rows, [choice, other, how]) => {
    const index = choice % rows.length;
    const row = rows[index]!;
    const { stream, revision, event } = place(rows, pick(rows, other).stream, row.event);
    // The event itself names the new stream or not.
    const moved = how % 2 ? { ...event, position: row.position } : row.event;
    return replaceAt(rows, index, { ...row, stream, revision, event: moved });
  },
  'move the events of a stream to another namespace': (rows, [choice]) => {
    const { stream } = pick(rows, choice);
    return rows.map((row) => (row.stream === stream ? { ...row, stream: `elsewhere.${stream}` } : row));
  },
  'append a copy of an event': (rows, [choice, other, id]) => {
    const { event } = pick(rows, choice);
    return [...rows, place(rows, pick(rows, other).stream, id % 2 ? event : { ...event, id: newId(id) })];
  },
  'append a forged event': (rows, [data, type, other]) => {
    const { event } = pick(rows, data);
    const metadata = editText(event.metadata, (text) => text.replace(/,"generation".*/, '}'));
    return [...rows, place(rows, pick(rows, other).stream, { ...event, type: pick(rows, type).event.type, metadata })];
  },
  'begin a stream with a copy of an event': (rows, [choice]) => {
    const { event, stream } = pick(rows, choice);
    return [...rows, place(rows, stream.replace(/-.*/, '-00000000-0000-4000-8000-000000000000'), event)];
  },
  'cut off the end': (rows, [count]) => rows.slice(0, -1 - (count % 5)),
  'alter the column of the type': (rows, [choice, other]) => {
    const index = choice % rows.length;
    return replaceAt(rows, index, { ...rows[index]!, type: pick(rows, other).type });
  },
} satisfies Record<string, Change>;

export type LogChange = keyof typeof logChanges;
