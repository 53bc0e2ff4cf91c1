/**
 * The part of Protocol Buffers' wire format that EventStoreDB's messages use: varints and length-delimited fields. A library
 * would decode events into objects and encode them again; here they are stored and sent as bytes.
 */

const VARINT = 0;
const FIXED64 = 1;
const DELIMITED = 2;
const FIXED32 = 5;

/**
 * Decodes a Protocol Buffers message: calls `visit` for each field, with `number` for a varint (at most
 * `Number.MAX_SAFE_INTEGER`; `bytes` is empty), with `bytes` (a view of `message`) for a length-delimited field (`number`
 * is 0). Throws a RangeError for a malformed message.
 */
export function decodeFields(message: Uint8Array, visit: (field: number, bytes: Buffer, number: number) => void): void {
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
    else if (type === FIXED32) at += 4;
    else if (type === FIXED64) at += 8;
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

/** Encodes one message from its last byte to its first, so that each length is known when it is written: add the last field first. */
export class Encoder {
  #buffer: Buffer;
  #start: number;

  /** @param capacity the expected size in bytes; it grows if needed */
  constructor(capacity = 128) {
    this.#buffer = Buffer.allocUnsafeSlow(capacity);
    this.#start = capacity;
  }

  /** Adds a varint field. */
  number(field: number, value: number): this {
    this.#varint(value);
    this.#varint(field * 8 + VARINT);
    return this;
  }

  /** Adds a field of bytes. */
  bytes(field: number, value: Uint8Array): this {
    this.#reserve(value.length);
    this.#buffer.set(value, this.#start);
    return this.#delimited(field, value.length);
  }

  /** Adds a text field, in UTF-8. */
  text(field: number, value: string): this {
    const length = Buffer.byteLength(value);
    this.#reserve(length);
    this.#buffer.write(value, this.#start, 'utf8');
    return this.#delimited(field, length);
  }

  /** Adds a nested message, whose fields `content` adds to the encoder. */
  message(field: number, content: (encoder: this) => void): this {
    const before = this.#length();
    content(this);
    return this.#delimited(field, this.#length() - before);
  }

  /** Returns the encoded message. */
  finish(): Buffer {
    return this.#buffer.subarray(this.#start);
  }

  /** Returns the encoded message as a gRPC frame: one byte for "not compressed", four for the length, then the message. */
  frame(): Buffer {
    const length = this.#length();
    this.#reserve(5);
    this.#buffer.writeUInt8(0, this.#start);
    this.#buffer.writeUInt32BE(length, this.#start + 1);
    return this.finish();
  }

  #length(): number {
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
    this.#reserve(size);
    let rest = value;
    for (let at = this.#start; at < this.#start + size - 1; at++) {
      this.#buffer[at] = (rest % 128) + 128;
      rest = Math.floor(rest / 128);
    }
    this.#buffer[this.#start + size - 1] = rest;
  }

  #reserve(bytes: number): void {
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
