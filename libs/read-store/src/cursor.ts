import { Refusal } from '#libs/kernel';

/** A value of a sort key. */
export type CursorValue = string | number | boolean | null;

/** Seals text for whoever carries it, who can neither read nor change it; bound to `name`. The vault does it. */
export interface Seals {
  seal(text: string, name: string): Buffer;
  /** Throws where the box was not sealed under this name. */
  unseal(box: Buffer, name: string): string;
}

/** Where a page ended, as the sort key of its last row, opaque to the caller. Not sealed: ids and numbers only, never names. */
export function encodeCursor(values: readonly CursorValue[]): string {
  return Buffer.from(JSON.stringify(values)).toString('base64url');
}

/** The sort key in a cursor of `length` values; throws the Refusal `cursor.invalid` for anything else. */
export function decodeCursor(cursor: string, length: number): CursorValue[] {
  const values = opened(() => Buffer.from(cursor, 'base64url').toString());
  if (Array.isArray(values) && values.length === length && values.every(isCursorValue)) return values;
  throw unknownCursor();
}

/** {@link encodeCursor} for a sort key that tells something of a person; good for the list of this name only. */
export function sealCursor(values: readonly CursorValue[], seals: Seals, list: string): string {
  return seals.seal(JSON.stringify(values), `cursor:${list}`).toString('base64url');
}

/** What was sealed for this list; throws the Refusal `cursor.invalid` for anything else. */
export function unsealCursor(cursor: string, seals: Seals, list: string): unknown {
  return opened(() => seals.unseal(Buffer.from(cursor, 'base64url'), `cursor:${list}`));
}

function opened(text: () => string): unknown {
  try {
    return JSON.parse(text());
  } catch {
    throw unknownCursor();
  }
}

const unknownCursor = () => new Refusal('cursor.invalid', 'invalid', 'This cursor was not made by this list; start from its first page.');

/** PostgreSQL has no text with a NUL. */
const isCursorValue = (value: unknown) =>
  value === null || typeof value === 'number' || typeof value === 'boolean' || (typeof value === 'string' && !value.includes('\0'));
