import type { MonitoredPool, PooledConnection } from '#libs/postgresql';
import { ChangedMeanwhile, type Engine, type Statement } from './engine.js';

/** The state in PostgreSQL. */
export class PostgresqlEngine implements Engine {
  /** @param limitMs how long a statement may take */
  constructor(
    private readonly pool: MonitoredPool,
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

  copyTo(): Promise<void> {
    return Promise.reject(new Error('The state is in PostgreSQL: back it up with pg_dump.'));
  }

  async close(): Promise<void> {
    await this.pool.end();
  }
}

async function change(connection: PooledConnection, { text, values, mustChange }: Statement): Promise<number> {
  const { rowCount } = await connection.query(toPostgresql(text), [...values]);
  if (mustChange && rowCount === 0) throw new ChangedMeanwhile();
  return rowCount ?? 0;
}

const translated = new Map<string, string>();

/** Returns a statement with `$1`, `$2`, … for each `?`. No statement of ours has a `?` in a literal. */
function toPostgresql(text: string): string {
  let result = translated.get(text);
  if (result === undefined) {
    let count = 0;
    translated.set(text, (result = text.replaceAll('?', () => `$${++count}`)));
  }
  return result;
}
