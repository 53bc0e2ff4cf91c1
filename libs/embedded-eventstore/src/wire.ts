/**
 * As much of Protocol Buffers' wire format as EventStoreDB's messages use: varints and length-delimited fields.
 * A library would decode into objects what is only passed on here: the stored bytes of an event are what readers get.
 */

const VARINT = 0;
const DOUBLE_WORD = 1;
const DELIMITED = 2;
const WORD = 5;

/** Calls `visit` for each varint (`number`, at most `Number.MAX_SAFE_INTEGER`) and each delimited field (`bytes`, a view) of a message. */
export function decode(message: Uint8Array, visit: (field: number, bytes: Buffer, number: number) => void): void {
  const buffer = Buffer.from(message.buffer, message.byteOffset, message.byteLength);
  let at = 0;
  const varint = (): number => {
    let value = 0;
    for (let factor = 1; ; factor *= 128) {
      const byte = buffer[at++];
      if (byte === undefined) throw new RangeError('a truncated message');
      value += (byte & 127) * factor;
      if (byte < 128) return Math.min(value, Number.MAX_SAFE_INTEGER);
    }
  };
  while (at < buffer.length) {
    const tag = varint();
    const [field, type] = [Math.floor(tag / 8), tag % 8];
    if (type === VARINT) visit(field, EMPTY, varint());
    else if (type === WORD) at += 4;
    else if (type === DOUBLE_WORD) at += 8;
    else if (type === DELIMITED) {
      const end = varint() + at;
      if (end > buffer.length) throw new RangeError('a truncated message');
      visit(field, buffer.subarray(at, end), 0);
      at = end;
    } else throw new RangeError(`a field of wire type ${type}`);
  }
}

/** A message without fields. */
export const EMPTY = Buffer.alloc(0);

/**
 * Writes one message from its last byte to its first, so that every length is known when it is written: what is called first stands last.
 */
export class Encoder {
  #buffer: Buffer;
  #start: number;

  /** @param capacity expected bytes; grows where they don't suffice */
  constructor(capacity = 128) {
    this.#buffer = Buffer.allocUnsafeSlow(capacity);
    this.#start = capacity;
  }

  number(field: number, value: number): this {
    this.#varint(value);
    this.#varint(field * 8 + VARINT);
    return this;
  }

  bytes(field: number, value: Uint8Array): this {
    this.#room(value.length);
    this.#buffer.set(value, this.#start);
    return this.#delimited(field, value.length);
  }

  text(field: number, value: string): this {
    const length = Buffer.byteLength(value);
    this.#room(length);
    this.#buffer.write(value, this.#start, 'utf8');
    return this.#delimited(field, length);
  }

  /** A nested message of what `content` writes. */
  message(field: number, content: (encoder: this) => void): this {
    const before = this.#written();
    content(this);
    return this.#delimited(field, this.#written() - before);
  }

  /** The message alone. */
  finish(): Buffer {
    return this.#buffer.subarray(this.#start);
  }

  /** The message as gRPC frames it: one byte for "not compressed", four for the length. */
  frame(): Buffer {
    const length = this.#written();
    this.#room(5);
    this.#buffer.writeUInt8(0, this.#start);
    this.#buffer.writeUInt32BE(length, this.#start + 1);
    return this.finish();
  }

  #written(): number {
    return this.#buffer.length - this.#start;
  }

  #delimited(field: number, length: number): this {
    this.#varint(length);
    this.#varint(field * 8 + DELIMITED);
    return this;
  }

  #varint(value: number): void {
    let size = 1;
    for (let rest = value; rest >= 128; rest = Math.floor(rest / 128)) size++;
    this.#room(size);
    let rest = value;
    for (let at = this.#start; at < this.#start + size - 1; at++) {
      this.#buffer[at] = (rest % 128) + 128;
      rest = Math.floor(rest / 128);
    }
    this.#buffer[this.#start + size - 1] = rest;
  }

  #room(bytes: number): void {
    if (bytes > this.#start) {
      const written = this.finish();
      const larger = Buffer.allocUnsafeSlow((this.#buffer.length + bytes) * 2);
      larger.set(written, larger.length - written.length);
      this.#start = larger.length - written.length;
      this.#buffer = larger;
    }
    this.#start -= bytes;
  }
}
