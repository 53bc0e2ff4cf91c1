import { PostgresDialect, type PostgresPool } from 'kysely';
import { Pool, types, type PoolClient, type PoolConfig } from 'pg';
import { Lease, destroy } from './lease.js';
import { GRACE } from './limits.js';
import type { ServerWatch } from './server-watch.js';
import { NoAnswer } from './unavailable.js';

/** How values come back, by type OID. As a parameter of `jsonb` an array is one of PostgreSQL's: stringify it. */
const parsers: Readonly<Record<number, (text: string) => unknown>> = {
  /** int8, so also `count(*)`: exact up to 2^53. */
  20: Number,
  /** date, as `YYYY-MM-DD`. */
  1082: String,
  /** timestamptz, as ISO 8601 in UTC with milliseconds. */
  1184: (text) => new Date(text).toISOString(),
};

export interface PoolOptions {
  /** Is told what is heard of the server. */
  readonly watch: ServerWatch;
  /** How long, in ms, a connection may go on with a statement that its caller has given up. */
  readonly lenience: number;
  /** How long, in ms, the end waits for the server to agree to it. */
  readonly farewell: number;
}

/** A pool of `pg` for Kysely, whose users wait for a limited time. */
export class WatchedPool {
  private readonly pool: Pool;
  private readonly open = new Set<PoolClient>();
  private readonly leased = new Set<PoolClient>();
  /** Cut off, though the pool may not have noticed yet. */
  private readonly dropped = new WeakSet<PoolClient>();
  private ending: Promise<void> | undefined;
  /** Whether every connection ended in agreement with the server. */
  endedCleanly = true;

  constructor(
    config: PoolConfig,
    private readonly options: PoolOptions,
  ) {
    this.pool = new Pool({ ...config, types: { getTypeParser: (oid) => parsers[oid] ?? types.getTypeParser(oid) } });
    // A connection that breaks is replaced at the next query; unheard, its `error` would end the process.
    this.pool
      .on('error', () => {})
      .on('connect', (client) => {
        this.open.add(client);
        client.on('error', () => {}).once('end', () => this.open.delete(client));
      });
    options.watch.onSilence(() => this.dropIdle());
  }

  /** Kysely over the pool, where each statement may take `limit` ms, after at most `wait` ms for a connection. Queries reject with `read-store.unavailable` while the database is away. */
  dialect(limit: number, wait = limit): PostgresDialect {
    const pool = { options: this.pool.options, end: () => this.end(), connect: () => this.lease(limit, wait) };
    return new PostgresDialect({ pool: pool as unknown as PostgresPool });
  }

  /** Ends all connections; those of a server that does not answer are cut off. Idempotent. */
  end(): Promise<void> {
    return (this.ending ??= this.endAll());
  }

  private async lease(limit: number, wait: number): Promise<Lease> {
    const { watch, lenience } = this.options;
    const began = performance.now();
    try {
      let client = await this.connect(wait);
      while (this.dropped.has(client)) {
        client.release(true);
        client = await this.connect(wait);
      }
      this.leased.add(client);
      const given = { watch, limit, lenience, patience: Math.max(limit + GRACE - (performance.now() - began), GRACE) };
      return new Lease(client, { ...given, done: () => this.leased.delete(client) });
    } catch (error) {
      throw watch.connectFailed(error, began);
    }
  }

  /** Waits for a connection for at most `milliseconds`; one that comes later goes back. */
  private async connect(milliseconds: number): Promise<PoolClient> {
    const connecting = this.pool.connect();
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(() => {
        reject(new NoAnswer('no connection in time'));
        connecting.then(
          (client) => client.release(),
          () => {},
        );
      }, milliseconds);
    });
    try {
      return await Promise.race([connecting, late]);
    } finally {
      clearTimeout(timer);
    }
  }

  /** Where one connection is silent, so are probably those that nobody uses: the next query is to get a new one. */
  private dropIdle(): void {
    for (const client of this.open) {
      if (this.leased.has(client)) continue;
      this.dropped.add(client);
      destroy(client);
    }
  }

  private async endAll(): Promise<void> {
    this.options.watch.close();
    // The pool's own `end` waits for none of them to have ended.
    const ended = [...this.open].map((client) => new Promise((resolve) => client.once('end', resolve)));
    const cut = setTimeout(() => {
      this.endedCleanly = false;
      for (const client of this.open) destroy(client);
    }, this.options.farewell);
    await this.pool.end();
    await Promise.all(ended);
    clearTimeout(cut);
  }
}
