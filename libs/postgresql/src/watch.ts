import { setTimeout as pause } from 'node:timers/promises';
import { ChannelListener } from './channel-listener.js';

export interface WatchOptions {
  /** How often to look if nothing wakes the watch, ms: a notification may be lost with its connection. */
  readonly pollMs: number;
  /** Reads the state that other servers may have changed. Calls do not overlap. */
  readonly look: () => Promise<void>;
  /** Is called with each failure of `look`. */
  readonly onProblem: (error: unknown) => void;
}

/** Reads a state that other servers change: regularly, and as soon as it is woken. */
export class Watch {
  private readonly stopping = new AbortController();
  private listener: ChannelListener | undefined;
  private looking: Promise<void> | undefined;
  private endPause = () => {};

  constructor(private readonly options: WatchOptions) {}

  /** Begins with the first look. */
  start(): void {
    this.looking = this.lookRepeatedly();
  }

  /** Wakes the watch at each notification on a channel of the PostgreSQL at `url`. Idempotent. */
  listen(url: string, channel: string): void {
    if (this.listener) return;
    this.listener = new ChannelListener(url, channel, () => this.wake());
    this.listener.start();
  }

  /** Looks now, or once more if a look is running. */
  wake(): void {
    this.endPause();
  }

  /** Ends the looks and closes the connection that listens. */
  async close(): Promise<void> {
    this.stopping.abort();
    this.wake();
    await Promise.all([this.looking, this.listener?.stop()]);
  }

  private async lookRepeatedly(): Promise<void> {
    const { pollMs, look, onProblem } = this.options;
    const { signal } = this.stopping;
    while (!signal.aborted) {
      // Made before the look, so that a wake during it is not lost.
      const woken = new Promise<void>((resolve) => (this.endPause = resolve));
      await look().catch((error: unknown) => !signal.aborted && onProblem(error));
      const polling = new AbortController();
      await Promise.race([woken, pause(pollMs, undefined, { signal: polling.signal }).catch(() => {})]);
      polling.abort();
    }
  }
}
