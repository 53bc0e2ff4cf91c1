import type { Kysely, Transaction } from 'kysely';
import type { Projection } from './projection.js';
import type { AnyTables } from './schema.js';

/** The position before the first event of every log. */
export const beforeAll = -1;

/** How far the tables of each projection have got. */
export type Positions = ReadonlyMap<string, number>;

/** Creates the tables that are missing, rebuilds those of a changed version, and tells how far each projection is. */
export async function prepareProjections(
  db: Kysely<AnyTables>,
  projections: readonly Projection[],
): Promise<Positions> {
  const positions = new Map<string, number>();
  for (const projection of projections)
    positions.set(projection.name, await db.transaction().execute((tx) => prepareProjection(tx, projection)));
  return positions;
}

async function prepareProjection(tx: Transaction<AnyTables>, projection: Projection): Promise<number> {
  const { name, version } = projection;
  const found = await tx.selectFrom('projection').selectAll().where('name', '=', name).executeTakeFirst();
  if (found?.version === version) return found.position as number;
  for (const table of new Set([...(found?.tables ?? []), ...projection.tables]))
    await tx.schema.dropTable(table).ifExists().cascade().execute();
  await projection.create(tx);
  const fresh = { version, position: beforeAll, tables: JSON.stringify(projection.tables) };
  await tx
    .insertInto('projection')
    .values({ name, ...fresh })
    .onConflict((conflict) => conflict.column('name').doUpdateSet(fresh))
    .execute();
  return beforeAll;
}

/**
 * Moves checkpoints on to `position`, from where `positions` says they are.
 * Throws where one isn't there any more: another process projects into this store.
 */
export async function advance(tx: Transaction<AnyTables>, positions: Positions, position: number): Promise<void> {
  const behind = [...positions].filter(([, at]) => at < position);
  if (behind.length === 0) return;
  const { numUpdatedRows } = await tx
    .updateTable('projection')
    .set({ position })
    .where((row) =>
      row(
        row.refTuple('name', 'position'),
        'in',
        behind.map(([name, at]) => row.tuple(name, at)),
      ),
    )
    .executeTakeFirst();
  if (Number(numUpdatedRows) !== behind.length) throw new ProjectedElsewhere();
}

/** Another process has moved the checkpoints of this store. */
class ProjectedElsewhere extends Error {}
