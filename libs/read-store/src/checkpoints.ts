import { sql, type Kysely, type Transaction } from 'kysely';
import { LeaseLost } from '#libs/postgresql';
import type { Projection } from './projection.js';
import { lockSchemas, type AnyTables } from './schema.js';
import { recordUse } from './version-use.js';
import { schemaOf, useSchema, type ProjectionVersion } from './version-schema.js';

/** The position before the first event of every log. */
export const beforeFirst = -1;

/** The position of the last event that each projection has applied, by the projection's name. */
export type Checkpoints = ReadonlyMap<string, number>;

/** The tokens of the leases that this process holds, by the projection's name; 0 where there are no leases. */
export type LeaseTokens = ReadonlyMap<string, number>;

/** The stored state of one version of a projection, or of its copy that is being built. */
export interface VersionRow extends ProjectionVersion {
  readonly schema: string;
  readonly position: number;
  /** How many events were applied to its tables, or passed over. */
  readonly events: number;
  readonly token: number;
  /** When its tables were complete for the first time, ISO 8601; null while they are being built. */
  readonly built_at: string | null;
}

/** The channel on which a transaction tells other processes that it has moved checkpoints. */
export const CHECKPOINT_CHANNEL = 'rollbook_checkpoint';

/** Returns the stored states of these schemas; none of a schema that does not exist yet. */
export async function readVersions(db: Kysely<AnyTables>, schemas: readonly string[]): Promise<VersionRow[]> {
  if (schemas.length === 0) return [];
  const found = db.selectFrom('projection_version').selectAll().where('schema', 'in', schemas);
  return (await found.execute()) as VersionRow[];
}

/** Returns the projections whose tables have never been complete. */
export async function findUnbuilt(
  db: Kysely<AnyTables>,
  projections: readonly Projection[],
): Promise<readonly Projection[]> {
  const rows = await readVersions(db, projections.map(schemaOf));
  const built = new Set(rows.filter(({ built_at }) => built_at !== null).map(({ schema }) => schema));
  return projections.filter((projection) => !built.has(schemaOf(projection)));
}

/** Creates the tables of new versions, and returns all checkpoints. Throws {@link LeaseLost} if a token is older than the stored one. */
export async function prepareProjections(
  db: Kysely<AnyTables>,
  projections: readonly Projection[],
  tokens: LeaseTokens,
): Promise<Checkpoints> {
  const checkpoints = new Map<string, number>();
  for (const projection of projections) {
    const token = tokens.get(projection.name) ?? 0;
    checkpoints.set(projection.name, await prepareSchemaOf(db, projection, schemaOf(projection), token));
  }
  return checkpoints;
}

/**
 * Creates `schema` with the tables of a projection, unless it exists, and stores the token. Returns its checkpoint.
 * Throws {@link LeaseLost} if a newer token is stored.
 */
export function prepareSchemaOf(
  db: Kysely<AnyTables>,
  projection: Projection,
  schema: string,
  token: number,
): Promise<number> {
  return db.transaction().execute(async (tx) => {
    let [found] = await lockVersions(tx, [schema]);
    if (!found) {
      await lockSchemas(tx);
      [found] = await lockVersions(tx, [schema]);
    }
    if (!found) {
      await createSchema(tx, projection, schema, token);
      return beforeFirst;
    }
    if (found.token > token) throw new LeaseLost();
    if (found.token < token)
      await tx.updateTable('projection_version').set({ token }).where('schema', '=', schema).execute();
    return found.position;
  });
}

async function createSchema(
  tx: Transaction<AnyTables>,
  projection: Projection,
  schema: string,
  token: number,
): Promise<void> {
  const { name, version } = projection;
  // A schema without a row is of a store whose schema `rollbook` was dropped.
  await sql`drop schema if exists ${sql.id(schema)} cascade`.execute(tx);
  await sql`create schema ${sql.id(schema)}`.execute(tx);
  await tx.insertInto('projection_version').values({ schema, name, version, position: beforeFirst, token }).execute();
  await recordUse(tx, [schema]);
  await useSchema(tx, schema);
  await projection.createTables(tx);
}

/** Returns the stored states of these schemas, and keeps other transactions from changing them until this one ends. */
export async function lockVersions(tx: Transaction<AnyTables>, schemas: readonly string[]): Promise<VersionRow[]> {
  const found = tx.selectFrom('projection_version').selectAll().where('schema', 'in', schemas);
  return (await found.orderBy('schema').forUpdate().execute()) as VersionRow[];
}

/**
 * Begins a batch: no other transaction can write to these projections until this one ends, and statements after it find the
 * tables that are read now, also if they were just exchanged for rebuilt ones.
 * @throws LeaseLost if another process has taken the lease of a projection over
 * @throws ProjectedElsewhere if a stored checkpoint is not the one in `checkpoints`
 */
export async function lockCheckpoints(
  tx: Transaction<AnyTables>,
  projections: readonly Projection[],
  checkpoints: Checkpoints,
  tokens: LeaseTokens,
): Promise<void> {
  const found = new Map((await lockVersions(tx, projections.map(schemaOf))).map((row) => [row.schema, row]));
  for (const projection of projections) {
    const row = found.get(schemaOf(projection));
    if (row && row.token !== (tokens.get(projection.name) ?? 0)) throw new LeaseLost();
    if (row?.position !== checkpoints.get(projection.name)) throw new ProjectedElsewhere();
  }
}

/** The checkpoint of a schema that a batch moves, as the batch expects it to be stored. */
export interface CheckpointMove {
  readonly schema: string;
  readonly from: number;
  readonly token: number;
}

/**
 * Moves checkpoints to `position`, and counts the events that were read for it; tells followers when the transaction commits.
 * @throws ProjectedElsewhere if a stored checkpoint or token is not as `moves` says
 */
export async function moveCheckpoints(
  tx: Transaction<AnyTables>,
  moves: readonly CheckpointMove[],
  position: number,
  events: number,
): Promise<void> {
  if (moves.length === 0) return;
  const expected = sql.join(
    moves.map(({ schema, from, token }) => sql`(${schema}::text, ${from}::bigint, ${token}::bigint)`),
  );
  const { rows } = await sql<{ moved: number }>`
    with moved as (
      update projection_version set position = ${position}, events = events + ${events}
      where (schema, position, token) in (${expected}) returning schema)
    select count(*) as moved, pg_notify(${CHECKPOINT_CHANNEL}, '') from moved`.execute(tx);
  if (rows[0]!.moved !== moves.length) throw new ProjectedElsewhere();
}

/** Another process has moved the checkpoints of this store. */
class ProjectedElsewhere extends Error {}
