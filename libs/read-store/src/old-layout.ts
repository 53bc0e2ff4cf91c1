import { sql, type Transaction } from 'kysely';
import type { Projection } from './projection.js';
import type { AnyTables } from './schema.js';
import { recordUse } from './version-use.js';
import { schemaOf } from './version-schema.js';

interface OldRow {
  readonly name: string;
  readonly version: number;
  readonly tables: readonly string[];
  readonly position: number;
}

/**
 * Moves the tables of builds that kept one version of each projection in the schema `rollbook` into the schemas of their
 * versions, if this build uses these versions; drops the others. Does nothing if there are none.
 */
export async function moveTablesOfOldLayout(
  tx: Transaction<AnyTables>,
  projections: readonly Projection[],
): Promise<void> {
  const { rows: found } = await sql`select 1 where to_regclass('rollbook.projection') is not null`.execute(tx);
  if (found.length === 0) return;
  const { rows } = await sql<OldRow>`select name, version, tables, position from rollbook.projection`.execute(tx);
  for (const row of rows) {
    const isOurs = projections.some(({ name, version }) => name === row.name && version === row.version);
    if (isOurs && row.position >= 0 && !(await exists(tx, row))) await move(tx, row);
    else for (const table of row.tables) await sql`drop table if exists rollbook.${sql.id(table)} cascade`.execute(tx);
  }
  await sql`drop table rollbook.projection`.execute(tx);
}

const exists = async (tx: Transaction<AnyTables>, row: OldRow): Promise<boolean> =>
  (await sql`select 1 from projection_version where schema = ${schemaOf(row)}`.execute(tx)).rows.length > 0;

async function move(tx: Transaction<AnyTables>, row: OldRow): Promise<void> {
  const { name, version, tables, position } = row;
  const schema = schemaOf(row);
  await sql`drop schema if exists ${sql.id(schema)} cascade`.execute(tx);
  await sql`create schema ${sql.id(schema)}`.execute(tx);
  for (const table of tables) await sql`alter table rollbook.${sql.id(table)} set schema ${sql.id(schema)}`.execute(tx);
  await sql`
    insert into projection_version (schema, name, version, position, built_at)
    values (${schema}, ${name}, ${version}, ${position}, now())`.execute(tx);
  await recordUse(tx, [schema]);
}
