import type { Direction, Expected, Proposed } from './log.js';
import { decode, EMPTY, Encoder } from './wire.js';

// Field numbers are those of EventStoreDB's streams.proto and shared.proto (protocol of version 23.10).

/** One message of a BatchAppend call: a piece of the append that `correlation` names. */
export interface AppendPiece {
  correlation: Buffer;
  options: AppendOptions | undefined;
  events: Proposed[];
  isFinal: boolean;
}

/** Where to append. */
export interface AppendOptions {
  stream: string;
  expected: Expected;
  /** Unix milliseconds */
  deadline: number;
}

/** What a Read call asks for. `from` is a revision or a position. */
export interface ReadRequest {
  /** `undefined`: the whole log */
  stream: string | undefined;
  from: number | 'start' | 'end';
  direction: Direction;
  /** `undefined`: subscribe */
  count: number | undefined;
  filter: FilterRequest | undefined;
}

/** A filter as it came; `window` is `undefined` where the server decides. */
export interface FilterRequest {
  on: 'stream' | 'type';
  regex: string;
  prefixes: string[];
  window: number | undefined;
  interval: number;
}

/** One message of an Append call: first the options, then the events. */
export function readAppend(message: Uint8Array): AppendOptions | Proposed {
  let result: AppendOptions | Proposed | undefined;
  decode(message, (field, bytes) => {
    if (field === 1) result = readOptions(bytes);
    if (field === 2) result = readProposed(bytes);
  });
  if (!result) throw new RangeError('an append without content');
  return result;
}

export function readAppendPiece(message: Uint8Array): AppendPiece {
  const piece: AppendPiece = { correlation: EMPTY, options: undefined, events: [], isFinal: false };
  decode(message, (field, bytes, number) => {
    if (field === 1) piece.correlation = bytes;
    else if (field === 2) piece.options = readOptions(bytes);
    else if (field === 3) piece.events.push(readProposed(bytes));
    else if (field === 4) piece.isFinal = number === 1;
  });
  return piece;
}

/** The options of both append calls; their fields have the same numbers. */
function readOptions(message: Buffer): AppendOptions {
  const options: AppendOptions = { stream: '', expected: 'any', deadline: Infinity };
  decode(message, (field, bytes, number) => {
    if (field === 1) options.stream = readStreamName(bytes);
    else if (field === 2) options.expected = number;
    else if (field === 3) options.expected = 'noStream';
    else if (field === 4) options.expected = 'any';
    else if (field === 5) options.expected = 'streamExists';
    else if (field === 6) options.deadline = readTime(bytes);
    else if (field === 7) options.deadline = Date.now() + readTime(bytes);
  });
  return options;
}

function readProposed(message: Buffer): Proposed {
  const event = {
    id: '',
    type: '',
    contentType: 'application/octet-stream',
    metadata: EMPTY as Buffer,
    data: EMPTY as Buffer,
  };
  decode(message, (field, bytes) => {
    if (field === 1) decode(bytes, (form, id) => void (form === 2 && (event.id = id.toString().toLowerCase())));
    else if (field === 2) {
      const [key, text] = readPair(bytes);
      if (key === 'type') event.type = text;
      if (key === 'content-type') event.contentType = text;
    } else if (field === 3) event.metadata = bytes;
    else if (field === 4) event.data = bytes;
  });
  return event;
}

function readPair(message: Buffer): [key: string, value: string] {
  const pair: [string, string] = ['', ''];
  decode(message, (field, bytes) => void (pair[field - 1] = bytes.toString()));
  return pair;
}

/** google.protobuf.Timestamp and Duration, in milliseconds. */
function readTime(message: Buffer): number {
  let milliseconds = 0;
  decode(message, (field, _, number) => void (milliseconds += field === 1 ? number * 1000 : number / 1e6));
  return milliseconds;
}

function readStreamName(identifier: Buffer): string {
  let name = '';
  decode(identifier, (field, bytes) => void (field === 3 && (name = bytes.toString())));
  return name;
}

export function readReadRequest(message: Uint8Array): ReadRequest {
  const request: ReadRequest = { stream: undefined, from: 'start', direction: 1, count: undefined, filter: undefined };
  decode(message, (_, options) =>
    decode(options, (field, bytes, number) => {
      if (field === 1) Object.assign(request, readFrom(bytes, 1));
      else if (field === 2) Object.assign(request, readFrom(bytes, 0));
      else if (field === 3) request.direction = number === 1 ? -1 : 1;
      else if (field === 5) request.count = number;
      else if (field === 7) request.filter = readFilter(bytes);
    }),
  );
  return request;
}

/** StreamOptions, and AllOptions whose fields lack the stream's name and so count from one less. */
function readFrom(message: Buffer, shift: 0 | 1): Partial<ReadRequest> {
  const found: Partial<ReadRequest> = {};
  decode(message, (field, bytes, number) => {
    if (shift === 1 && field === 1) found.stream = readStreamName(bytes);
    else if (field === 1) decode(bytes, (part, _, commit) => void (part === 1 && (found.from = commit)));
    else if (field === 1 + shift) found.from = number;
    else if (field === 2 + shift) found.from = 'start';
    else if (field === 3 + shift) found.from = 'end';
  });
  // The wire leaves out a position's zeros.
  return { from: 0, ...found };
}

function readFilter(message: Buffer): FilterRequest {
  const filter: FilterRequest = { on: 'stream', regex: '', prefixes: [], window: undefined, interval: 0 };
  decode(message, (field, bytes, number) => {
    if (field === 1 || field === 2) {
      filter.on = field === 1 ? 'stream' : 'type';
      decode(
        bytes,
        (part, text) => void (part === 1 ? (filter.regex = text.toString()) : filter.prefixes.push(text.toString())),
      );
    } else if (field === 3) filter.window = number;
    else if (field === 5) filter.interval = number;
  });
  return filter;
}

/** What a reader gets of an event, made once, when it is appended. Its `created` counts ticks of 100 ns. */
export function eventFrame(
  event: Proposed,
  place: { stream: string; revision: number; position: number; created: number },
): Buffer {
  const pair = (encoder: Encoder, key: string, value: string): void =>
    void encoder.message(6, (entry) => entry.text(2, value).text(1, key));
  const capacity = 256 + place.stream.length * 3 + event.type.length * 3 + event.data.length + event.metadata.length;
  return new Encoder(capacity)
    .message(1, (read) =>
      read.number(3, place.position).message(1, (recorded) => {
        recorded.bytes(8, event.data).bytes(7, event.metadata);
        pair(recorded, 'created', `${place.created}0000`);
        pair(recorded, 'content-type', event.contentType);
        pair(recorded, 'type', event.type);
        recorded.number(5, place.position).number(4, place.position).number(3, place.revision);
        recorded.message(2, (identifier) => identifier.text(3, place.stream)).message(1, (id) => id.text(2, event.id));
      }),
    )
    .frame();
}

export const confirmationFrame = (id: string): Buffer => new Encoder().message(2, (it) => it.text(1, id)).frame();
export const checkpointFrame = (position: number): Buffer =>
  new Encoder().message(3, (it) => it.number(2, position).number(1, position)).frame();
export const notFoundFrame = (stream: string): Buffer =>
  new Encoder().message(4, (it) => it.message(1, (name) => name.text(3, stream))).frame();
export const caughtUpFrame = (): Buffer => new Encoder().bytes(8, EMPTY).frame();
