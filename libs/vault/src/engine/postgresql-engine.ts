import {
  Lease,
  Watch,
  type LeaseOptions,
  type MonitoredPool,
  type PooledConnection,
  type RunSql,
} from '#libs/postgresql';
import { readRows, type TableRows } from './postgresql-rows.js';
import { logChannel } from './postgresql-schema.js';
import { toPostgresql } from './postgresql-statement.js';
import { checkIsNotNewer } from './postgresql-version.js';
import { writeStateFile } from '../state-file.js';
import { ChangedMeanwhile, type Engine, type Statement } from './engine.js';

/** How often a server looks for the changes of others if no notification comes, ms. */
const POLL_MS = 1_000;

/** The state in PostgreSQL. */
export class PostgresqlEngine implements Engine {
  readonly isShared = true;

  /**
   * @param url of the database, for a connection that listens to notifications
   * @param limitMs how long a statement may take
   */
  constructor(
    private readonly pool: MonitoredPool,
    private readonly url: string,
    private readonly limitMs: number,
  ) {}

  query<Row>({ text, values }: Statement): Promise<Row[]> {
    return this.pool.withConnection(this.limitMs, async (connection) => {
      const { rows } = await connection.query(toPostgresql(text), [...values]);
      return rows as Row[];
    });
  }

  run(statements: readonly Statement[]): Promise<number[]> {
    return this.pool.withConnection(this.limitMs, async (connection) => {
      const [only, ...more] = statements;
      if (!only) return [];
      if (more.length === 0) return [await change(connection, only)];
      await connection.query('begin', []);
      try {
        const changes: number[] = [];
        for (const statement of statements) changes.push(await change(connection, statement));
        await connection.query('commit', []);
        return changes;
      } catch (error) {
        // If the connection is lost, the server rolls back, and the pool closes the connection.
        await connection.query('rollback', []).catch(() => {});
        throw error;
      }
    });
  }

  copyTo(file: string, signal?: AbortSignal): Promise<void> {
    return this.pool.withConnection(this.limitMs, async (connection) => {
      await checkIsNotNewer(connection);
      await writeStateFile(file, readSnapshot(connection), signal);
    });
  }

  watch(look: () => Promise<void>, onProblem: (error: unknown) => void): { close(): Promise<void> } {
    const watch = new Watch({ pollMs: POLL_MS, look, onProblem });
    watch.listen(this.url, logChannel);
    watch.start();
    return watch;
  }

  lease(options: Pick<LeaseOptions, 'name' | 'holder'>): Lease {
    const run: RunSql = (text, values) =>
      this.pool.withConnection(this.limitMs, async (connection) => {
        const { rows } = await connection.query(text, [...values]);
        return rows as Record<string, unknown>[];
      });
    return new Lease({ run, table: 'lease', ...options });
  }

  async close(): Promise<void> {
    await this.pool.end();
  }
}

/** Reads all rows as they are at one moment. The transaction ends with the last row: the server ends one that is idle for long. */
async function* readSnapshot(connection: PooledConnection): AsyncGenerator<TableRows> {
  await connection.query('begin isolation level repeatable read read only', []);
  try {
    yield* readRows(connection);
  } finally {
    await connection.query('rollback', []);
  }
}

async function change(connection: PooledConnection, { text, values, mustChange }: Statement): Promise<number> {
  const { rowCount } = await connection.query(toPostgresql(text), [...values]);
  if (mustChange && rowCount === 0) throw new ChangedMeanwhile();
  return rowCount ?? 0;
}
