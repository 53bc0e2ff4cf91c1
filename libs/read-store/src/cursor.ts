import { invalidCursor } from '#libs/kernel';

/** Encrypts text so that its bearer can neither read nor change it. The vault implements it. */
export interface Sealer {
  /** Encrypts `text`; the result can be decrypted under the same `name` only. */
  seal(text: string, name: string): Buffer;
  /** Decrypts a sealed text. Throws if it was sealed under another name or changed. */
  unseal(box: Buffer, name: string): string;
}

/** Returns the cursor for a page that ended at this position or id. It is not encrypted, so it must not hold personal data. */
export function encodeCursor(key: number | string): string {
  return Buffer.from(JSON.stringify([key])).toString('base64url');
}

/** Returns the position in a cursor of {@link encodeCursor}. Throws `cursor.invalid`. */
export function decodePositionCursor(cursor: string): number {
  const key = decodeCursor(cursor);
  if (Number.isSafeInteger(key)) return key as number;
  throw invalidCursor();
}

/** Returns the id in a cursor of {@link encodeCursor}. Throws `cursor.invalid`. */
export function decodeIdCursor(cursor: string): string {
  const key = decodeCursor(cursor);
  // PostgreSQL can't store text with a NUL.
  if (typeof key === 'string' && !key.includes('\0')) return key;
  throw invalidCursor();
}

/** Returns an encrypted cursor, for a sort key with personal data. Only the list of this name can read it. */
export function sealCursor(key: readonly unknown[], sealer: Sealer, list: string): string {
  return sealer.seal(JSON.stringify(key), `cursor:${list}`).toString('base64url');
}

/** Returns the sort key in a cursor of {@link sealCursor}. Throws `cursor.invalid` if it was not made for this list. */
export function unsealCursor(cursor: string, sealer: Sealer, list: string): unknown {
  return parseCursor(() => sealer.unseal(Buffer.from(cursor, 'base64url'), `cursor:${list}`));
}

function decodeCursor(cursor: string): unknown {
  const keys = parseCursor(() => Buffer.from(cursor, 'base64url').toString());
  return Array.isArray(keys) && keys.length === 1 ? keys[0] : undefined;
}

function parseCursor(readJson: () => string): unknown {
  try {
    return JSON.parse(readJson());
  } catch {
    throw invalidCursor();
  }
}
