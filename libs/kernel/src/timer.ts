/**
 * How long, in ms, a time-out waits once more before it gives up. The event loop runs timers before it reads sockets:
 * a response that arrived while this process was blocked is still unread when the timer fires.
 */
export const SOCKET_READ_MS = 50;

/** A time-out that can be started again and again; `stop` cancels the last one. */
export class Timer {
  private handle: NodeJS.Timeout | undefined;

  /** Calls `callback` after some milliseconds. */
  start(callback: () => void, milliseconds: number): void {
    this.handle = setTimeout(callback, milliseconds);
  }

  /** Cancels the last start; does nothing if the callback has run. */
  stop(): void {
    clearTimeout(this.handle);
  }
}
