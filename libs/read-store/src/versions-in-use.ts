import { dropUnusedVersions, recordUse } from './version-use.js';
import type { ReadStore } from './read-store.js';

/** How often it is recorded that this process is alive, and how often unused tables are looked for, in ms. */
const RECORD_MS = 60_000;
const DROP_MS = 600_000;

/** Keeps the tables of this build's versions from being dropped, and drops those that no process has used for a day. */
export class VersionsInUse {
  #recordedAt = -Infinity;
  #droppedAt = -Infinity;

  constructor(
    private readonly store: ReadStore,
    private readonly schemas: readonly string[],
  ) {}

  /** Records the use, and drops unused tables, if the last time was long enough ago. */
  async update(): Promise<void> {
    const now = performance.now();
    if (now - this.#recordedAt >= RECORD_MS) {
      await recordUse(this.store.batchDb, this.schemas);
      this.#recordedAt = now;
    }
    if (now - this.#droppedAt >= DROP_MS) {
      await dropUnusedVersions(this.store.batchDb, this.schemas);
      this.#droppedAt = now;
    }
  }
}
