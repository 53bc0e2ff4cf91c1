import { Refusal } from '#libs/kernel';

/** A value of a sort key. */
export type CursorValue = string | number | boolean | null;

/** Where a page ended, as the sort key of its last row, opaque to the caller. Not sealed: ids only, never names. */
export function encodeCursor(values: readonly CursorValue[]): string {
  return Buffer.from(JSON.stringify(values)).toString('base64url');
}

/** The sort key in a cursor of `length` values; throws the Refusal `cursor.invalid` for anything else. */
export function decodeCursor(cursor: string, length: number): CursorValue[] {
  try {
    const values: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString());
    if (Array.isArray(values) && values.length === length && values.every(isCursorValue)) return values;
  } catch {
    // Not JSON: refused below.
  }
  throw new Refusal('cursor.invalid', 'invalid', 'This cursor was not made by this list; start from its first page.');
}

/** PostgreSQL has no text with a NUL. */
const isCursorValue = (value: unknown) =>
  value === null || typeof value === 'number' || typeof value === 'boolean' || (typeof value === 'string' && !value.includes('\0'));
