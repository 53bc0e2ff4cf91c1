import { sql, type Kysely } from 'kysely';
import type { Counts } from './account-summary.js';
import { memberStatuses } from './effective-status.js';
import { selectMatchingByTags, type UserFilter } from './user-filter.js';
import type { UserListTables } from './user-list.projection.js';

type PagedFilter = UserFilter<unknown> & { readonly sort?: string; readonly limit?: number; readonly cursor?: string };

/** How many users match a filter. */
export interface UserTotal {
  /** How many users match; only in the first page. */
  readonly total?: number;
  /** More than `total` match: with filters, users are counted up to 10,000. */
  readonly totalIsLowerBound?: true;
}

/** PGlite has one connection and counts 100,000 rows in 50 to 200 ms, so larger counts are cut off. */
const countLimit = 10_000;

/** How many users match a filter. */
export interface Matches {
  /** More than `countLimit`: at least so many. */
  readonly count: number;
  readonly isLowerBound: boolean;
  /** Reading and sorting all of them is faster than reading users in the list's order until a page is full. */
  readonly areFew: boolean;
  /** Whether the query has a filter. */
  readonly isFiltered: boolean;
  /** How many users the account has, in any status. */
  readonly known: number;
}

/** How many matching users are expected to be read in the order of the list until a page is full: twice a page of 50. */
const READ_FOR_PAGE = 100;

/**
 * Counts the users who match a filter. All members, and those of a status, are in the account's counts; others are counted up
 * to a limit.
 */
export async function countMatching(db: Kysely<UserListTables>, query: PagedFilter): Promise<Matches> {
  const counts: Counts | undefined = await db
    .selectFrom('user_count')
    .selectAll()
    .where('account_id', '=', query.context.account!)
    .executeTakeFirst();
  const statuses = findCountedStatuses(query);
  const counted = statuses
    ? statuses.reduce((total, status) => total + (counts?.[status] ?? 0), 0)
    : await countUpToLimit(db, query);
  const isLowerBound = !statuses && counted > countLimit;
  const isFiltered = hasFilter(query);
  const known = counts?.known ?? 0;
  // In the list's order, one of `known / counted` users matches.
  const readInOrder = READ_FOR_PAGE * (known / counted);
  return {
    count: isLowerBound ? countLimit : counted,
    isLowerBound,
    isFiltered,
    known,
    areFew: isFiltered && !isLowerBound && counted < readInOrder,
  };
}

async function countUpToLimit(db: Kysely<UserListTables>, query: PagedFilter): Promise<number> {
  const matching = selectMatchingByTags(db, query)
    .select(sql<number>`1`.as('one'))
    .limit(countLimit + 1);
  const { total } = await db
    .selectFrom(matching.as('matching'))
    .select(sql<number>`count(*)`.as('total'))
    .executeTakeFirstOrThrow();
  return total;
}

/** Returns the total of a page. */
export const toTotal = ({ count, isLowerBound }: Matches): UserTotal =>
  isLowerBound ? { total: count, totalIsLowerBound: true } : { total: count };

type CountedStatus = keyof Pick<Counts, 'active' | 'invited' | 'pending'>;

const hasFilter = ({ sort: _sort, limit: _limit, cursor: _cursor, ...filters }: PagedFilter): boolean =>
  Object.values(filters).some((filter) => filter !== undefined);

/** Returns the statuses that a query asks for, if it has no other filter and the account's counts have these. */
function findCountedStatuses({ status, effectiveStatus, ...others }: PagedFilter): CountedStatus[] | undefined {
  if (hasFilter(others)) return undefined;
  // The counts do not tell locked members apart, so effective statuses are counted only if they include all members.
  const allMembers = [...memberStatuses, 'locked'];
  const isAllMembers =
    effectiveStatus?.length === allMembers.length && allMembers.every((name) => effectiveStatus.includes(name));
  if (effectiveStatus && !isAllMembers) return undefined;
  const wanted = [...new Set(status ?? memberStatuses)];
  return wanted.every((name) => memberStatuses.includes(name)) ? (wanted as CountedStatus[]) : undefined;
}
