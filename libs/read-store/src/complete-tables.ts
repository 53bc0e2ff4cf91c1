import { sql, type Transaction } from 'kysely';
import { lockVersions } from './checkpoints.js';
import { LeaseLost } from '#libs/postgresql';
import { BUILD_STATEMENT_MS } from './limits.js';
import type { Projection } from './projection.js';
import type { ReadStore } from './read-store.js';
import type { AnyTables } from './schema.js';
import { useSchema } from './version-schema.js';

/**
 * Completes the tables of a projection in `schema` when they hold all events: creates their indexes and marks them as built,
 * unless that is done, and updates the statistics of the query planner, which PGlite never does by itself.
 * Only tables that are not read yet lack indexes, so this blocks no reader on PostgreSQL; on PGlite, which has one connection,
 * readers wait for each.
 * @throws LeaseLost if another process has taken the lease over
 */
export async function completeTables(
  store: ReadStore,
  projection: Projection,
  schema: string,
  token: number,
): Promise<void> {
  const analyze = sql`analyze ${sql.join(projection.tables.map((table) => sql.id(schema, table)))}`;
  const complete = async (tx: Transaction<AnyTables>) => {
    const [version] = await lockVersions(tx, [schema]);
    if (!version || version.token !== token) throw new LeaseLost();
    await sql`set local statement_timeout = ${sql.lit(BUILD_STATEMENT_MS)}`.execute(tx);
    if (version.built_at === null) {
      await useSchema(tx, schema);
      await projection.createIndexes?.(tx);
      await sql`update projection_version set built_at = clock_timestamp() where schema = ${schema}`.execute(tx);
    }
    if (projection.tables.length > 0) await analyze.execute(tx);
  };
  await store.runLong(() => store.buildDb.transaction().execute(complete));
}
