import type { EventStore } from '#libs/event-store';
import type { ReadModels, ReadStore } from '#libs/read-store';
import { RepeatedTask } from './repeated-task.js';

/** The time between two checks of the stores, in ms. */
const interval = 2_000;

/** Read models count as stalled if they are behind the log and have not moved for this time, in ms. */
const stalledAfter = 6_000;

/**
 * Checks regularly whether both stores respond, so that an outage is noticed also when no request comes, and compares
 * the position of the read models with the end of the log.
 */
export class StoreMonitor {
  private readonly task = new RepeatedTask(interval, () => this.ask());
  private seen = { position: -1, at: performance.now() };
  private isStalled = false;

  constructor(
    private readonly parts: {
      readonly store: EventStore;
      readonly readStore: ReadStore;
      readonly readModels: ReadModels;
    },
  ) {}

  /** Whether the read models are behind the log and do not move. */
  get projectionsStalled(): boolean {
    return this.isStalled;
  }

  /** Begins with the first check. */
  start(): void {
    this.task.start();
  }

  /** Ends the checks. Resolves when a running check has ended. */
  stop(): Promise<void> {
    return this.task.stop();
  }

  private async ask(): Promise<void> {
    // Each store reports the outcome to its observer.
    const [head] = await Promise.all([
      this.parts.store.lastPosition().catch(() => undefined),
      this.parts.readStore.ping(),
    ]);
    this.compare(head);
  }

  private compare(head: number | undefined): void {
    const { position } = this.parts.readModels;
    const now = performance.now();
    const moves = position !== this.seen.position;
    if (moves || head === undefined || head <= position) this.seen = { position, at: now };
    this.isStalled = now - this.seen.at >= stalledAfter;
  }
}
