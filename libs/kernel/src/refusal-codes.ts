/** Why a rule refuses; one place in `libs/http` maps each kind to an HTTP status. */
export type RefusalKind =
  | 'invalid'
  | 'unauthenticated'
  | 'forbidden'
  | 'not-found'
  | 'conflict'
  | 'stale'
  | 'mismatch'
  | 'throttled'
  | 'unavailable';

/** Describes one refusal code; `docs/codes.md` is generated from it. */
export interface RefusalDescription {
  readonly kind: RefusalKind;
  /** What the code means, one sentence. */
  readonly meaning: string;
  /** What the client can do about it, one sentence. */
  readonly next: string;
  /** The commands and queries that a problem with this code may offer in `actions`. Default: none. */
  readonly actions?: readonly string[];
}

type RefusalTable<Library extends string, Table> = {
  readonly [Code in keyof Table]: Table[Code] & { readonly library: Library };
};

/**
 * Returns a library's table of refusal codes, with the library's name added to each row. If two libraries describe the same
 * code, their rows differ in the name, so the compiler reports the conflict where the tables are merged.
 */
export const describeRefusals = <
  const Library extends string,
  const Table extends Readonly<Record<string, RefusalDescription>>,
>(
  library: Library,
  table: Table,
): RefusalTable<Library, Table> =>
  Object.fromEntries(Object.entries(table).map(([code, row]) => [code, { ...row, library }])) as RefusalTable<
    Library,
    Table
  >;

export const kernelRefusals = describeRefusals('kernel', {
  'access.throttled': {
    kind: 'throttled',
    meaning: 'Too many requests of this kind came from this source, or for this address, link or token.',
    next: 'Wait for `retryAfter` seconds, then repeat the request.',
  },
  'storage.full': {
    kind: 'unavailable',
    meaning: 'The disk is full, so nothing can be written.',
    next: 'Make room on the disk, then repeat the request.',
  },
});

type KernelRefusals = typeof kernelRefusals;

/**
 * All refusal codes, each with its row. A library adds its own by `declare module '#libs/kernel'`, so a refusal with a code
 * that no table describes does not compile, and neither does a code that two tables describe.
 */
export interface RefusalCodes extends KernelRefusals {}

/** The code of a refusal, a public promise. */
export type RefusalCode = keyof RefusalCodes;

/** The codes of one kind. */
export type RefusalCodeOf<Kind extends RefusalKind> = {
  [Code in RefusalCode]: RefusalCodes[Code] extends { readonly kind: Kind } ? Code : never;
}[RefusalCode];
