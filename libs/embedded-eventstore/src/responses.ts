import { Metadata, status, type ServiceError } from '@grpc/grpc-js';
import type { AppendResult, ExpectedRevision } from './log.js';
import type { AppendOptions, AppendPiece } from './messages.js';
import { EMPTY, Encoder } from './wire.js';

/** The largest append, in bytes; EventStoreDB's default. */
export const MAX_APPEND_BYTES = 1024 * 1024;

/** Why nothing was appended. */
export type RejectionReason = 'denied' | 'too large' | 'malformed' | 'metadata' | 'too late' | 'no room' | 'failed';

const NO_METADATA = 'Streams have no metadata here.';
const NO_ROOM = 'Nothing was written: the disk is full.';

/** What became of an append. */
export type AppendOutcome = AppendResult | { readonly rejected: RejectionReason };

/** Encodes the response to an Append call. If the append was rejected, returns the error to respond with instead. */
export function encodeAppendResponse(outcome: AppendOutcome, expected: ExpectedRevision): Buffer | ServiceError {
  if ('rejected' in outcome) return rejectionErrors[outcome.rejected]();
  const encoder = new Encoder();
  if ('conflict' in outcome) encoder.message(2, (it) => writeConflict(it, outcome.conflict, expected, 6));
  else encoder.message(1, (it) => writeSuccess(it, outcome));
  return encoder.finish();
}

const toServiceError = (code: status, details: string, trailers: Record<string, string> = {}): ServiceError => {
  const metadata = new Metadata();
  for (const [name, value] of Object.entries(trailers)) metadata.set(name, value);
  return Object.assign(new Error(details), { code, details, metadata });
};

/** Returns the error with which an EventStoreDB server responds when one of its handlers fails, also on bad requests. */
export const handlerError = (details = 'Exception was thrown by handler.'): ServiceError =>
  toServiceError(status.UNKNOWN, details);

/** Returns the error for calls that are open when the embedded event store closes. */
export const closingError = (): ServiceError => toServiceError(status.UNAVAILABLE, 'The event store is closing.');

/** Returns the error for wrong credentials: the status that clients make of a real server's HTTP 401. */
export const unauthenticatedError = (): ServiceError =>
  toServiceError(status.UNAUTHENTICATED, 'Authentication failed.');

/** Returns the error for a call without credentials. */
export const accessDeniedError = (): ServiceError =>
  toServiceError(status.PERMISSION_DENIED, 'Access Denied', { exception: 'access-denied' });

const rejectionErrors: Record<RejectionReason, () => ServiceError> = {
  denied: accessDeniedError,
  'too large': () =>
    toServiceError(status.INVALID_ARGUMENT, 'Maximum Append Size exceeded.', {
      exception: 'maximum-append-size-exceeded',
      'maximum-append-size': `${MAX_APPEND_BYTES}`,
    }),
  malformed: () => handlerError(),
  metadata: () => toServiceError(status.UNIMPLEMENTED, NO_METADATA),
  'too late': () => toServiceError(status.ABORTED, 'Timeout'),
  'no room': () => toServiceError(status.RESOURCE_EXHAUSTED, NO_ROOM),
  failed: () => toServiceError(status.INTERNAL, 'The append could not be written.'),
};

/** Encodes the frame that answers one append of a batch call. `correlation` is the id that the client gave the append. */
export function encodeBatchAppendResponse(
  correlation: AppendPiece['correlation'],
  { stream, expected }: AppendOptions,
  outcome: AppendOutcome,
): Buffer {
  const encoder = new Encoder();
  writeExpected(encoder, expected, { revision: 5, noStream: 6, any: 7, streamExists: 8 });
  encoder.message(4, (it) => it.text(3, stream));
  if ('rejected' in outcome) writeError(encoder, ...batchRejectionErrors[outcome.rejected]);
  else if ('conflict' in outcome)
    writeError(encoder, status.FAILED_PRECONDITION, 'WrongExpectedVersion', (it) =>
      writeConflict(it, outcome.conflict, expected, 1),
    );
  else encoder.message(3, (it) => writeSuccess(it, outcome));
  return encoder.bytes(1, correlation).frame();
}

const batchRejectionErrors: Record<
  RejectionReason,
  [code: number, name: string, content?: (encoder: Encoder) => void, text?: string]
> = {
  denied: [status.PERMISSION_DENIED, 'AccessDenied'],
  'too large': [status.INVALID_ARGUMENT, 'MaximumAppendSizeExceeded', (it) => it.number(1, MAX_APPEND_BYTES)],
  malformed: [status.INVALID_ARGUMENT, 'BadRequest'],
  'too late': [status.DEADLINE_EXCEEDED, 'Timeout'],
  // The client does not know the names of the next two, so it shows their text.
  metadata: [status.UNIMPLEMENTED, 'NoMetadata', undefined, NO_METADATA],
  'no room': [status.RESOURCE_EXHAUSTED, 'NoRoom', undefined, NO_ROOM],
  failed: [status.INTERNAL, 'Unknown'],
};

/** Writes a google.rpc.Status whose details are an Any. */
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

/** Writes the message WrongExpectedVersion. Its fields have consecutive numbers in both calls; `first` is the first one. */
function writeConflict(encoder: Encoder, last: number, expected: ExpectedRevision, first: number): void {
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
  expected: ExpectedRevision,
  fields: Record<'revision' | 'noStream' | 'any' | 'streamExists', number>,
): void {
  if (typeof expected === 'number') encoder.number(fields.revision, expected);
  else encoder.bytes(fields[expected], EMPTY);
}
