import { applyEvents } from './apply-events.js';
import { sql, type Kysely, type Transaction } from 'kysely';
import { setTimeout as pause } from 'node:timers/promises';
import { BuildMeter, type BuildProgress } from './build-progress.js';
import { lockVersions, moveCheckpoints, prepareSchemaOf, readVersions, type VersionRow } from './checkpoints.js';
import { completeTables } from './complete-tables.js';
import type { Recorded } from '#libs/kernel';
import { LeaseLost } from '#libs/postgresql';
import type { Projection, SubscribeToLog } from './projection.js';
import { readRange } from './read-range.js';
import type { ReadStore } from './read-store.js';
import type { AnyTables } from './schema.js';
import { dropIfUnused, recordDisuse, recordUse } from './version-use.js';
import { rebuildSchemaOf, replacedSchemaOf, schemaOf, useSchema } from './version-schema.js';

export interface RebuildOptions {
  readonly store: ReadStore;
  readonly projection: Projection;
  readonly subscribe: SubscribeToLog;
  /** The token of the lease on the copy; 0 on PGlite. */
  readonly token: number;
  readonly onProgress: (progress: BuildProgress) => void;
  readonly signal: AbortSignal;
  /** Whether to drop what an earlier attempt has built, instead of continuing it. */
  readonly restart?: boolean;
}

/** Fewer on PGlite, where queries wait for each batch, and as long a pause after it. */
const MAX_BATCH = { postgresql: 500, pglite: 100 };

/** The most events that are left for the transaction that exchanges the tables; batches of servers wait for it. */
const MAX_LAST_EVENTS = 500;

/**
 * Builds the tables of a projection anew from the log, in a schema of their own, up to the checkpoint of the tables that are
 * read, and then exchanges them in one transaction: queries see the old rows, then the new ones. An attempt that was broken off
 * is continued.
 * @throws LeaseLost if another process has taken the lease over; an Error of one line if the projection is not built yet
 */
export async function rebuildProjection(options: RebuildOptions): Promise<void> {
  const { store, projection, token, restart = false } = options;
  const { buildDb } = store;
  const schema = rebuildSchemaOf(projection);
  if (restart) await dropCopy(buildDb, schema);
  await prepareSchemaOf(buildDb, projection, schema, token);
  // PGlite has one connection, so creating an index of full tables would keep all queries waiting.
  if (store.kind === 'pglite') await createIndexesIfEmpty(buildDb, projection, schema);
  const meter = new BuildMeter();
  for (;;) {
    const applied = await catchUp(options, schema, meter);
    const [copy] = await readVersions(buildDb, [schema]);
    if (copy?.built_at === null) await completeTables(store, projection, schema, token);
    else if (applied <= MAX_LAST_EVENTS) break;
  }
  await exchange(options, schema);
  // While statements still read the former tables, this drops nothing, and a server does it later.
  await dropIfUnused(buildDb, replacedSchemaOf(projection));
}

/** Applies events to the copy until it is where the tables that are read were at the beginning. Returns how many. */
async function catchUp(
  { store, projection, subscribe, token, onProgress, signal }: RebuildOptions,
  schema: string,
  meter: BuildMeter,
): Promise<number> {
  const { buildDb, kind } = store;
  const [live, copy] = await readBoth(buildDb, projection);
  let { position } = copy;
  let { events: total } = copy;
  let applied = 0;
  const advance = async (events: readonly Recorded[], to: number) => {
    await buildDb.transaction().execute(async (tx) => {
      await useSchema(tx, schema);
      const [locked] = await lockVersions(tx, [schema]);
      if (locked?.token !== token) throw new LeaseLost();
      await applyTo(projection, events, tx);
      await moveCheckpoints(tx, [{ schema, from: position, token }], to, events.length);
    });
    position = to;
    total += events.length;
    applied += events.length;
    onProgress(meter.measure(total, position, live.position));
  };
  for await (const events of readRange(subscribe, {
    after: position,
    until: live.position,
    maxBatch: MAX_BATCH[kind],
  })) {
    signal.throwIfAborted();
    const startedAt = performance.now();
    await advance(events, events.at(-1)!.position);
    await recordUse(buildDb, [schema]);
    if (kind === 'pglite') await pause(performance.now() - startedAt);
  }
  if (position < live.position) await advance([], live.position);
  return applied;
}

