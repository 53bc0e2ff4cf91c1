import type { PoolConfig } from 'pg';
import { MonitoredPool, checkPostgresqlUrl, type ServerMonitor } from '#libs/postgresql';
import { IDLE_IN_TRANSACTION_MS, type StatementLimits } from './limits.js';

/** Two pools of one PostgreSQL server, with different time limits; requests never wait for a batch's connection. */
export interface PostgresqlPools {
  readonly queries: MonitoredPool;
  readonly batches: MonitoredPool;
}

/** One for a batch, one for a rebuild or digest, the others for leases and checkpoints, which must not wait for these. */
const MAX_BATCH_CONNECTIONS = 4;

/** How long, in ms, closing waits for the server. */
const CLOSE_TIMEOUT_MS = 1_000;

/**
 * Creates the pools of connections to PostgreSQL, one for queries and one for batches. Their time limits also apply on the
 * server (`statement_timeout`). `monitor` records responses and failures. `searchPath` is that of all connections. Throws an
 * Error of one line for a wrong URL.
 */
export function createPostgresqlPools(
  url: string,
  monitor: ServerMonitor,
  { queryMs, batchMs }: StatementLimits,
  searchPath: string,
): PostgresqlPools {
  const config = (statementMs: number): PoolConfig => ({
    connectionString: url,
    connectionTimeoutMillis: queryMs,
    keepAlive: true,
    keepAliveInitialDelayMillis: 10_000,
    options: `-c search_path=${searchPath} -c timezone=UTC -c datestyle=ISO -c statement_timeout=${statementMs} -c idle_in_transaction_session_timeout=${Math.min(batchMs, IDLE_IN_TRANSACTION_MS)}`,
  });
  checkPostgresqlUrl(url, 'DATABASE_URL');
  const options = { monitor, abandonedLimitMs: 0, closeTimeoutMs: CLOSE_TIMEOUT_MS };
  return {
    queries: new MonitoredPool({ ...config(queryMs), max: 10 }, options),
    batches: new MonitoredPool({ ...config(batchMs), max: MAX_BATCH_CONNECTIONS }, options),
  };
}
