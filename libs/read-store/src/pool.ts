import { PostgresDialect, type PostgresPool } from 'kysely';
import { DatabaseError, Pool, types, type PoolClient, type PoolConfig } from 'pg';
import { unavailable } from './unavailable.js';

/** How values come back, by type OID. As a parameter of `jsonb` an array is one of PostgreSQL's: stringify it. */
const parsers: Readonly<Record<number, (text: string) => unknown>> = {
  /** int8, so also `count(*)`: exact up to 2^53. */
  20: Number,
  /** date, as `YYYY-MM-DD`. */
  1082: String,
  /** timestamptz, as ISO 8601 in UTC with milliseconds. */
  1184: (text) => new Date(text).toISOString(),
};

/** Kysely over a pool of `pg`. Queries reject with `read-store.unavailable` while the database is away. */
export function poolDialect(config: PoolConfig): PostgresDialect {
  const pool = new Pool({ ...config, types: { getTypeParser: (oid) => parsers[oid] ?? types.getTypeParser(oid) } });
  const open = new Set<PoolClient>();
  // A connection that breaks is replaced at the next query; unheard, its `error` would end the process.
  pool.on('error', () => {}).on('connect', (client) => {
    open.add(client);
    client.on('error', () => {}).once('end', () => open.delete(client));
  });
  const end = async () => {
    // The pool's own `end` waits for none of them to have ended.
    const ended = [...open].map((client) => new Promise((resolve) => client.once('end', resolve)));
    await pool.end();
    await Promise.all(ended);
  };
  const guarded = { options: pool.options, end, connect: () => pool.connect().then(guard, refuse) };
  return new PostgresDialect({ pool: guarded as unknown as PostgresPool });
}

/** A connection on which a query found the server away goes, before its socket says so: the next query gets another. */
function guard(client: PoolClient) {
  let broken = false;
  const refused = (error: unknown): never => {
    broken ||= isAway(error);
    return refuse(error);
  };
  return {
    query: (query: string, parameters: unknown[]) => client.query(query, parameters).catch(refused),
    release: (discard?: boolean) => client.release(discard || broken),
  };
}

/** What the database itself says stands, unless it says that it is going down, starting or full. */
const isAway = (error: unknown): boolean =>
  !(error instanceof TypeError) && !(error instanceof DatabaseError && !/^(08|53300|57P0)/.test(error.code ?? ''));

function refuse(error: unknown): never {
  throw isAway(error) ? unavailable(error) : error;
}
