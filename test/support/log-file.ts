import { DatabaseSync } from 'node:sqlite';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import streams from '@eventstore/db-client/generated/streams_pb.js';

/** The bytes that precede the message in a gRPC frame: "not compressed", and the length. */
const HEADER_BYTES = 5;

/** An event as the file of the embedded event store has it. */
export interface StoredRow {
  readonly position: number;
  readonly stream: string;
  readonly revision: number;
  readonly type: string;
  readonly frame: Buffer;
}

/** The file of a stopped embedded event store, as somebody with access to the disk changes it. */
export class LogFile {
  private readonly db: DatabaseSync;

  constructor(dataDir: string) {
    this.db = new DatabaseSync(join(dataDir, 'events', 'events.db'));
  }

  [Symbol.dispose](): void {
    this.db.close();
  }

  /** Returns all events in the order of the log; streams are without the namespace. */
  rows(): StoredRow[] {
    const rows = this.db
      .prepare(
        'SELECT position, name AS stream, revision, type, frame FROM events JOIN streams ON streams.id = stream ORDER BY position',
      )
      .all() as unknown as StoredRow[];
    return rows.map((row) => ({
      ...row,
      stream: row.stream.replace(/^rollbook\./, ''),
      frame: Buffer.from(row.frame),
    }));
  }

  /** Replaces the frame at a position, with a right checksum. */
  write(position: number, frame: Uint8Array): void {
    this.db.prepare('UPDATE events SET frame = ?, checksum = ? WHERE position = ?').run(frame, crc32(frame), position);
  }

  /** Replaces a text in the event at a position by one of the same length. */
  replaceText({ position, frame }: StoredRow, from: string, to: string): void {
    const text = frame.toString('latin1');
    if (!text.includes(from) || from.length !== to.length) throw new Error(`${from} can not be replaced by ${to}`);
    this.write(position, Buffer.from(text.replaceAll(from, to), 'latin1'));
  }

  /** Makes the checksum of an event wrong. */
  damage({ position }: StoredRow): void {
    this.db.prepare('UPDATE events SET checksum = (checksum + 1) % 4294967296 WHERE position = ?').run(position);
  }

  /** Removes the event at a position. */
  remove({ position }: StoredRow): void {
    this.db.prepare('DELETE FROM events WHERE position = ?').run(position);
  }

  /** Exchanges the places of two events, also in the events themselves, so that each stays whole but for its position. */
  exchange(one: StoredRow, other: StoredRow): void {
    const update = this.db.prepare('UPDATE events SET position = ? WHERE position = ?');
    update.run(-1, one.position);
    update.run(one.position, other.position);
    update.run(other.position, -1);
    this.write(one.position, moveTo(other.frame, one.position));
    this.write(other.position, moveTo(one.frame, other.position));
  }

  /** Files an event under another stream (with its namespace), which the event itself does not name. */
  moveToStream({ position }: StoredRow, stream: string): void {
    const { lastInsertRowid } = this.db.prepare('INSERT INTO streams (name) VALUES (?)').run(stream);
    this.db.prepare('UPDATE events SET stream = ? WHERE position = ?').run(lastInsertRowid, position);
  }
}

/** Returns a frame with another position in the log. */
function moveTo(frame: Buffer, position: number): Buffer {
  const message = streams.ReadResp.deserializeBinary(frame.subarray(HEADER_BYTES));
  const event = message.getEvent()!;
  event.setCommitPosition(String(position));
  event.getEvent()!.setCommitPosition(String(position));
  event.getEvent()!.setPreparePosition(String(position));
  const bytes = Buffer.from(message.serializeBinary());
  const header = Buffer.alloc(HEADER_BYTES);
  header.writeUInt32BE(bytes.length, 1);
  return Buffer.concat([header, bytes]);
}
