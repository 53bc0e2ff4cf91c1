import type { Direction, ExpectedRevision, NewEvent } from './log.js';
import { decodeFields, EMPTY, Encoder } from './wire.js';

// Field numbers are those of EventStoreDB's streams.proto and shared.proto (protocol of version 23.10).

/** One message of a BatchAppend call: a piece of the append that `correlation` names. */
export interface AppendPiece {
  correlation: Buffer;
  options: AppendOptions | undefined;
  events: NewEvent[];
  isFinal: boolean;
}

/** Where to append. */
export interface AppendOptions {
  stream: string;
  expected: ExpectedRevision;
  /** Unix milliseconds */
  deadline: number;
}

/** The request of a Read call. `from` is a revision or a position. */
export interface ReadRequest {
  /** `undefined`: the whole log */
  stream: string | undefined;
  from: number | 'start' | 'end';
  direction: Direction;
  /** `undefined`: subscribe */
  count: number | undefined;
  filter: FilterRequest | undefined;
}

/** A filter as requested. `window` is `undefined` if the server decides. */
export interface FilterRequest {
  on: 'stream' | 'type';
  regex: string;
  prefixes: string[];
  window: number | undefined;
  interval: number;
}

/** Decodes one Protocol Buffers message of an Append call: the call's first message holds the options, the others one event each. */
export function decodeAppendMessage(message: Uint8Array): AppendOptions | NewEvent {
  let result: AppendOptions | NewEvent | undefined;
  decodeFields(message, (field, bytes) => {
    if (field === 1) result = decodeOptions(bytes);
    if (field === 2) result = decodeNewEvent(bytes);
  });
  if (!result) throw new RangeError('an append without content');
  return result;
}

/** Decodes one Protocol Buffers message of a BatchAppend call. */
export function decodeAppendPiece(message: Uint8Array): AppendPiece {
  const piece: AppendPiece = { correlation: EMPTY, options: undefined, events: [], isFinal: false };
  decodeFields(message, (field, bytes, number) => {
    if (field === 1) piece.correlation = bytes;
    else if (field === 2) piece.options = decodeOptions(bytes);
    else if (field === 3) piece.events.push(decodeNewEvent(bytes));
    else if (field === 4) piece.isFinal = number === 1;
  });
  return piece;
}

/** Decodes the options of either append call; their fields have the same numbers. */
function decodeOptions(message: Buffer): AppendOptions {
  const options: AppendOptions = { stream: '', expected: 'any', deadline: Infinity };
  decodeFields(message, (field, bytes, number) => {
    if (field === 1) options.stream = decodeStreamName(bytes);
    else if (field === 2) options.expected = number;
    else if (field === 3) options.expected = 'noStream';
    else if (field === 4) options.expected = 'any';
    else if (field === 5) options.expected = 'streamExists';
    else if (field === 6) options.deadline = decodeTime(bytes);
    else if (field === 7) options.deadline = Date.now() + decodeTime(bytes);
  });
  return options;
}

function decodeNewEvent(message: Buffer): NewEvent {
  const event = {
    id: '',
    type: '',
    contentType: 'application/octet-stream',
    metadata: EMPTY as Buffer,
    data: EMPTY as Buffer,
  };
  decodeFields(message, (field, bytes) => {
    if (field === 1) decodeFields(bytes, (form, id) => void (form === 2 && (event.id = id.toString().toLowerCase())));
    else if (field === 2) {
      const [key, text] = decodePair(bytes);
      if (key === 'type') event.type = text;
      if (key === 'content-type') event.contentType = text;
    } else if (field === 3) event.metadata = bytes;
    else if (field === 4) event.data = bytes;
  });
  return event;
}

function decodePair(message: Buffer): [key: string, value: string] {
  const pair: [string, string] = ['', ''];
  decodeFields(message, (field, bytes) => void (pair[field - 1] = bytes.toString()));
  return pair;
}

/** Decodes a google.protobuf.Timestamp or Duration; returns milliseconds. */
function decodeTime(message: Buffer): number {
  let milliseconds = 0;
  decodeFields(message, (field, _, number) => void (milliseconds += field === 1 ? number * 1000 : number / 1e6));
  return milliseconds;
}

