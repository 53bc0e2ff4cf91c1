import type { Kysely, Transaction } from 'kysely';
import type { Projection } from './projection.js';
import type { AnyTables } from './schema.js';

/** The position before the first event of every log. */
export const beforeFirst = -1;

/** The position of the last event that each projection has applied, by the projection's name. */
export type Checkpoints = ReadonlyMap<string, number>;

/** Creates the tables of new projections, rebuilds those of a changed version, and returns all checkpoints. */
export async function prepareProjections(
  db: Kysely<AnyTables>,
  projections: readonly Projection[],
): Promise<Checkpoints> {
  const checkpoints = new Map<string, number>();
  for (const projection of projections)
    checkpoints.set(projection.name, await db.transaction().execute((tx) => prepareProjection(tx, projection)));
  return checkpoints;
}

async function prepareProjection(tx: Transaction<AnyTables>, projection: Projection): Promise<number> {
  const { name, version } = projection;
  const found = await tx.selectFrom('projection').selectAll().where('name', '=', name).executeTakeFirst();
  if (found?.version === version) return found.position as number;
  for (const table of new Set([...(found?.tables ?? []), ...projection.tables]))
    await tx.schema.dropTable(table).ifExists().cascade().execute();
  await projection.create(tx);
  const fresh = { version, position: beforeFirst, tables: JSON.stringify(projection.tables) };
  await tx
    .insertInto('projection')
    .values({ name, ...fresh })
    .onConflict((conflict) => conflict.column('name').doUpdateSet(fresh))
    .execute();
  return beforeFirst;
}

/**
 * Moves all checkpoints that are before `position` to it.
 * Throws {@link ProjectedElsewhere} if a stored checkpoint differs from the one in `checkpoints`.
 */
export async function advanceCheckpoints(
  tx: Transaction<AnyTables>,
  checkpoints: Checkpoints,
  position: number,
): Promise<void> {
  const behind = [...checkpoints].filter(([, checkpoint]) => checkpoint < position);
  if (behind.length === 0) return;
  const { numUpdatedRows } = await tx
    .updateTable('projection')
    .set({ position })
    .where((row) =>
      row(
        row.refTuple('name', 'position'),
        'in',
        behind.map(([name, checkpoint]) => row.tuple(name, checkpoint)),
      ),
    )
    .executeTakeFirst();
  if (Number(numUpdatedRows) !== behind.length) throw new ProjectedElsewhere();
}

/** Another process has moved the checkpoints of this store. */
class ProjectedElsewhere extends Error {}
