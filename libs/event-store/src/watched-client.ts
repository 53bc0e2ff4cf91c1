import type { EventStoreDBClient } from '@eventstore/db-client';
import { SOCKET_READ_MS, Timer } from '#libs/kernel';
import { Limiter } from './limiter.js';
import { NoAnswer, type TimeLimits } from './time-limits.js';

/**
 * Below the 16 messages that a gRPC stream buffers: with more, an append waits for the stream to drain, and if the
 * connection breaks just then, @eventstore/db-client 6.2.1 rejects a promise that nobody holds, which ends the process.
 */
const APPENDS_IN_FLIGHT = 15;

/** A client of the store, and when its server was last heard. */
export class WatchedClient {
  /** Appends of this client; one that its caller has given up keeps its place until the client settles it. */
  readonly appends = new Limiter(APPENDS_IN_FLIGHT);
  readonly since = performance.now();
  private heardAt = 0;
  /** Since when calls wait and nothing was heard; undefined while none waits. */
  private silentSince: number | undefined;
  private waiting = 0;

  constructor(
    readonly client: EventStoreDBClient,
    private readonly limits: TimeLimits,
    private readonly onHeard: () => void,
  ) {}

  /** Something came from the server. */
  heard(): void {
    this.heardAt = performance.now();
    this.settled();
    this.onHeard();
  }

  /** How long, in ms, calls have waited without a word from the server. */
  get silence(): number {
    return this.silentSince === undefined ? 0 : performance.now() - this.silentSince;
  }

  /**
   * Settles like the answer. Rejects with {@link NoAnswer} once the server was silent for `silence` ms of this call, or
   * let it alone wait too long.
   */
  async waitFor<T>(answer: Promise<T>, silence: number): Promise<T> {
    const timer = new Timer();
    const began = performance.now();
    this.silentSince ??= began;
    this.waiting++;
    const late = new Promise<never>((_, reject) => this.watch({ began, silence, timer, reject }));
    try {
      const answered = await Promise.race([answer, late]);
      this.settled();
      return answered;
    } catch (error) {
      if (!(error instanceof NoAnswer)) this.settled();
      throw error;
    } finally {
      timer.stop();
      this.waiting--;
    }
  }

  /** Looks again when the time could be up. The event loop reads sockets after its timers: the last word is theirs. */
  private watch(
    call: { began: number; silence: number; timer: Timer; reject: (error: NoAnswer) => void },
    isLast = false,
  ): void {
    const now = performance.now();
    const quiet = call.silence - (now - Math.max(call.began, this.heardAt));
    const left = Math.min(quiet, this.limits.slowMs - (now - call.began));
    if (left <= 0 && isLast) call.reject(new NoAnswer(quiet <= 0));
    else call.timer.start(() => this.watch(call, left <= 0), left <= 0 ? SOCKET_READ_MS : left);
  }

  private settled(): void {
    this.silentSince = this.waiting > 1 ? performance.now() : undefined;
  }
}
