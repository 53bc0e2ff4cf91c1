import type { EventStoreDBClient } from '@eventstore/db-client';
import { SOCKET_READ_MS, Timer } from '#libs/kernel';
import { Limiter } from './limiter.js';
import { ResponseTimeout, type TimeLimits } from './time-limits.js';

/**
 * Below the 16 messages that a gRPC stream buffers: with more, an append waits for the stream to drain, and if the
 * connection breaks just then, @eventstore/db-client 6.2.1 rejects a promise that nothing handles, which ends the process.
 */
const MAX_CONCURRENT_APPENDS = 15;

interface WaitingCall {
  readonly startedAt: number;
  readonly silenceMs: number;
  readonly timer: Timer;
  readonly reject: (error: ResponseTimeout) => void;
}

/** A client of the store that records when its server has last sent something. */
export class WatchedClient {
  /** Limits the appends of this client. An append that its caller has given up counts until the client settles it. */
  readonly appends = new Limiter(MAX_CONCURRENT_APPENDS);
  readonly createdAt = performance.now();
  private lastResponseAt = 0;
  /** When the current silence began: calls wait and nothing was received since; undefined while no call waits. */
  private silentSince: number | undefined;
  private waitingCalls = 0;

  constructor(
    readonly client: EventStoreDBClient,
    private readonly limits: TimeLimits,
    private readonly onResponse: () => void,
  ) {}

  /** Records that the server has sent something now: the silence of waiting calls begins anew, and `onResponse` is called. */
  recordResponse(): void {
    this.lastResponseAt = performance.now();
    this.restartSilence();
    this.onResponse();
  }

  /** How long, in ms, calls have waited without receiving anything from the server. */
  get silentForMs(): number {
    return this.silentSince === undefined ? 0 : performance.now() - this.silentSince;
  }

  /**
   * Settles like `response`. Rejects with {@link ResponseTimeout} when the server has sent nothing for `silenceMs` of this
   * call, or after the limit `slowMs`.
   */
  async waitWithTimeout<T>(response: Promise<T>, silenceMs: number): Promise<T> {
    const timer = new Timer();
    const startedAt = performance.now();
    this.silentSince ??= startedAt;
    this.waitingCalls++;
    const timeout = new Promise<never>((_, reject) => this.scheduleCheck({ startedAt, silenceMs, timer, reject }));
    try {
      const received = await Promise.race([response, timeout]);
      this.restartSilence();
      return received;
    } catch (error) {
      if (!(error instanceof ResponseTimeout)) this.restartSilence();
      throw error;
    } finally {
      timer.stop();
      this.waitingCalls--;
    }
  }

  /**
   * Checks again when the time of a call could be up.
   * @param isLast this is the check after SOCKET_READ_MS: the call fails if the time is still up
   */
  private scheduleCheck(call: WaitingCall, isLast = false): void {
    const now = performance.now();
    const silenceLeft = call.silenceMs - (now - Math.max(call.startedAt, this.lastResponseAt));
    const left = Math.min(silenceLeft, this.limits.slowMs - (now - call.startedAt));
    if (left <= 0 && isLast) call.reject(new ResponseTimeout(silenceLeft <= 0));
    else call.timer.start(() => this.scheduleCheck(call, left <= 0), left <= 0 ? SOCKET_READ_MS : left);
  }

  private restartSilence(): void {
    this.silentSince = this.waitingCalls > 1 ? performance.now() : undefined;
  }
}
