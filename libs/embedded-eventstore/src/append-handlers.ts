import type { sendUnaryData, ServerDuplexStream, ServerReadableStream } from '@grpc/grpc-js';
import { sizeOf, type AppendQueue } from './append-queue.js';
import type { NewEvent } from './log.js';
import type { AppendOptions, AppendPiece } from './messages.js';
import {
  encodeAppendResponse,
  encodeBatchAppendResponse,
  handlerError,
  MAX_APPEND_BYTES,
  type AppendOutcome,
} from './responses.js';

type AppendCall = ServerReadableStream<AppendOptions | NewEvent, Uint8Array>;
type BatchCall = ServerDuplexStream<AppendPiece, readonly Uint8Array[]>;

/** The longest time of a Node.js timer, in milliseconds. */
const MAX_TIMER_MS = 2 ** 31 - 1;

/** Handles an Append call, whose messages are the options and then one per event. */
export function handleAppend(queue: AppendQueue, call: AppendCall, callback: sendUnaryData<Uint8Array>): void {
  const buffer = new EventBuffer();
  let options: AppendOptions | undefined;
  call.on('data', (message: AppendOptions | NewEvent) => {
    if ('stream' in message) options = message;
    else buffer.add([message]);
  });
  call.on('end', () => {
    if (!options) return callback(handlerError());
    const { stream, expected } = options;
    const respond = (outcome: AppendOutcome): void => {
      const response = encodeAppendResponse(outcome, expected);
      if (response instanceof Error) callback(response);
      else callback(null, response);
    };
    if (buffer.isTooLarge) respond({ rejected: 'too large' });
    else queue.push({ stream, expected, events: buffer.events, deadline: Number(call.getDeadline()), respond });
  });
}

/** Handles a client's BatchAppend call as the server: collects the messages of each append, queues complete appends, and sends one response for each. */
export function handleBatchAppend(queue: AppendQueue, call: BatchCall): void {
  const pending = new Map<string, PendingAppend>();
  const responses = new BatchResponses(call);
  call.on('data', (piece: AppendPiece) => {
    const key = piece.correlation.toString('latin1');
    const append = pending.get(key) ?? new PendingAppend(piece, responses);
    append.buffer.add(piece.events);
    if (piece.isFinal) {
      pending.delete(key);
      append.submit(queue);
    } else pending.set(key, append);
  });
  call.on('cancelled', () => pending.forEach((append) => append.stopTimer()));
  call.on('end', () => {
    pending.forEach((append) => append.rejectIncomplete());
    responses.end();
  });
}

/** Handles a BatchAppend call without credentials: refuses each append at its first message, the one with the options. */
export function refuseBatchAppend(call: BatchCall): void {
  const responses = new BatchResponses(call);
  call.on('data', ({ correlation, options }: AppendPiece) => {
    if (!options) return;
    responses.expectOne();
    responses.add(encodeBatchAppendResponse(correlation, options, { rejected: 'denied' }));
  });
  call.on('end', () => responses.end());
}

/** Collects the events of an append. Once they are larger than an append may be, it keeps none. */
class EventBuffer {
  events: NewEvent[] = [];
  isTooLarge = false;
  #size = 0;

  add(events: readonly NewEvent[]): void {
    this.#size += sizeOf(events);
    this.isTooLarge = this.#size > MAX_APPEND_BYTES;
    if (this.isTooLarge) this.events = [];
    else this.events.push(...events);
  }
}

/** A batch append from its first piece to its response. */
class PendingAppend {
  readonly buffer = new EventBuffer();
  readonly #options: AppendOptions;
  readonly #respond: (outcome: AppendOutcome) => void;
  #timer: NodeJS.Timeout | undefined;

  constructor({ correlation, options, isFinal }: AppendPiece, responses: BatchResponses) {
    // Without options the stream's name is empty, so the complete append is rejected as malformed.
    this.#options = options ?? { stream: '', expected: 'any', deadline: Infinity };
    responses.expectOne();
    let hasResponded = false;
    this.#respond = (outcome) => {
      if (!hasResponded) responses.add(encodeBatchAppendResponse(correlation, this.#options, outcome));
      hasResponded = true;
    };
    if (!isFinal)
      this.#timer = setTimeout(
        () => this.#respond({ rejected: 'too late' }),
        Math.min(this.#options.deadline - Date.now(), MAX_TIMER_MS),
      );
  }

  submit(queue: AppendQueue): void {
    this.stopTimer();
    const { stream, expected, deadline } = this.#options;
    if (this.buffer.isTooLarge) this.#respond({ rejected: 'too large' });
    else queue.push({ stream, expected, deadline, events: this.buffer.events, respond: this.#respond });
  }

  /** Rejects an append whose call ended before the last piece. */
  rejectIncomplete(): void {
    this.stopTimer();
    this.#respond({ rejected: 'malformed' });
  }

  stopTimer(): void {
    clearTimeout(this.#timer);
  }
}

/** Sends the responses of one batch call; those of one tick are written together. */
class BatchResponses {
  readonly #call: BatchCall;
  #frames: Uint8Array[] = [];
  #expected = 0;
  #isEnding = false;

  constructor(call: BatchCall) {
    this.#call = call;
  }

  /** Announces a response, for which {@link end} waits. */
  expectOne(): void {
    this.#expected++;
  }

  add(frame: Uint8Array): void {
    this.#expected--;
    if (this.#frames.push(frame) === 1) queueMicrotask(() => this.#flush());
  }

  /** Ends the call after the last expected response. */
  end(): void {
    this.#isEnding = true;
    queueMicrotask(() => this.#flush());
  }

  #flush(): void {
    const call = this.#call;
    if (call.destroyed || call.writableEnded) return;
    const frames = this.#frames;
    this.#frames = [];
    // Back-pressure: a client that does not read its responses is not read from.
    if (frames.length > 0 && !call.write(frames) && !call.isPaused()) {
      call.pause();
      call.once('drain', () => call.resume());
    }
    if (this.#isEnding && this.#expected === 0) call.end();
  }
}
