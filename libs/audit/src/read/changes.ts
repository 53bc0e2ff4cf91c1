import { isDeepStrictEqual } from 'node:util';
import type { DataOf, Recorded } from '#libs/kernel';
import type { LoginEvent } from '#libs/users';
import { subjectKind, type AuditedKind, type Seen, type SubjectFields } from './subjects.js';

/** What an event made of one field; `null` where there was, or is, nothing. */
export interface Change {
  readonly field: string;
  readonly before: unknown;
  readonly after: unknown;
}

/** Before → after of each field that an event changed, as the account that it happened in sees its subject. */
export function changesOf(event: Recorded, before: Seen | undefined, after: Seen | undefined): Change[] {
  const { subject, account, at } = event.envelope;
  const kind = subjectKind(subject.kind as AuditedKind);
  return [...happened(event), ...difference(kind.fields(before, account, at), kind.fields(after, account, at))];
}

/** The fields of which two views of one subject differ; views are JSON, whichever thread it was made in. */
export const difference = (before: SubjectFields, after: SubjectFields): Change[] =>
  Object.keys(after)
    .filter((field) => !isDeepStrictEqual(before[field], after[field], { skipPrototype: true }))
    .map((field) => ({ field, before: before[field], after: after[field] }));

/** A login adds to the user rather than changing them; one that is reported late leaves even `lastLoginAt` as it is. */
function happened({ type, data }: Recorded): Change[] {
  if (type !== 'UserLoggedIn' && type !== 'LoginFailed') return [];
  const { method, at } = data as DataOf<LoginEvent, typeof type>;
  return [{ field: 'login', before: null, after: { method, at } }];
}