/**
 * Brings the copy to the checkpoint of the tables that are read, while these can not change, and exchanges their schemas. The
 * checkpoint stays as it is, so servers do not notice. Statements that run keep the tables that they have begun with.
 */
async function exchange({ store, projection, subscribe, token }: RebuildOptions, schema: string): Promise<void> {
  const target = schemaOf(projection);
  const replaced = replacedSchemaOf(projection);
  await store.buildDb.transaction().execute(async (tx) => {
    await useSchema(tx, schema);
    const versions = await lockVersions(tx, [target, schema]);
    const live = versions.find((version) => version.schema === target);
    const copy = versions.find((version) => version.schema === schema);
    if (!live || copy?.token !== token) throw new LeaseLost();
    refuseAhead(projection, live, copy);
    const range = { after: copy.position, until: live.position, maxBatch: MAX_BATCH.postgresql };
    for await (const events of readRange(subscribe, range)) await applyTo(projection, events, tx);
    await tx.deleteFrom('projection_version').where('schema', 'in', [schema, replaced]).execute();
    await sql`drop schema if exists ${sql.id(replaced)} cascade`.execute(tx);
    await sql`alter schema ${sql.id(target)} rename to ${sql.id(replaced)}`.execute(tx);
    await sql`alter schema ${sql.id(schema)} rename to ${sql.id(target)}`.execute(tx);
    await sql`update projection_version set built_at = clock_timestamp() where schema = ${target}`.execute(tx);
    const { name, version, position } = live;
    await tx.insertInto('projection_version').values({ schema: replaced, name, version, position }).execute();
    await recordDisuse(tx, replaced);
  });
}

/** Returns the states of the tables that are read and of their copy. Throws an Error of one line if the former are not built. */
async function readBoth(db: Kysely<AnyTables>, projection: Projection): Promise<[live: VersionRow, copy: VersionRow]> {
  const versions = await readVersions(db, [schemaOf(projection), rebuildSchemaOf(projection)]);
  const live = versions.find(({ schema }) => schema === schemaOf(projection));
  const copy = versions.find(({ schema }) => schema === rebuildSchemaOf(projection));
  if (!live || live.built_at === null)
    throw new Error(
      `The tables of ${projection.name} are being built for the first time: wait until they are complete.`,
    );
  if (!copy) throw new LeaseLost();
  refuseAhead(projection, live, copy);
  return [live, copy];
}

/** Throws an Error of one line if the tables that are read were built anew since, and the copy is ahead of them. */
function refuseAhead({ name }: Projection, live: VersionRow, copy: VersionRow): void {
  if (copy.position > live.position)
    throw new Error(
      `The copy of ${name} is ahead of its tables, which were built anew since: run this with --restart.`,
    );
}

async function applyTo(projection: Projection, events: readonly Recorded[], tx: Transaction<AnyTables>): Promise<void> {
  const own = events.filter(({ type }) => projection.events.includes(type));
  if (own.length > 0) await applyEvents([{ projection, events: own }], tx);
}

/** Creates the indexes of a copy that has no rows yet, and marks it as complete. */
async function createIndexesIfEmpty(db: Kysely<AnyTables>, projection: Projection, schema: string): Promise<void> {
  await db.transaction().execute(async (tx) => {
    const [copy] = await lockVersions(tx, [schema]);
    if (!copy || copy.built_at !== null || copy.events > 0) return;
    await useSchema(tx, schema);
    await projection.createIndexes?.(tx);
    await sql`update projection_version set built_at = clock_timestamp() where schema = ${schema}`.execute(tx);
  });
}

async function dropCopy(db: Kysely<AnyTables>, schema: string): Promise<void> {
  await db.transaction().execute(async (tx) => {
    await tx.deleteFrom('projection_version').where('schema', '=', schema).execute();
    await sql`drop schema if exists ${sql.id(schema)} cascade`.execute(tx);
  });
}
