import { sql, type Kysely } from 'kysely';
import type { Page } from '#libs/kernel';
import type { Counts } from './account-summary.js';
import { memberStatuses } from './effective-status.js';
import { selectMatching, type UserFilter } from './user-filter.js';
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

/**
 * Returns how many users match a filter, whose first page is given. All members, and those of a status, are in the account's
 * counts; others are counted up to a limit.
 */
export async function countMatching(
  db: Kysely<UserListTables>,
  query: PagedFilter,
  { items, next }: Page<unknown, unknown>,
): Promise<UserTotal> {
  if (next === null) return { total: items.length };
  const statuses = findCountedStatuses(query);
  if (statuses) {
    const counts = await db
      .selectFrom('user_count')
      .selectAll()
      .where('account_id', '=', query.context.account!)
      .executeTakeFirst();
    return { total: statuses.reduce((total, status) => total + (counts?.[status] ?? 0), 0) };
  }
  const matching = selectMatching(db, query)
    .select(sql<number>`1`.as('one'))
    .limit(countLimit + 1);
  const { total } = await db
    .selectFrom(matching.as('matching'))
    .select(sql<number>`count(*)`.as('total'))
    .executeTakeFirstOrThrow();
  return total > countLimit ? { total: countLimit, totalIsLowerBound: true } : { total };
}

type CountedStatus = keyof Pick<Counts, 'active' | 'invited' | 'pending'>;

/** Returns the statuses that a query asks for, if it has no other filter and the account's counts have these. */
function findCountedStatuses(query: PagedFilter): CountedStatus[] | undefined {
  const { status, effectiveStatus, sort: _sort, limit: _limit, cursor: _cursor, ...others } = query;
  if (Object.values(others).some((filter) => filter !== undefined)) return undefined;
  // The counts do not tell locked members apart, so effective statuses are counted only if they include all members.
  const allMembers = [...memberStatuses, 'locked'];
  const isAllMembers =
    effectiveStatus?.length === allMembers.length && allMembers.every((name) => effectiveStatus.includes(name));
  if (effectiveStatus && !isAllMembers) return undefined;
  const wanted = [...new Set(status ?? memberStatuses)];
  return wanted.every((name) => memberStatuses.includes(name)) ? (wanted as CountedStatus[]) : undefined;
}
