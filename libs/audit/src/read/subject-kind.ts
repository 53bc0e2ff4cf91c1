import type { Recorded } from '#libs/kernel';

/** The fields of a subject that can change; always the same fields, `null` or empty if there is no value. */
export type SubjectFields = Readonly<Record<string, unknown>>;

/**
 * How the audit trail treats one kind of subject. `account` is the account that reads: `fields` and `name` do not show
 * what happened in other accounts. Without an account they show everything. `at` is the time of reading, UTC, ISO 8601.
 */
export interface SubjectKind<SubjectState> {
  /** Returns the state after one more event; `undefined` before the first. */
  fold(seen: SubjectState | undefined, event: Recorded): SubjectState | undefined;
  fields(seen: SubjectState | undefined, account: string | undefined, at: string): SubjectFields;
  name(seen: SubjectState, account: string | undefined): string | null;
}
