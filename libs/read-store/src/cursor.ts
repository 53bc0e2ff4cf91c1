import { invalidCursor } from '#libs/kernel';

/** Seals text for whoever carries it, who can neither read nor change it; bound to `name`. The vault does it. */
export interface Sealer {
  seal(text: string, name: string): Buffer;
  /** Throws where the box was not sealed under this name. */
  unseal(box: Buffer, name: string): string;
}

/** Where a page ended: the position or the id of its last row, opaque to the caller but not sealed: never a name. */
export function encodeCursor(place: number | string): string {
  return Buffer.from(JSON.stringify([place])).toString('base64url');
}

/** The position in a cursor; throws the Refusal `cursor.invalid` for anything else. */
export function decodePositionCursor(cursor: string): number {
  const place = placeIn(cursor);
  if (Number.isSafeInteger(place)) return place as number;
  throw invalidCursor();
}

/** The id in a cursor; throws the Refusal `cursor.invalid` for anything else. */
export function decodeIdCursor(cursor: string): string {
  const place = placeIn(cursor);
  // PostgreSQL has no text with a NUL.
  if (typeof place === 'string' && !place.includes('\0')) return place;
  throw invalidCursor();
}

/** A cursor of a sort key that tells something of a person; good for the list of this name only. */
export function sealCursor(key: readonly unknown[], sealer: Sealer, list: string): string {
  return sealer.seal(JSON.stringify(key), `cursor:${list}`).toString('base64url');
}

/** What was sealed for this list; throws the Refusal `cursor.invalid` for anything else. */
export function unsealCursor(cursor: string, sealer: Sealer, list: string): unknown {
  return parsed(() => sealer.unseal(Buffer.from(cursor, 'base64url'), `cursor:${list}`));
}

function placeIn(cursor: string): unknown {
  const places = parsed(() => Buffer.from(cursor, 'base64url').toString());
  return Array.isArray(places) && places.length === 1 ? places[0] : undefined;
}

function parsed(text: () => string): unknown {
  try {
    return JSON.parse(text());
  } catch {
    throw invalidCursor();
  }
}
