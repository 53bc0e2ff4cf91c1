import { isDeepStrictEqual } from 'node:util';
import type { DataOf, Recorded } from '#libs/kernel';
import type { LoginEvent } from '#libs/users';
import type { SubjectFields } from './subject-kind.js';
import { subjectKind, type AuditedKind, type Seen } from './subjects.js';

/** The change of one field; `null` is no value. */
export interface Change {
  readonly field: string;
  readonly before: unknown;
  readonly after: unknown;
}

/**
 * Returns the fields that an event changed, with their values before and after: only what the account of the event may see.
 * `before` and `after` are the states of the event's subject, for example a user; undefined if it did not exist.
 */
export function findChanges(event: Recorded, before: Seen | undefined, after: Seen | undefined): Change[] {
  const { subject, account, at } = event.envelope;
  const kind = subjectKind(subject.kind as AuditedKind);
  return [...loginChange(event), ...compareFields(kind.fields(before, account, at), kind.fields(after, account, at))];
}

/** Compares the fields of an audited user, account, token or domain. Returns each field that differs, with both values. */
export const compareFields = (before: SubjectFields, after: SubjectFields): Change[] =>
  Object.keys(after)
    .filter((field) => !isDeepStrictEqual(before[field], after[field], { skipPrototype: true }))
    .map((field) => ({ field, before: before[field], after: after[field] }));

/** Returns the login itself as a change: a login that is reported late changes no field of the user. */
function loginChange({ type, data }: Recorded): Change[] {
  if (type !== 'UserLoggedIn' && type !== 'LoginFailed') return [];
  const { method, at } = data as DataOf<LoginEvent, typeof type>;
  return [{ field: 'login', before: null, after: { method, at } }];
}
