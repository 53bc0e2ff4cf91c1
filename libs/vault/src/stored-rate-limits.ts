import { SharedRateLimit, SharedRateLimits, type SharedRateLimitOptions } from '#libs/kernel';
import { sql, type Engine } from './engine/engine.js';

/** How often ended windows are deleted at most, ms. */
const CLEANUP_MS = 60_000;

/** The rate limits of an installation with several servers, in the database that they share. */
export class StoredRateLimits extends SharedRateLimits {
  private cleanedUpAt = -Infinity;

  /** @param hash returns a keyed hash: keys are sources and addresses, which the database need not know */
  constructor(
    private readonly engine: Engine,
    private readonly hash: (key: string) => string,
    private readonly now: () => Date,
  ) {
    super();
  }

  override create(name: string, options: SharedRateLimitOptions): SharedRateLimit {
    return new StoredRateLimit(
      this.engine,
      options,
      (key) => this.hash(`${name}\0${key}`),
      () => this.startTake(),
    );
  }

  /** Returns now (Unix ms), and deletes ended windows from time to time. */
  private async startTake(): Promise<number> {
    const now = this.now().getTime();
    if (performance.now() - this.cleanedUpAt > CLEANUP_MS) {
      this.cleanedUpAt = performance.now();
      await this.engine.run([sql('DELETE FROM rate_limit WHERE until <= ?', now)]);
    }
    return now;
  }
}

class StoredRateLimit extends SharedRateLimit {
  constructor(
    private readonly engine: Engine,
    private readonly options: SharedRateLimitOptions,
    private readonly hash: (key: string) => string,
    private readonly startTake: () => Promise<number>,
  ) {
    super();
  }

  override async take(key: string, amount = 1): Promise<number | undefined> {
    const { limit, window } = this.options;
    const id = this.hash(key);
    const now = await this.startTake();
    if (amount <= limit) {
      // A window that ends later than a new one would was begun by a clock that was ahead: it does not count.
      const take = `INSERT INTO rate_limit (key, until, count) VALUES (?, ?, ?)
        ON CONFLICT (key) DO UPDATE SET
          count = CASE WHEN rate_limit.until > ? AND rate_limit.until <= excluded.until THEN rate_limit.count ELSE 0 END + excluded.count,
          until = CASE WHEN rate_limit.until > ? AND rate_limit.until <= excluded.until THEN rate_limit.until ELSE excluded.until END
        WHERE rate_limit.until <= ? OR rate_limit.until > excluded.until OR rate_limit.count + excluded.count <= ?`;
      const [taken] = await this.engine.run([sql(take, id, now + window, amount, now, now, now, limit)]);
      if (taken! > 0) return undefined;
    }
    const find = sql('SELECT until FROM rate_limit WHERE key = ?', id);
    const [found] = await this.engine.query<{ until: number }>(find);
    return Math.max(1, Math.ceil(((found?.until ?? now + window) - now) / 1_000));
  }

  override async giveBack(key: string, amount = 1): Promise<void> {
    const giveBack = 'UPDATE rate_limit SET count = count - ? WHERE key = ? AND count >= ?';
    await this.engine.run([sql(giveBack, amount, this.hash(key), amount)]);
  }
}
