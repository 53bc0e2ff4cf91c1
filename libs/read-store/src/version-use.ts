import { sql, type Kysely } from 'kysely';
import { isLockTimeout } from '#libs/postgresql';
import { lockSchemas, type AnyTables } from './schema.js';

/** How long, in hours, tables are kept that no process uses. */
const KEPT_HOURS = 24;

/** How long, in ms, dropping tables waits for statements that still read them. */
const DROP_WAIT_MS = 2_000;

/** Records that a process which uses these schemas is alive. */
export async function recordUse(db: Kysely<AnyTables>, schemas: readonly string[]): Promise<void> {
  for (const schema of schemas)
    await sql`
      insert into projection_use (schema, seen_at) values (${schema}, clock_timestamp())
      on conflict (schema) do update set seen_at = excluded.seen_at`.execute(db);
}

/** Marks the schema of a row as used by none, so that {@link dropUnusedVersions} drops it. */
export async function recordDisuse(db: Kysely<AnyTables>, schema: string): Promise<void> {
  await sql`
    insert into projection_use (schema, seen_at) values (${schema}, '-infinity')
    on conflict (schema) do update set seen_at = excluded.seen_at`.execute(db);
}

/**
 * Drops the tables of versions that no process has used for a day, by the clock of the database, and of replaced copies.
 * Tables that are still read stay for the next time. Returns the dropped schemas.
 */
export async function dropUnusedVersions(db: Kysely<AnyTables>, used: readonly string[]): Promise<string[]> {
  const { rows } = await sql<{ schema: string }>`
    select schema from projection_version as version where ${isUnused} and not schema = any(${used})`.execute(db);
  const dropped: string[] = [];
  for (const { schema } of rows) if (await dropIfUnused(db, schema)) dropped.push(schema);
  return dropped;
}

/** Drops a schema of tables and its row if no process has used it for a day. Returns whether it did; not while it is read. */
export async function dropIfUnused(db: Kysely<AnyTables>, schema: string): Promise<boolean> {
  try {
    return await db.transaction().execute(async (tx) => {
      await sql`set local lock_timeout = ${sql.lit(DROP_WAIT_MS)}`.execute(tx);
      await lockSchemas(tx);
      const { rows: deleted } = await sql`
        delete from projection_version as version where schema = ${schema} and ${isUnused} returning schema`.execute(
        tx,
      );
      if (deleted.length === 0) return false;
      // The row of its lease stays, so that no token is ever given out twice.
      await sql`delete from projection_use where schema = ${schema}`.execute(tx);
      await sql`drop schema if exists ${sql.id(schema)} cascade`.execute(tx);
      return true;
    });
  } catch (error) {
    if (isLockTimeout(error)) return false;
    throw error;
  }
}

/** Whether no process has used the row `version` for so long that its tables are dropped. */
const isUnused = sql`
  coalesce((select seen_at from projection_use as use where use.schema = version.schema), '-infinity')
    < clock_timestamp() - ${sql.lit(KEPT_HOURS)} * interval '1 hour'`;
