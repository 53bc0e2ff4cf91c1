import type { Lease, LeaseOptions } from '#libs/postgresql';

/** A value that both engines store. */
export type Value = string | number | Uint8Array | null;

/** One SQL statement, with `?` for each value, that SQLite and PostgreSQL understand alike. */
export interface Statement {
  readonly text: string;
  readonly values: readonly Value[];
  /** Whether the transaction is to be rolled back if this statement changes no row. */
  readonly mustChange?: boolean;
}

/** The database with the durable state. */
export interface Engine {
  /** Whether several servers may use the database at once. */
  readonly isShared: boolean;
  /** Returns rows, as they are after every {@link run} that was awaited. */
  query<Row>(statement: Statement): Promise<Row[]>;
  /**
   * Runs statements in one transaction, all or nothing; they are on disk before the promise resolves.
   * @returns how many rows each statement has changed
   * @throws ChangedMeanwhile if a statement that must change a row has changed none
   */
  run(statements: readonly Statement[]): Promise<number[]>;
  /**
   * Copies the state as it is now to a new SQLite file (mode 600, synced). Other calls go on meanwhile.
   * @throws Error if the file can't be written or `signal` aborts; then an incomplete file may remain
   */
  copyTo(file: string, signal?: AbortSignal): Promise<void>;
  /**
   * Calls `look` whenever another server may have changed what the vault knows about the log, until the result is closed.
   * @param onProblem is called with each failure of `look` or of the connection
   */
  watch(look: () => Promise<void>, onProblem: (error: unknown) => void): { close(): Promise<void> };
  /** Returns a right that one server has at a time; undefined where there is only one. */
  lease(options: Pick<LeaseOptions, 'name' | 'holder'>): Lease | undefined;
  /** Waits for running transactions, and closes the database. */
  close(): Promise<void>;
}

/** Makes a statement. */
export const sql = (text: string, ...values: Value[]): Statement => ({ text, values });

/** Makes a statement that must change a row. */
export const mustChange = (statement: Statement): Statement => ({ ...statement, mustChange: true });

/** Returns the placeholders and values of `column IN (…)`: filled up to a power of two, so that there are few different statements. */
export function inList(values: readonly string[]): { readonly text: string; readonly values: readonly string[] } {
  const length = 2 ** Math.ceil(Math.log2(Math.max(values.length, 1)));
  const filled = Array.from({ length }, (_, index) => values[index] ?? values[0] ?? '');
  return { text: `(${filled.map(() => '?').join(', ')})`, values: filled };
}

/** A statement that must change a row has changed none, because the row is not as it was read. */
export class ChangedMeanwhile extends Error {
  constructor() {
    super('the state was changed meanwhile');
    this.name = 'ChangedMeanwhile';
  }
}
