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
import type { UserListTables, UserRow } from './user-list.projection.js';
import { Searchable, accountOfSearch, matchesSearch } from './user-search.js';
import { hasTags, possibleStates, valueTags, type TagFilter } from './user-tags.js';

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

/** A query for rows of the list. */
export type Rows<Row = object> = SelectQueryBuilder<UserListTables, 'user_list', Row>;

/** Returns a query for the rows of an account that match a filter; the caller adds columns, order and limit. */
export const selectMatching = (db: Kysely<UserListTables>, query: UserFilter<unknown>): Rows =>
  addTaggedFilters(addOtherFilters(db.selectFrom('user_list'), query), query);

/** Returns the same query for the rows of a part of the list. */
export const selectMatchingIn = (db: Kysely<UserListTables>, part: Rows<UserRow>, query: UserFilter<unknown>): Rows =>
  addTaggedFilters(addOtherFilters(db.selectFrom(part.as('user_list')), query), query);

/** Returns the same query for the index of tags, which finds rare values fast; only users who may be in a section, if one is given. */
export const selectMatchingByTags = (
  db: Kysely<UserListTables>,
  query: UserFilter<unknown>,
  section: TagFilter = {},
): Rows =>
  hasTags(query.context.account!, toTagFilter(query), section).reduce(
    (rows, condition) => rows.where(condition),
    addOtherFilters(db.selectFrom('user_list'), query),
  );

/** Returns whether a section of a list can have rows that match a filter. */
export const canMatch = (query: UserFilter<unknown>, section: TagFilter): boolean =>
  possibleStates(toTagFilter(query), section).length > 0;

/** An empty list of effective statuses is none. */
const toTagFilter = ({ effectiveStatus, ...filter }: UserFilter<unknown>): TagFilter =>
  effectiveStatus?.length ? { ...filter, effectiveStatus } : filter;

/** Returns the condition of a filter on a column that holds a value, so that an index that begins with the column finds its rows. */
export function filterOn(column: string, { country, lastLoginBefore }: UserFilter<unknown>): RawBuilder<boolean> {
  if (column === 'country' && country) return sql<boolean>`country = ${country}`;
  return column === 'last_login_at' && lastLoginBefore
    ? sql<boolean>`last_login_at < ${toTimestamp(lastLoginBefore)}`
    : sql<boolean>`true`;
}

/** Adds the filters that tags express exactly. Not beside tags: the planner would take both for independent and expect too few rows. */
function addTaggedFilters(rows: Rows, { role, country }: UserFilter<unknown>): Rows {
  const withRole = role ? rows.where(sql<boolean>`${role} = any(roles)`) : rows;
  return country ? withRole.where('country', '=', country) : withRole;
}

function addOtherFilters(all: Rows, query: UserFilter<unknown>): Rows {
  const {
    status = memberStatuses,
    effectiveStatus,
    locked,
    lockCause,
    email,
    search,
    lastLoginBefore,
    context,
  } = query;
  let rows = all.where('account_id', '=', context.account!);
  rows = effectiveStatus?.length
    ? rows.where(hasEffectiveStatus(effectiveStatus, context.at))
    : rows.where('status', 'in', status);
  const isLocked = isLockedAt(context.at);
  if (locked !== undefined)
    rows = rows.where(locked ? sql<boolean>`${mayBeLocked} and ${isLocked}` : sql<boolean>`not ${isLocked}`);
  if (lockCause)
    rows = rows.where(sql<boolean>`${lockCause} = any(lock_causes) and ${hasLockAt(lockCause, context.at)}`);
  if (email) rows = rows.where('address', '=', toCanonicalAddress(email));
  if (search) rows = rows.where(accountOfSearch, '=', context.account!).where(matchesSearch(search));
  if (lastLoginBefore) {
    const before = toTimestamp(lastLoginBefore);
    // Without an index, if another filter has one: most users may have logged in before then.
    const isSelective = email !== undefined || search !== undefined || valueTags(query).length > 0;
    rows = rows.where(
      isSelective
        ? sql<boolean>`coalesce(last_login_at, '-infinity') < ${before}`
        : sql<boolean>`(last_login_at < ${before} or last_login_at is null)`,
    );
  }
  return rows;
}

/** Returns the condition that a row has a lock of this cause in force at a time (UTC, ISO 8601). Reading the item is slow. */
const hasLockAt = (cause: string, at: string): RawBuilder<boolean> => sql<boolean>`(
  (locked_for_good and cardinality(lock_causes) = 1) or exists (
    select from json_array_elements(item -> 'locks') as lock
    where lock ->> 'cause' = ${cause} and coalesce((lock ->> 'until')::timestamptz > ${at}, true)))`;

/** Not as text: PostgreSQL knows no zone beyond 15:59. */
const toTimestamp = (moment: string) => sql<string>`to_timestamp(${momentToMs(moment)}::float8 / 1000)`;
