import { setTimeout as pause } from 'node:timers/promises';
import type { Lease } from '#libs/postgresql';

/** How often it is checked whether the lease still is this server's, ms. */
const CHECK_MS = 500;

type Work = (signal: AbortSignal, turn: number | undefined) => Promise<void>;

/** Work that at most one of several servers does at a time. */
export class SoleWork {
  private readonly stopping = new AbortController();
  private running: Promise<void> | undefined;

  /** @param lease the right to do the work; undefined if this is the only server */
  constructor(
    private readonly lease: Lease | undefined,
    private readonly onProblem: (error: unknown) => void,
  ) {}

  /**
   * Does the work whenever it is this server's turn. A server that was stopped and wakes up may do a little more of it when
   * another one has begun: what it writes must depend on what it has read.
   * @param work ends soon after its signal is aborted; `turn` grows with each server's turn, and is undefined for the only one
   */
  start(work: Work): void {
    this.running = this.repeat(work).catch(this.onProblem);
  }

  /** Stops the work, and lets another server do it. */
  async stop(): Promise<void> {
    this.stopping.abort();
    await this.running;
    await this.lease?.stop().catch(this.onProblem);
  }

  private async repeat(work: Work): Promise<void> {
    const { lease, onProblem } = this;
    const { signal } = this.stopping;
    if (!lease) return work(signal, undefined);
    await lease.attempt(true).catch(onProblem);
    lease.start(() => {}, onProblem);
    while (!signal.aborted) {
      if (lease.isSafe) await this.doWhileHeld(lease, work);
      await pause(CHECK_MS, undefined, { signal }).catch(() => {});
    }
  }

  private async doWhileHeld(lease: Lease, work: Work): Promise<void> {
    const lost = new AbortController();
    const { token } = lease;
    const check = setInterval(() => {
      if (!lease.isSafe || lease.token !== token) lost.abort();
    }, CHECK_MS);
    try {
      await work(AbortSignal.any([lost.signal, this.stopping.signal]), token);
    } catch (error) {
      this.onProblem(error);
    } finally {
      clearInterval(check);
    }
  }
}
