import { statfs } from 'node:fs/promises';
import type { StoreName } from '#libs/kernel';
import { RepeatedTask } from './repeated-task.js';
import type { StoreHealth } from './store-health.js';

/** How much room, in bytes, has to be left for writes to be taken; default, not configurable: what is under way, read models and checkpoints need some. */
const reserve = 8 << 20;
/** How long, in ms, between two looks at the disk. */
const interval = 500;

/**
 * Looks regularly how much room is left where the stores are. Requests that write are refused before a store finds none:
 * all alike, so that nobody learns which of them would have written.
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

  /** Resolves after the first look. */
  async start(): Promise<void> {
    await this.look();
    this.looking.start();
  }

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
