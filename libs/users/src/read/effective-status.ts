import { sql, type RawBuilder } from 'kysely';

/** The statuses that a list shows by default: those of members. */
export const memberStatuses = ['pending', 'invited', 'active'];
export const userStatuses = [...memberStatuses, 'rejected', 'left', 'deleted'];
export const effectiveStatuses = [...userStatuses, 'locked'];

/** Returns the effective status: `locked` for a member with a lock in force, otherwise the status. */
export const toEffectiveStatus = <Status extends string>(
  status: Status,
  locksInForce: readonly unknown[],
): Status | 'locked' => (locksInForce.length > 0 && memberStatuses.includes(status) ? 'locked' : status);

/** Returns the condition that a row has a lock in force at a time (UTC, ISO 8601). */
export const isLockedAt = (at: string): RawBuilder<boolean> =>
  sql<boolean>`(locked_for_good or coalesce(locked_until > ${at}, false))`;

/** Returns the condition that a row has one of these effective statuses at a time (UTC, ISO 8601). */
export function hasEffectiveStatus(wanted: readonly string[], at: string): RawBuilder<boolean> {
  const members = memberStatuses.filter((status) => wanted.includes(status));
  const former = userStatuses.filter((status) => wanted.includes(status) && !members.includes(status));
  const includesLocked = wanted.includes('locked');
  if (includesLocked && members.length === memberStatuses.length) return hasStatus([...members, ...former]);
  const conditions = [
    ...(former.length > 0 ? [hasStatus(former)] : []),
    ...(members.length > 0 ? [sql<boolean>`(${hasStatus(members)} and ${isNotLockedAt(at)})`] : []),
    // The condition of the index of locked users comes first; the time is not part of an index.
    ...(includesLocked ? [sql<boolean>`(${hasStatus(memberStatuses)} and ${mayBeLocked} and ${isLockedAt(at)})`] : []),
  ];
  return sql<boolean>`(${sql.join(conditions, sql` or `)})`;
}

/** The condition of the index of users who have a lock, perhaps one that has ended: few rows. */
export const mayBeLocked = sql<boolean>`(locked_for_good or locked_until is not null)`;

const isNotLockedAt = (at: string) => sql<boolean>`not locked_for_good and coalesce(locked_until <= ${at}, true)`;

// `=` for one status: an index that begins with the status gives its rows in order then.
const hasStatus = (statuses: readonly string[]) =>
  statuses.length === 1 ? sql<boolean>`status = ${statuses[0]}` : sql<boolean>`status in (${sql.join(statuses)})`;
