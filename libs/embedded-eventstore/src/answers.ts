import { Metadata, status, type ServiceError } from '@grpc/grpc-js';
import type { Appended, Expected } from './log.js';
import type { AppendOptions, AppendPiece } from './messages.js';
import { EMPTY, Encoder } from './wire.js';

/** EventStoreDB's default, in bytes. */
export const MAXIMUM_APPEND_SIZE = 1024 * 1024;

/** Why nothing was appended. */
export type Rejection = 'denied' | 'too large' | 'malformed' | 'metadata' | 'too late' | 'no room' | 'failed';

const NO_METADATA = 'Streams have no metadata here.';
const NO_ROOM = 'Nothing was written: the disk is full.';

export type Answer = Appended | { readonly rejected: Rejection };

/** The message that answers a single append, or the status that refuses it. */
export function appendAnswer(answer: Answer, expected: Expected): Buffer | ServiceError {
  if ('rejected' in answer) return rejections[answer.rejected]();
  const encoder = new Encoder();
  if ('conflict' in answer) encoder.message(2, (it) => writeConflict(it, answer.conflict, expected, 6));
  else encoder.message(1, (it) => writeSuccess(it, answer));
  return encoder.finish();
}

const failure = (code: status, details: string, trailers: Record<string, string> = {}): ServiceError => {
  const metadata = new Metadata();
  for (const [name, value] of Object.entries(trailers)) metadata.set(name, value);
  return Object.assign(new Error(details), { code, details, metadata });
};

/** What a real server says when a handler of its own breaks, also on bad requests. */
export const broken = (details = 'Exception was thrown by handler.'): ServiceError => failure(status.UNKNOWN, details);

export const closing = (): ServiceError => failure(status.UNAVAILABLE, 'The event store is closing.');

/** Wrong credentials end any call, with the status that a real server's HTTP 401 becomes. */
export const unauthenticated = (): ServiceError => failure(status.UNAUTHENTICATED, 'Authentication failed.');

export const denied = (): ServiceError =>
  failure(status.PERMISSION_DENIED, 'Access Denied', { exception: 'access-denied' });

const rejections: Record<Rejection, () => ServiceError> = {
  denied,
  'too large': () =>
    failure(status.INVALID_ARGUMENT, 'Maximum Append Size exceeded.', {
      exception: 'maximum-append-size-exceeded',
      'maximum-append-size': `${MAXIMUM_APPEND_SIZE}`,
    }),
  malformed: () => broken(),
  metadata: () => failure(status.UNIMPLEMENTED, NO_METADATA),
  'too late': () => failure(status.ABORTED, 'Timeout'),
  'no room': () => failure(status.RESOURCE_EXHAUSTED, NO_ROOM),
  failed: () => failure(status.INTERNAL, 'The append could not be written.'),
};

/** The frame that answers a batch append; `correlation` is as it came. */
export function batchAnswer(correlation: AppendPiece['correlation'], options: AppendOptions, answer: Answer): Buffer {
  const encoder = new Encoder();
  writeExpected(encoder, options.expected, { revision: 5, noStream: 6, any: 7, streamExists: 8 });
  encoder.message(4, (it) => it.text(3, options.stream));
  if ('rejected' in answer) writeError(encoder, ...batchRejections[answer.rejected]);
  else if ('conflict' in answer)
    writeError(encoder, status.FAILED_PRECONDITION, 'WrongExpectedVersion', (it) =>
      writeConflict(it, answer.conflict, options.expected, 1),
    );
  else encoder.message(3, (it) => writeSuccess(it, answer));
  return encoder.bytes(1, correlation).frame();
}

const batchRejections: Record<
  Rejection,
  [code: number, name: string, content?: (encoder: Encoder) => void, text?: string]
> = {
  denied: [status.PERMISSION_DENIED, 'AccessDenied'],
  'too large': [status.INVALID_ARGUMENT, 'MaximumAppendSizeExceeded', (it) => it.number(1, MAXIMUM_APPEND_SIZE)],
  malformed: [status.INVALID_ARGUMENT, 'BadRequest'],
  'too late': [status.DEADLINE_EXCEEDED, 'Timeout'],
  // These two by names that the client doesn't know, so that it shows the text.
  metadata: [status.UNIMPLEMENTED, 'NoMetadata', undefined, NO_METADATA],
  'no room': [status.RESOURCE_EXHAUSTED, 'NoRoom', undefined, NO_ROOM],
  failed: [status.INTERNAL, 'Unknown'],
};

/** google.rpc.Status, its details an Any. */
function writeError(
  encoder: Encoder,
  code: number,
  name: string,
  content: (encoder: Encoder) => void = () => {},
  text = name,
): void {
  encoder.message(2, (it) =>
    it
      .message(3, (any) => any.message(2, content).text(1, `type.googleapis.com/event_store.client.${name}`))
      .text(2, text)
      .number(1, code),
  );
}

function writeSuccess(
  encoder: Encoder,
  { revision, position }: { revision: number; position: number | undefined },
): void {
  if (position === undefined) encoder.bytes(4, EMPTY);
  else encoder.message(3, (it) => it.number(2, position).number(1, position));
  if (revision < 0) encoder.bytes(2, EMPTY);
  else encoder.number(1, revision);
}

/** WrongExpectedVersion of both calls; their fields are the same but for the number of the first. */
function writeConflict(encoder: Encoder, last: number, expected: Expected, first: number): void {
  writeExpected(encoder, expected, {
    revision: first + 2,
    any: first + 3,
    streamExists: first + 4,
    noStream: first + 5,
  });
  if (last < 0) encoder.bytes(first + 1, EMPTY);
  else encoder.number(first, last);
}

function writeExpected(
  encoder: Encoder,
  expected: Expected,
  fields: Record<'revision' | 'noStream' | 'any' | 'streamExists', number>,
): void {
  if (typeof expected === 'number') encoder.number(fields.revision, expected);
  else encoder.bytes(fields[expected], EMPTY);
}
