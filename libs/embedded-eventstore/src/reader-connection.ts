import { setImmediate } from 'node:timers';
import type { ServerDuplexStream, ServerWritableStream } from '@grpc/grpc-js';

/** A call whose responses are frames. */
export type FrameCall =
  ServerWritableStream<unknown, readonly Uint8Array[]> | ServerDuplexStream<unknown, readonly Uint8Array[]>;

/** Sends frames to one reader, with back-pressure. After the call was closed, every wait ends at once. */
export class ReaderConnection {
  readonly #call: FrameCall;
  #isCancelled = false;
  #wake: (() => void) | undefined;

  constructor(call: FrameCall) {
    this.#call = call;
    call.once('cancelled', () => {
      this.#isCancelled = true;
      this.#wake?.();
    });
  }

  get isClosed(): boolean {
    return this.#isCancelled || this.#call.destroyed || this.#call.writableEnded;
  }

  /** Sends frames and waits until they went to the socket. Without frames it waits one tick, so that others can run. */
  async send(frames: readonly Uint8Array[]): Promise<void> {
    await this.waitFor((wake) => {
      if (frames.length > 0) this.#call.write(frames, wake);
      else setImmediate(wake);
    });
  }

  /**
   * Waits until the callback is called or the call is closed.
   * @param start gets the callback; it may return a function that cleans up after the wait
   */
  async waitFor(start: (wake: () => void) => (() => void) | void): Promise<void> {
    if (this.isClosed) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#wake = resolve;
    const cleanUp = start(resolve);
    await promise;
    this.#wake = undefined;
    cleanUp?.();
  }
}

/**
 * Returns an object that makes grpc-js send many frames (messages with their 5-byte headers) at once, instead of in a dozen
 * steps each. grpc-js takes it for the Buffer of one message: it allocates `byteLength` + 5 bytes, writes a header, and calls
 * `copy`, which overwrites that header with the frames. The client receives one message for each frame.
 */
export function packFrames(frames: readonly Uint8Array[]): Buffer {
  const length = frames.reduce((sum, frame) => sum + frame.length, 0);
  const copy = (target: Buffer): number => {
    let offset = 0;
    for (const frame of frames) {
      target.set(frame, offset);
      offset += frame.length;
    }
    return offset;
  };
  return { byteLength: length - 5, copy } as Buffer;
}
