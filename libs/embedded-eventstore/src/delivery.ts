import { setImmediate } from 'node:timers';
import type { ServerDuplexStream, ServerWritableStream } from '@grpc/grpc-js';

/** A call that is answered by frames. */
export type FrameCall =
  ServerWritableStream<unknown, readonly Uint8Array[]> | ServerDuplexStream<unknown, readonly Uint8Array[]>;

/**
 * What goes to one reader, at his pace: a step waits until the frames before it went to his socket.
 * Once the call is gone every step ends at once.
 */
export class Delivery {
  readonly #call: FrameCall;
  #gone = false;
  #wake: (() => void) | undefined;

  constructor(call: FrameCall) {
    this.#call = call;
    call.once('cancelled', () => {
      this.#gone = true;
      this.#wake?.();
    });
  }

  get gone(): boolean {
    return this.#gone || this.#call.destroyed || this.#call.writableEnded;
  }

  /** Waits also when there is nothing to send, for the others' sake. */
  async send(frames: readonly Uint8Array[]): Promise<void> {
    await this.until((wake) => {
      if (frames.length > 0) this.#call.write(frames, wake);
      else setImmediate(wake);
    });
  }

  /** Waits until `start` calls back; what it returns is run when the wait is over. */
  async until(start: (wake: () => void) => (() => void) | void): Promise<void> {
    if (this.gone) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#wake = resolve;
    const giveUp = start(resolve);
    await promise;
    this.#wake = undefined;
    giveUp?.();
  }
}

/**
 * Serializes many frames as if they were one message. grpc-js would take a dozen steps for each of them; here it allots
 * `byteLength` + 5 bytes, writes a header for one message, and calls `copy`, which overwrites that header with the frames.
 */
export function pack(frames: readonly Uint8Array[]): Buffer {
  const length = frames.reduce((sum, frame) => sum + frame.length, 0);
  const copy = (target: Buffer): number => {
    let at = 0;
    for (const frame of frames) {
      target.set(frame, at);
      at += frame.length;
    }
    return at;
  };
  return { byteLength: length - 5, copy } as Buffer;
}
