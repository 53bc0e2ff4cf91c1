import { Refusal } from './refusal.js';

/** One page of a list. */
export interface Page<Item, Cursor = string> {
  readonly items: readonly Item[];
  /** Cursor of the next page; `null` on the last. */
  readonly next: Cursor | null;
}

/**
 * Returns the page that starts with these rows. They were read with `limit + 1`: the extra row is left out, it only shows
 * that another page follows. Keyset pagination: the next page starts after the last row of this one.
 * @param cursorOf returns the cursor of the page that starts after a row
 */
export function toPage<Row, Cursor = string>(
  rows: readonly Row[],
  limit: number,
  cursorOf: (last: Row) => Cursor,
): Page<Row, Cursor> {
  const items = rows.slice(0, limit);
  return { items, next: rows.length > limit ? cursorOf(items.at(-1)!) : null };
}

/** Returns the refusal of a cursor that this list did not make. */
export const invalidCursor = (): Refusal =>
  new Refusal('cursor.invalid', 'invalid', 'This cursor was not made by this list; start from its first page.');
