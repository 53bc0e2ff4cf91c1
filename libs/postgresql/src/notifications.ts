import { once } from 'node:events';
import { setTimeout as pause } from 'node:timers/promises';
import { Client } from 'pg';

export interface NotificationOptions {
  readonly url: string;
  /** The channel of PostgreSQL's NOTIFY. */
  readonly channel: string;
  /** How often to look without a notification, ms: one may be lost with its connection. */
  readonly pollMs: number;
  /** Looks what has changed. Calls do not overlap. */
  readonly look: () => Promise<void>;
  /** Is called with each failure of `look` or of the connection. */
  readonly onProblem: (error: unknown) => void;
}

/** Looks for changes that other servers have made, whenever PostgreSQL notifies of one, and regularly. */
export class Notifications {
  private readonly stopping = new AbortController();
  private readonly running: readonly Promise<void>[];
  private wake = () => {};

  constructor(private readonly options: NotificationOptions) {
    this.running = [this.listen(), this.lookRepeatedly()];
  }

  /** Ends both loops and closes the connection. */
  async close(): Promise<void> {
    this.stopping.abort();
    await Promise.all(this.running);
  }

  private async listen(): Promise<void> {
    const { url, channel, pollMs, onProblem } = this.options;
    const { signal } = this.stopping;
    while (!signal.aborted) {
      const client = new Client({ connectionString: url, keepAlive: true, connectionTimeoutMillis: pollMs });
      client.on('notification', () => this.wake());
      const ended = once(client, 'end', { signal }).catch(() => {});
      client.on('error', onProblem);
      try {
        await client.connect();
        await client.query(`LISTEN ${channel}`);
        this.wake();
        await ended;
      } catch (error) {
        if (!signal.aborted) onProblem(error);
      }
      await client.end().catch(() => {});
      await pause(pollMs, undefined, { signal }).catch(() => {});
    }
  }

  private async lookRepeatedly(): Promise<void> {
    const { pollMs, look, onProblem } = this.options;
    const { signal } = this.stopping;
    while (!signal.aborted) {
      // Made before the look, so that a notification meanwhile is not lost.
      const woken = new Promise<void>((resolve) => (this.wake = resolve));
      await look().catch((error: unknown) => !signal.aborted && onProblem(error));
      const polling = new AbortController();
      const either = AbortSignal.any([signal, polling.signal]);
      await Promise.race([woken, pause(pollMs, undefined, { signal: either }).catch(() => {})]);
      polling.abort();
    }
  }
}
