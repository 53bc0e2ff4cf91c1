import { PostgresDialect, type PostgresPool } from 'kysely';
import { Pool, types, type PoolClient, type PoolConfig } from 'pg';
import { GRACE_MS } from './time-limits.js';
import { PooledConnection, destroySocket } from './pooled-connection.js';
import { ResponseTimeout } from './database-problem.js';
import type { ServerMonitor } from './server-monitor.js';

/** How values are parsed, by type OID. As a parameter of `jsonb`, `pg` sends an array as PostgreSQL's: stringify it. */
const parsers: Readonly<Record<number, (text: string) => unknown>> = {
  /** int8, so also `count(*)`: exact up to 2^53. */
  20: Number,
  /** date, as `YYYY-MM-DD`. */
  1082: String,
  /** timestamptz, as ISO 8601 in UTC with milliseconds. */
  1184: (text) => new Date(text).toISOString(),
};

export interface PoolOptions {
  readonly monitor: ServerMonitor;
  /** How long, in ms, the server may go on with a statement that timed out before its connection is closed. */
  readonly abandonedLimitMs: number;
  /** How long, in ms, closing the pool waits for the server before it closes the sockets. */
  readonly closeTimeoutMs: number;
}

/** How the connections of a dialect are used; times in ms. */
export interface DialectOptions {
  /** How long a statement may take. */
  readonly limitMs: number;
  /** How long a query waits for a free connection. Default: as long as a statement may take. */
  readonly connectMs?: number;
  /** For a long limit: after how long without an answer of the server, to this or another statement, a statement is given up. */
  readonly silenceMs?: number;
  /** Throws if no query may be run now. */
  readonly refuse?: () => void;
}

/** A pool of `pg` for Kysely with time limits for connecting and for each statement. */
export class MonitoredPool {
  private readonly pool: Pool;
  private readonly connections = new Set<PoolClient>();
  private readonly inUse = new Set<PoolClient>();
  /** Connections whose sockets were closed here; the pool may not have noticed it yet. */
  private readonly destroyed = new WeakSet<PoolClient>();
  private ending: Promise<void> | undefined;
  /** Whether all connections were closed in agreement with the server. */
  endedCleanly = true;

  constructor(
    config: PoolConfig,
    private readonly options: PoolOptions,
  ) {
    this.pool = new Pool({ ...config, types: { getTypeParser: (oid) => parsers[oid] ?? types.getTypeParser(oid) } });
    // Without listeners an `error` would end the process; a broken connection is replaced at the next query.
    this.pool
      .on('error', () => {})
      .on('connect', (client) => {
        this.connections.add(client);
        client.on('error', () => {}).once('end', () => this.connections.delete(client));
      });
    options.monitor.onSilence(() => this.destroyIdle());
  }

  /** Returns a Kysely dialect on this pool. Its queries throw the refusal of its store while the database is unavailable. */
  dialect({ refuse = () => {}, ...limits }: DialectOptions): PostgresDialect {
    const pool = {
      options: this.pool.options,
      end: () => this.end(),
      connect: async () => {
        refuse();
        return this.acquire(limits);
      },
    };
    return new PostgresDialect({ pool: pool as unknown as PostgresPool });
  }

  /**
   * Runs `work` with a connection of its own.
   * @param limitMs how long a statement may take, and how long it waits for a free connection
   */
  async withConnection<T>(limitMs: number, work: (connection: PooledConnection) => Promise<T>): Promise<T> {
    const connection = await this.acquire({ limitMs });
    try {
      return await work(connection);
    } finally {
      connection.release();
    }
  }

  /** Closes all connections, by force if the server does not respond. Idempotent. */
  end(): Promise<void> {
    return (this.ending ??= this.endAll());
  }

  private async acquire({ limitMs, connectMs = limitMs, silenceMs }: DialectOptions): Promise<PooledConnection> {
    const { monitor, abandonedLimitMs } = this.options;
    const startedAt = performance.now();
    try {
      let client = await this.connect(connectMs);
      while (this.destroyed.has(client)) {
        client.release(true);
        client = await this.connect(connectMs);
      }
      this.inUse.add(client);
      return new PooledConnection(client, {
        monitor,
        limitMs,
        ...(silenceMs !== undefined && { silenceMs }),
        abandonedLimitMs,
        firstLimitMs: Math.max(limitMs + GRACE_MS - (performance.now() - startedAt), GRACE_MS),
        onRelease: () => this.inUse.delete(client),
      });
    } catch (error) {
      throw monitor.recordConnectFailure(error, startedAt);
    }
  }

  /** Waits for a connection. Throws {@link ResponseTimeout}; a connection that comes later goes back to the pool. */
  private async connect(milliseconds: number): Promise<PoolClient> {
    const connecting = this.pool.connect();
    let timer: NodeJS.Timeout | undefined;
    const timeout = new Promise<never>((_, reject) => {
      timer = setTimeout(() => {
        reject(new ResponseTimeout('no connection in time'));
        connecting.then(
          (client) => client.release(),
          () => {},
        );
      }, milliseconds);
    });
    try {
      return await Promise.race([connecting, timeout]);
    } finally {
      clearTimeout(timer);
    }
  }

  /** Closes the idle connections: if one connection is silent, they probably are, too. */
  private destroyIdle(): void {
    for (const client of this.connections) {
      if (this.inUse.has(client)) continue;
      this.destroyed.add(client);
      destroySocket(client);
    }
  }

  private async endAll(): Promise<void> {
    this.options.monitor.stopReporting();
    // The pool's own `end` does not wait until the connections are closed.
    const ended = [...this.connections].map((client) => new Promise((resolve) => client.once('end', resolve)));
    const timer = setTimeout(() => {
      this.endedCleanly = false;
      for (const client of this.connections) destroySocket(client);
    }, this.options.closeTimeoutMs);
    await this.pool.end();
    await Promise.all(ended);
    clearTimeout(timer);
  }
}
