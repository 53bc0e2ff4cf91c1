import { statfs } from 'node:fs/promises';
import type { StoreName } from '#libs/kernel';
import { RepeatedTask } from './repeated-task.js';
import type { StoreHealth } from './store-health.js';

/** Writes are refused if less than this is free, in bytes; constant. Running writes, read models and checkpoints need some space. */
const reserve = 8 << 20;
/** The time between two checks of the disk, in ms. */
const interval = 500;

/**
 * Checks regularly how much space is left on the disk of the stores. While it is nearly full, all requests with writing
 * methods are refused, before a write fails; all of them, so that a refusal does not disclose whether a request would write.
 */
export class DiskMonitor {
  private readonly looking = new RepeatedTask(interval, () => this.look());
  private full = false;

  constructor(
    private readonly options: {
      readonly directory: string;
      readonly stores: readonly StoreName[];
      readonly health: StoreHealth;
    },
  ) {}

  get isFull(): boolean {
    return this.full;
  }

  /** Begins the checks. Resolves after the first one. */
  async start(): Promise<void> {
    await this.look();
    this.looking.start();
  }

  /** Ends the checks. Resolves when a running check has ended. */
  stop(): Promise<void> {
    return this.looking.stop();
  }

  private async look(): Promise<void> {
    const { directory, stores, health } = this.options;
    const { bavail, bsize } = await statfs(directory);
    this.full = bavail * bsize < reserve;
    for (const store of stores) {
      if (this.full)
        health
          .observer(store)
          .failed({ kind: 'full', code: 'disk-full', detail: `the disk of ${directory} is full: make room.` });
      else health.observer(store).recovered('full');
    }
  }
}
