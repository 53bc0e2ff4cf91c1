import { Client, type PoolConfig } from 'pg';
import type { StatementLimits } from './limits.js';
import { WatchedPool } from './pool.js';
import { schema } from './schema.js';
import type { ServerWatch } from './server-watch.js';

/** The pools of one PostgreSQL server: requests never wait for a batch, nor does the server stop a batch as late as a query. */
export interface PostgresqlPools {
  readonly queries: WatchedPool;
  readonly batches: WatchedPool;
}

/** How long, in ms, the end waits for the server. */
const FAREWELL = 1_000;

/** Pools of connections to a PostgreSQL server, which limits each statement itself, too. Throws one clear line. */
export function postgresqlPools(
  url: string,
  watch: ServerWatch,
  { queryMs, batchMs }: StatementLimits,
): PostgresqlPools {
  const config = (statement: number): PoolConfig => ({
    connectionString: url,
    connectionTimeoutMillis: queryMs,
    keepAlive: true,
    keepAliveInitialDelayMillis: 10_000,
    options: `-c search_path=${schema},public -c timezone=UTC -c datestyle=ISO -c statement_timeout=${statement} -c idle_in_transaction_session_timeout=${batchMs}`,
  });
  checkUrl(url);
  const options = { watch, lenience: 0, farewell: FAREWELL };
  return {
    queries: new WatchedPool({ ...config(queryMs), max: 10 }, options),
    batches: new WatchedPool({ ...config(batchMs), max: 2 }, options),
  };
}

/** A client reads its URL and the files named there when it is made, and connects later. */
function checkUrl(url: string): Client {
  try {
    return new Client(url);
  } catch (error) {
    const isFile = (error as NodeJS.ErrnoException).code === 'ENOENT';
    // oxlint-disable-next-line preserve-caught-error -- the error could quote the URL, password included
    throw new Error(
      isFile
        ? 'DATABASE_URL names a certificate or key file that is not there (sslrootcert, sslcert, sslkey).'
        : 'DATABASE_URL is no URL of PostgreSQL (postgres://user:password@host:port/database).',
    );
  }
}
