import { PostgresDialect, type PostgresPool } from 'kysely';
import { DatabaseError, Pool, types, type PoolClient } from 'pg';
import Cursor from 'pg-cursor';
import { parsers } from './parsers.js';
import { schema } from './schema.js';
import { unavailable } from './unavailable.js';

/** Kysely over a PostgreSQL server. Queries reject with `read-store.unavailable` while it is away. */
export function postgresDialect(url: string): PostgresDialect {
  const pool = new Pool({
    connectionString: url,
    max: 10,
    connectionTimeoutMillis: 5_000,
    keepAlive: true,
    options: `-c search_path=${schema},public -c timezone=UTC -c datestyle=ISO`,
    types: { getTypeParser: (oid) => parsers[oid] ?? types.getTypeParser(oid) },
  });
  // A connection that breaks is replaced at the next query; unheard, its `error` would end the process.
  pool.on('error', () => {}).on('connect', (client) => client.on('error', () => {}));
  const guarded = { options: pool.options, end: () => pool.end(), connect: () => pool.connect().then(guard, refuse) };
  return new PostgresDialect({ pool: guarded as unknown as PostgresPool, cursor: Cursor });
}

/** A connection on which a query found the server away goes, before its socket says so: the next query gets another. */
function guard(client: PoolClient) {
  let broken = false;
  const refused = (error: unknown): never => {
    broken ||= isAway(error);
    return refuse(error);
  };
  return {
    query: (query: string | Cursor, parameters: unknown[]) =>
      typeof query === 'string' ? client.query(query, parameters).catch(refused) : client.query(query),
    release: (discard?: boolean) => client.release(discard || broken),
  };
}

/** What the database itself says stands, unless it says that it is going down, starting or full. */
const isAway = (error: unknown): boolean =>
  !(error instanceof TypeError) && !(error instanceof DatabaseError && !/^(08|53300|57P0)/.test(error.code ?? ''));

function refuse(error: unknown): never {
  throw isAway(error) ? unavailable(error) : error;
}
