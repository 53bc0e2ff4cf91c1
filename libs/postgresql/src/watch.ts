import { setTimeout as pause } from 'node:timers/promises';
import { ChannelListener } from './channel-listener.js';

export interface WatchOptions {
  readonly url: string;
  /** The channel of PostgreSQL's NOTIFY. */
  readonly channel: string;
  /** How often to look without a notification, ms: one may be lost with its connection. */
  readonly pollMs: number;
  /** Looks what has changed. Calls do not overlap. */
  readonly look: () => Promise<void>;
  /** Is called with each failure of `look`. */
  readonly onProblem: (error: unknown) => void;
}

/** Looks for changes that other servers have made, whenever PostgreSQL notifies of one, and regularly. */
export class Watch {
  private readonly stopping = new AbortController();
  private readonly listener: ChannelListener;
  private readonly looking: Promise<void>;
  private wake = () => {};

  constructor(private readonly options: WatchOptions) {
    this.listener = new ChannelListener(options.url, options.channel, () => this.wake());
    this.listener.start();
    this.looking = this.lookRepeatedly();
  }

  /** Ends it and closes the connection. */
  async close(): Promise<void> {
    this.stopping.abort();
    this.wake();
    await Promise.all([this.looking, this.listener.stop()]);
  }

  private async lookRepeatedly(): Promise<void> {
    const { pollMs, look, onProblem } = this.options;
    const { signal } = this.stopping;
    while (!signal.aborted) {
      // Made before the look, so that a notification meanwhile is not lost.
      const woken = new Promise<void>((resolve) => (this.wake = resolve));
      await look().catch((error: unknown) => !signal.aborted && onProblem(error));
      const polling = new AbortController();
      await Promise.race([woken, pause(pollMs, undefined, { signal: polling.signal }).catch(() => {})]);
      polling.abort();
    }
  }
}