function decodeStreamName(identifier: Buffer): string {
  let name = '';
  decodeFields(identifier, (field, bytes) => void (field === 3 && (name = bytes.toString())));
  return name;
}

/** Decodes the Protocol Buffers message with which a client of this embedded server calls `Streams.Read`. */
export function decodeReadRequest(message: Uint8Array): ReadRequest {
  const request: ReadRequest = { stream: undefined, from: 'start', direction: 1, count: undefined, filter: undefined };
  decodeFields(message, (_, options) =>
    decodeFields(options, (field, bytes, number) => {
      if (field === 1) Object.assign(request, decodeFrom(bytes, 1));
      else if (field === 2) Object.assign(request, decodeFrom(bytes, 0));
      else if (field === 3) request.direction = number === 1 ? -1 : 1;
      else if (field === 5) request.count = number;
      else if (field === 7) request.filter = decodeFilter(bytes);
    }),
  );
  return request;
}

/**
 * Decodes StreamOptions (`shift` 1) or AllOptions (`shift` 0), which have no stream name: their field numbers are one less.
 */
function decodeFrom(message: Buffer, shift: 0 | 1): Partial<ReadRequest> {
  const found: Partial<ReadRequest> = {};
  decodeFields(message, (field, bytes, number) => {
    if (shift === 1 && field === 1) found.stream = decodeStreamName(bytes);
    else if (field === 1) decodeFields(bytes, (part, _, commit) => void (part === 1 && (found.from = commit)));
    else if (field === 1 + shift) found.from = number;
    else if (field === 2 + shift) found.from = 'start';
    else if (field === 3 + shift) found.from = 'end';
  });
  // Protocol Buffers leave out zeros.
  return { from: 0, ...found };
}

function decodeFilter(message: Buffer): FilterRequest {
  const filter: FilterRequest = { on: 'stream', regex: '', prefixes: [], window: undefined, interval: 0 };
  decodeFields(message, (field, bytes, number) => {
    if (field === 1 || field === 2) {
      filter.on = field === 1 ? 'stream' : 'type';
      decodeFields(
        bytes,
        (part, text) => void (part === 1 ? (filter.regex = text.toString()) : filter.prefixes.push(text.toString())),
      );
    } else if (field === 3) filter.window = number;
    else if (field === 5) filter.interval = number;
  });
  return filter;
}

/** Encodes an event as the gRPC frame that readers get; this is done once, when it is appended. `created` is in ms. */
export function encodeEventFrame(
  event: NewEvent,
  at: { stream: string; revision: number; position: number; created: number },
): Buffer {
  const pair = (encoder: Encoder, key: string, value: string): void =>
    void encoder.message(6, (entry) => entry.text(2, value).text(1, key));
  const capacity = 256 + at.stream.length * 3 + event.type.length * 3 + event.data.length + event.metadata.length;
  return new Encoder(capacity)
    .message(1, (read) =>
      read.number(3, at.position).message(1, (recorded) => {
        recorded.bytes(8, event.data).bytes(7, event.metadata);
        pair(recorded, 'created', `${at.created}0000`);
        pair(recorded, 'content-type', event.contentType);
        pair(recorded, 'type', event.type);
        recorded.number(5, at.position).number(4, at.position).number(3, at.revision);
        recorded.message(2, (identifier) => identifier.text(3, at.stream)).message(1, (id) => id.text(2, event.id));
      }),
    )
    .frame();
}

/** Encodes the frame that begins the response to a subscription; `id` is the subscription's id. */
export const encodeConfirmationFrame = (id: string): Buffer => new Encoder().message(2, (it) => it.text(1, id)).frame();
/** Encodes the frame that tells a filtered subscription up to which position the log was read. */
export const encodeCheckpointFrame = (position: number): Buffer =>
  new Encoder().message(3, (it) => it.number(2, position).number(1, position)).frame();
/** Encodes the frame that says that a stream does not exist. */
export const encodeNotFoundFrame = (stream: string): Buffer =>
  new Encoder().message(4, (it) => it.message(1, (name) => name.text(3, stream))).frame();
/** Encodes the frame that tells a subscription that it has reached the end of the log. */
export const encodeCaughtUpFrame = (): Buffer => new Encoder().bytes(8, EMPTY).frame();
