import { IsIn } from 'class-validator';
import { sql, type Kysely, type RawBuilder, type SelectQueryBuilder } from 'kysely';
import { Country, Flag, Line, Moment, NotTogetherWith, Optional, Query, Several, momentToMs } from '#libs/kernel';
import { toCanonicalAddress } from '../domain/email-address.js';
import { roles } from '../domain/user.events.js';
import {
  effectiveStatuses,
  hasEffectiveStatus,
  isLockedAt,
  mayBeLocked,
  memberStatuses,
  userStatuses,
} from './effective-status.js';
import type { UserListTables } from './user-list.projection.js';
import { Searchable, matchesSearch } from './user-search.js';
import { hasTags, type TagFilter } from './user-tags.js';

/** The filters of both the list and the export. */
export abstract class UserFilter<Self, Result = unknown> extends Query<Self, Result> {
  /** `pending`, `invited`, `active` (the default), or of former members: `rejected`, `left`, `deleted`. */
  @Optional() @Several() @IsIn(userStatuses, { each: true }) status?: string[];
  /**
   * As the admin UI shows it: `locked` for a member with a lock, otherwise the status. Repeat it for several. Not together
   * with `status` or `locked`.
   */
  @Optional()
  @Several()
  @IsIn(effectiveStatuses, { each: true })
  @NotTogetherWith('status', 'locked')
  effectiveStatus?: string[];
  @Optional() @Flag() locked?: boolean;
  @Optional() @IsIn(['administrator', 'failedLogins', 'unaffiliated', 'dormant']) lockCause?: string;
  @Optional() @IsIn(roles) role?: string;
  @Optional() @Country() country?: string;
  /** The whole address; upper and lower case are equal. */
  @Optional() @Line(254) email?: string;
  /**
   * Words of names and e-mail, in any order: any part from 3 characters (of Chinese, Japanese and Korean from 1), the
   * beginning of a word from 2; upper and lower case, and letters with and without accents, are equal.
   */
  @Optional() @Line(100) @Searchable() search?: string;
  /** A date, or a time with a zone (ISO 8601); users who never logged in are included. */
  @Optional() @Moment() lastLoginBefore?: string;
}

/** Returns a query for the rows of an account that match a filter; the caller adds columns, order and limit. */
export function selectMatching(
  db: Kysely<UserListTables>,
  query: UserFilter<unknown>,
): SelectQueryBuilder<UserListTables, 'user_list', object> {
  const {
    status = memberStatuses,
    effectiveStatus,
    locked,
    lockCause,
    role,
    country,
    email,
    search,
    lastLoginBefore,
  } = query;
  let rows = db.selectFrom('user_list').where('account_id', '=', query.context.account!);
  rows = effectiveStatus?.length
    ? rows.where(hasEffectiveStatus(effectiveStatus, query.context.at))
    : rows.where('status', 'in', status);
  const isLocked = isLockedAt(query.context.at);
  if (locked !== undefined)
    rows = rows.where(locked ? sql<boolean>`${mayBeLocked} and ${isLocked}` : sql<boolean>`not ${isLocked}`);
  if (lockCause)
    rows = rows.where(sql<boolean>`${lockCause} = any(lock_causes) and ${hasLockAt(lockCause, query.context.at)}`);
  if (role) rows = rows.where(sql<boolean>`${role} = any(roles)`);
  if (country) rows = rows.where('country', '=', country);
  if (email) rows = rows.where('address', '=', toCanonicalAddress(email));
  if (search) rows = rows.where(matchesSearch(search));
  // Not as text: PostgreSQL knows no zone beyond 15:59.
  const before = lastLoginBefore && sql<string>`to_timestamp(${momentToMs(lastLoginBefore)}::float8 / 1000)`;
  if (before) rows = rows.where((eb) => eb.or([eb('last_login_at', '<', before), eb('last_login_at', 'is', null)]));
  return rows;
}

/**
 * Returns the same query with conditions for the index of tags. It finds rare values fast; not for a list that is read in the
 * order of another index, because the planner would expect fewer rows than there are.
 */
export function selectMatchingByTags(
  db: Kysely<UserListTables>,
  query: UserFilter<unknown>,
  section: TagFilter = {},
): SelectQueryBuilder<UserListTables, 'user_list', object> {
  const conditions = hasTags(query.context.account!, [
    { ...(!query.effectiveStatus?.length && { status: memberStatuses }), ...query },
    section,
  ]);
  return conditions.reduce((rows, condition) => rows.where(condition), selectMatching(db, query));
}

/** Returns the condition that a row has a lock of this cause in force at a time (UTC, ISO 8601). */
const hasLockAt = (cause: string, at: string): RawBuilder<boolean> => sql<boolean>`exists (
  select from json_array_elements(item -> 'locks') as lock
  where lock ->> 'cause' = ${cause} and coalesce((lock ->> 'until')::timestamptz > ${at}, true))`;
