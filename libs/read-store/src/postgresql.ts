import type { PostgresDialect } from 'kysely';
import { poolDialect } from './pool.js';
import { schema } from './schema.js';

/** Kysely over a PostgreSQL server. */
export const postgresqlDialect = (url: string): PostgresDialect =>
  poolDialect({
    connectionString: url,
    max: 10,
    connectionTimeoutMillis: 5_000,
    keepAlive: true,
    options: `-c search_path=${schema},public -c timezone=UTC -c datestyle=ISO`,
  });
