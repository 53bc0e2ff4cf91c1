import type { sendUnaryData, ServerDuplexStream, ServerReadableStream } from '@grpc/grpc-js';
import { appendAnswer, batchAnswer, broken, MAXIMUM_APPEND_SIZE, type Answer } from './answers.js';
import type { Proposed } from './log.js';
import type { AppendOptions, AppendPiece } from './messages.js';
import { sizeOf, type Writer } from './writer.js';

type AppendCall = ServerReadableStream<AppendOptions | Proposed, Uint8Array>;
/** Of Node's timers, in milliseconds. */
const LONGEST_TIMER = 2 ** 31 - 1;

type BatchCall = ServerDuplexStream<AppendPiece, readonly Uint8Array[]>;

/** Answers an Append call: the options, then one message an event. */
export function answerAppend(writer: Writer, call: AppendCall, callback: sendUnaryData<Uint8Array>): void {
  const gathered = new Gathered();
  let options: AppendOptions | undefined;
  call.on('data', (message: AppendOptions | Proposed) => {
    if ('stream' in message) options = message;
    else gathered.add([message]);
  });
  call.on('end', () => {
    if (!options) return callback(broken());
    const { stream, expected } = options;
    const answer = (given: Answer): void => {
      const answered = appendAnswer(given, expected);
      if (answered instanceof Error) callback(answered);
      else callback(null, answered);
    };
    if (gathered.tooLarge) answer({ rejected: 'too large' });
    else writer.push({ stream, expected, events: gathered.events, deadline: Number(call.getDeadline()), answer });
  });
}

/** Answers a BatchAppend call: appends come in pieces, any number at a time, and each is answered exactly once. */
export function answerBatchAppend(writer: Writer, call: BatchCall): void {
  const pending = new Map<string, Pending>();
  const replies = new Replies(call);
  call.on('data', (piece: AppendPiece) => {
    const key = piece.correlation.toString('latin1');
    const append = pending.get(key) ?? new Pending(piece, replies);
    append.gathered.add(piece.events);
    if (piece.isFinal) {
      pending.delete(key);
      append.submit(writer);
    } else pending.set(key, append);
  });
  call.on('cancelled', () => pending.forEach((append) => append.forget()));
  call.on('end', () => {
    pending.forEach((append) => append.cutShort());
    replies.end();
  });
}

/** Answers a BatchAppend call without credentials: each append, at its first piece, which has the options. */
export function denyBatchAppend(call: BatchCall): void {
  const replies = new Replies(call);
  call.on('data', ({ correlation, options }: AppendPiece) => {
    if (!options) return;
    replies.expect();
    replies.add(batchAnswer(correlation, options, { rejected: 'denied' }));
  });
  call.on('end', () => replies.end());
}

/** The events of an append that is still coming in; no more of them are kept than may be written. */
class Gathered {
  events: Proposed[] = [];
  tooLarge = false;
  #size = 0;

  add(events: readonly Proposed[]): void {
    this.#size += sizeOf(events);
    this.tooLarge = this.#size > MAXIMUM_APPEND_SIZE;
    if (this.tooLarge) this.events = [];
    else this.events.push(...events);
  }
}

/** A batch append from its first piece to its answer. */
class Pending {
  readonly gathered = new Gathered();
  readonly #options: AppendOptions;
  readonly #reply: (answer: Answer) => void;
  #timer: NodeJS.Timeout | undefined;

  constructor({ correlation, options, isFinal }: AppendPiece, replies: Replies) {
    // Without options there is no stream: malformed, once it is complete.
    this.#options = options ?? { stream: '', expected: 'any', deadline: Infinity };
    replies.expect();
    let answered = false;
    this.#reply = (answer) => {
      if (!answered) replies.add(batchAnswer(correlation, this.#options, answer));
      answered = true;
    };
    if (!isFinal)
      this.#timer = setTimeout(
        () => this.#reply({ rejected: 'too late' }),
        Math.min(this.#options.deadline - Date.now(), LONGEST_TIMER),
      );
  }

  submit(writer: Writer): void {
    this.forget();
    const { stream, expected, deadline } = this.#options;
    if (this.gathered.tooLarge) this.#reply({ rejected: 'too large' });
    else writer.push({ stream, expected, deadline, events: this.gathered.events, answer: this.#reply });
  }

  /** The caller has ended before the last piece. */
  cutShort(): void {
    this.forget();
    this.#reply({ rejected: 'malformed' });
  }

  forget(): void {
    clearTimeout(this.#timer);
  }
}

/** The answers of one call, written together where a group gave several. */
class Replies {
  readonly #call: BatchCall;
  #frames: Uint8Array[] = [];
  #expected = 0;
  #ending = false;

  constructor(call: BatchCall) {
    this.#call = call;
  }

  expect(): void {
    this.#expected++;
  }

  add(frame: Uint8Array): void {
    this.#expected--;
    if (this.#frames.push(frame) === 1) queueMicrotask(() => this.#flush());
  }

  /** Ends the call after the last expected answer. */
  end(): void {
    this.#ending = true;
    queueMicrotask(() => this.#flush());
  }

  #flush(): void {
    const call = this.#call;
    if (call.destroyed || call.writableEnded) return;
    const frames = this.#frames;
    this.#frames = [];
    // A caller who doesn't take his answers is not heard further.
    if (frames.length > 0 && !call.write(frames) && !call.isPaused()) {
      call.pause();
      call.once('drain', () => call.resume());
    }
    if (this.#ending && this.#expected === 0) call.end();
  }
}
