import type { StoreObserver } from '#libs/kernel';
import { MonitoredPool, ServerMonitor, checkPostgresqlUrl, type PooledConnection } from '#libs/postgresql';
import { PostgresqlEngine } from './postgresql-engine.js';
import { schema } from './postgresql-schema.js';

export interface PostgresqlOptions {
  /** `postgres://…`, the value of STATE_URL. */
  readonly url: string;
  /** How long a statement may take, in ms. */
  readonly limitMs: number;
  readonly observer: StoreObserver;
  /** Whether all changes are to fail; default: no. */
  readonly isReadOnly?: boolean;
}

/** How many connections a server has at most. */
const MAX_CONNECTIONS = 10;
/** How long, in ms, closing waits for the server. */
const CLOSE_TIMEOUT_MS = 1_000;
/** How far the clock of this machine may be off that of the database, ms. */
const MAX_CLOCK_DIFFERENCE_MS = 2_000;

/**
 * Connects to the database of the durable state. `close` of the engine closes the connections.
 * @throws StoreUnavailable if it can't be reached; Error of one line if what was acknowledged could be lost there, or if a
 * connection pooler is in front of it
 */
export async function connectPostgresql(
  options: PostgresqlOptions,
): Promise<{ pool: MonitoredPool; engine: PostgresqlEngine }> {
  checkPostgresqlUrl(options.url, 'STATE_URL');
  const pool = createPool(options);
  try {
    await pool.withConnection(options.limitMs, checkServer);
    return { pool, engine: new PostgresqlEngine(pool, options.url, options.limitMs) };
  } catch (error) {
    await pool.end();
    throw error;
  }
}

function createPool({ url, limitMs, observer, isReadOnly = false }: PostgresqlOptions): MonitoredPool {
  // An answer means that the change is on the server's disk, and on that of a synchronous replica if it has one.
  const settings = [
    `search_path=${schema}`,
    'synchronous_commit=on',
    'timezone=UTC',
    `default_transaction_read_only=${isReadOnly}`,
    `statement_timeout=${limitMs}`,
    `idle_in_transaction_session_timeout=${limitMs}`,
  ];
  const store = { code: 'state.unavailable', name: 'The durable state' } as const;
  return new MonitoredPool(
    {
      connectionString: url,
      max: MAX_CONNECTIONS,
      connectionTimeoutMillis: limitMs,
      keepAlive: true,
      keepAliveInitialDelayMillis: 10_000,
      options: settings.map((setting) => `-c ${setting}`).join(' '),
    },
    { monitor: new ServerMonitor(observer, store), abandonedLimitMs: 0, closeTimeoutMs: CLOSE_TIMEOUT_MS },
  );
}

async function checkServer(connection: PooledConnection): Promise<void> {
  const startedAt = Date.now();
  const { rows } = await connection.query(
    `select current_setting('fsync') as fsync, current_setting('full_page_writes') as pages,
            current_setting('synchronous_commit') as sync, pg_backend_pid() as process,
            extract(epoch from clock_timestamp()) * 1000 as now`,
    [],
  );
  checkClock(Number((rows[0] as { now: string }).now), startedAt);
  const { fsync, pages, sync, process } = rows[0] as { fsync: string; pages: string; sync: string; process: number };
  if (fsync !== 'on' || pages !== 'on')
    throw new Error('The PostgreSQL of STATE_URL has fsync or full_page_writes off: it could lose keys. Turn both on.');
  // A pooler gives its clients numbers of its own.
  if (process !== connection.serverProcess || sync !== 'on')
    throw new Error(
      'STATE_URL leads to a connection pooler, which keeps neither settings nor notifications of a session: give the address of PostgreSQL itself.',
    );
}

/** Throws an Error of one line if the clocks differ: leases and due times follow that of the database, events that of the server. */
function checkClock(theirs: number, startedAt: number): void {
  const off = theirs < startedAt ? theirs - startedAt : Math.max(0, theirs - Date.now());
  if (Math.abs(off) <= MAX_CLOCK_DIFFERENCE_MS) return;
  const seconds = Math.round(Math.abs(off) / 1_000);
  throw new Error(
    `The clock of this machine is ${seconds} s ${off > 0 ? 'behind' : 'ahead of'} that of the PostgreSQL of STATE_URL: set both by NTP.`,
  );
}
