import { sql, type Kysely } from 'kysely';
import type { Recorded } from '#libs/kernel';
import { FoldedTable, type AnyTables, type RowWrite } from '#libs/read-store';

/**
 * Where the log has the events of an hour. Times grow with positions, but for clocks that differ or were changed; so a window
 * of time is a range of positions, and few rows in it lie outside of the window.
 */
export interface AuditHour {
  /** Hours since 1970, UTC. */
  hour: number;
  first_position: number;
  last_position: number;
}

/** Creates the table of hours, with a fill factor for the frequent updates of its newest row. */
export async function createAuditHourTable(db: Kysely<AnyTables>): Promise<void> {
  await sql`
    create table audit_hour (
      hour integer primary key, first_position bigint not null, last_position bigint not null) with (fillfactor = 50)`.execute(
    db,
  );
}

const auditHour = new FoldedTable<AuditHour, 'hour'>({
  name: 'audit_hour',
  key: ['hour'],
  columns: { first_position: 'least', last_position: 'greatest' },
});

const toHour = (ms: number): number => Math.floor(ms / 3_600_000);

/** The hours of the events that a transaction applies. */
export class HoursOfEvents {
  readonly #hours = new Map<number, AuditHour>();

  /** Adds an event, which comes after all others in the log. */
  add({ position, envelope }: Recorded): void {
    const hour = toHour(Date.parse(envelope.at));
    this.#hours.set(hour, { first_position: position, ...this.#hours.get(hour), hour, last_position: position });
  }

  /** Returns what to write. */
  toWrite(): RowWrite {
    const rows = [...this.#hours.values()];
    return auditHour.upsert(rows.length, (from, to) => JSON.stringify(rows.slice(from, to)));
  }
}

/** A window of time, in ms since 1970: from a time, to before another. */
export interface TimeWindow {
  readonly fromMs?: number | undefined;
  readonly toMs?: number | undefined;
}

/** Returns the positions between which all events of a window of time are; an empty range if there are none. */
export async function findPositions(
  db: Kysely<{ audit_hour: AuditHour }>,
  { fromMs, toMs }: TimeWindow,
): Promise<{ readonly first: number; readonly last: number }> {
  let hours = db.selectFrom('audit_hour');
  if (fromMs !== undefined) hours = hours.where('hour', '>=', toHour(fromMs));
  if (toMs !== undefined) hours = hours.where('hour', '<=', toHour(toMs));
  const { first, last } = await hours
    .select(({ fn }) => [
      fn.min<number | null>('first_position').as('first'),
      fn.max<number | null>('last_position').as('last'),
    ])
    .executeTakeFirstOrThrow();
  return { first: first ?? 0, last: last ?? -1 };
}
