import type { MonitoredPool, PooledConnection } from '#libs/postgresql';
import { firstPostgresqlVersion, postgresqlMigrations, schema } from './postgresql-schema.js';
import { toPostgresql } from './postgresql-statement.js';

/** The version of the schema that this build works with. */
const VERSION = firstPostgresqlVersion + postgresqlMigrations.length - 1;

/** The key of the advisory lock under which the schema is created and migrated; a constant of ours. */
const MIGRATION_LOCK = 0x526f6c6c;

/** Returns whether the database holds a durable state. */
export async function hasState(pool: MonitoredPool, limitMs: number): Promise<boolean> {
  return pool.withConnection(limitMs, async (connection) => (await readVersion(connection)) !== undefined);
}

/**
 * Brings the schema to this build's version, and creates it first if `initialize` is given.
 * @param initialize returns the statements that fill a new schema; they are run in the transaction that creates it
 * @throws Error of one line if there is no schema, or if it is of a newer build and this one may not use it
 */
export async function prepareState(
  pool: MonitoredPool,
  limitMs: number,
  initialize?: () => readonly { readonly text: string; readonly values: readonly unknown[] }[],
): Promise<void> {
  await pool.withConnection(limitMs, async (connection) => {
    await connection.query('begin', []);
    try {
      // Servers that start at the same time do this one after the other.
      await connection.query(`select pg_advisory_xact_lock(${MIGRATION_LOCK})`, []);
      await migrate(connection, initialize);
      await connection.query('commit', []);
    } catch (error) {
      await connection.query('rollback', []).catch(() => {});
      throw error;
    }
  });
}

/** Brings the schema to this build's version, in a transaction of the caller; otherwise as {@link prepareState}. */
export async function migrate(
  connection: PooledConnection,
  initialize: Parameters<typeof prepareState>[2],
): Promise<void> {
  const found = await readVersion(connection);
  if (found === undefined && !initialize)
    throw new Error(
      `there is no durable state in the database of STATE_URL: it holds the keys to the log and can't be made anew for an old one`,
    );
  if (found === VERSION) return;
  if (found !== undefined && found > VERSION) return checkMayGoOn(connection, found);
  if (found === firstPostgresqlVersion) await checkNoServersOfFirstVersion(connection);
  if (found === undefined) {
    await connection.query(`create schema if not exists ${schema}`, []);
    await connection.query('create table version (one boolean primary key check (one), version integer not null)', []);
  }
  for (let version = found ?? firstPostgresqlVersion - 1; version < VERSION; version++) {
    await connection.query(postgresqlMigrations[version - firstPostgresqlVersion + 1]!.statements, []);
    await connection.query(
      'insert into version (one, version) values (true, $1) on conflict (one) do update set version = excluded.version',
      [version + 1],
    );
  }
  await connection.query('update version set oldest = $1', [postgresqlMigrations.at(-1)!.oldest]);
  if (found !== undefined || !initialize) return;
  for (const { text, values } of initialize()) await connection.query(toPostgresql(text), [...values]);
}

/** Returns the version of the schema, or undefined if there is none. */
export async function readVersion(connection: PooledConnection): Promise<number | undefined> {
  const found = await connection.query(`select to_regclass('${schema}.version') is not null as found`, []);
  if (!(found.rows[0] as { found: boolean }).found) return undefined;
  const { rows } = await connection.query(`select version from ${schema}.version`, []);
  return (rows[0] as { version: number } | undefined)?.version;
}

/** Throws an Error of one line if a newer build has changed the schema so that this one may not use it. */
async function checkMayGoOn(connection: PooledConnection, found: number): Promise<void> {
  const { rows } = await connection.query(`select oldest from ${schema}.version`, []);
  const { oldest } = rows[0] as { oldest: number };
  if (oldest > VERSION)
    throw new Error(
      `the durable state in the database of STATE_URL is of version ${found}, made by a newer build, and names newer builds only: those of version ${oldest} or later`,
    );
}

/** Throws an Error of one line if servers run whose build does not say which events it can read. */
async function checkNoServersOfFirstVersion(connection: PooledConnection): Promise<void> {
  const { rows } = await connection.query(
    `select 1 from lease where name like 'server:%' and renewed_at > clock_timestamp() - interval '6 s'`,
    [],
  );
  if (rows.length > 0)
    throw new Error('servers of an earlier build are running, beside which this one can not: stop them first');
}

/** Throws an Error of one line if the schema is of an earlier build, so that it lacks tables of this one. */
export async function checkIsMigrated(connection: PooledConnection): Promise<void> {
  const found = await readVersion(connection);
  if (found !== undefined && found < VERSION)
    throw new Error(
      'the durable state in the database of STATE_URL is of an earlier build: start the server of this build first',
    );
}

/** Throws an Error of one line if the schema may have tables that this build does not know, and which a copy of all would lack. */
export async function checkIsNotNewer(connection: PooledConnection): Promise<void> {
  const found = await readVersion(connection);
  if (found !== undefined && found > VERSION)
    throw new Error(
      `the durable state in the database of STATE_URL is of version ${found}: use the tools of the build that made it`,
    );
}
