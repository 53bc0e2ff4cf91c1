import { Type } from 'class-transformer';
import { IsIn, IsInt, IsString, Max, MaxLength, Min } from 'class-validator';
import { sql, type Kysely, type RawBuilder } from 'kysely';
import { Optional, toPage, type Page } from '#libs/kernel';
import { sealCursor, unsealCursor, type Sealer } from '#libs/read-store';
import { UserFilter, selectMatching, selectMatchingByTags } from './user-filter.js';
import { withLocksInForceAt, type StoredUserItem, type UserItem } from './user-item.js';
import type { UserListTables } from './user-list.projection.js';
import { sectionsOf, sorts } from './user-order.js';
import { countMatching, toTotal, type Matches, type UserTotal } from './user-total.js';
import { findBeginningOnlyTerms } from './user-search.js';

/** Lists the users of an account, page by page. */
export class ListUsers extends UserFilter<ListUsers, UserItemPage> {
  /**
   * `lastName` (default), `firstName`, `email`, `country`, `status` (the effective one), `addedAt`, `lastLoginAt`; `-` sorts
   * descending; users who never logged in come last. Equal ones are sorted by last name, then first name.
   */
  @Optional() @IsIn(sorts) sort?: string;
  /** 1 to 200, default 50. */
  @Optional() @Type(() => Number) @IsInt() @Min(1) @Max(200) limit?: number;
  /** `next` of the page before. */
  @Optional() @IsString() @MaxLength(8000) cursor?: string;
}

/** A page of the list. */
export interface UserItemPage extends Page<UserItem>, UserTotal {
  /** Words of the search that are so short that they were compared with the beginnings of words only. */
  readonly beginningsOnly?: readonly string[];
}

/**
 * Returns a page of the users of an account.
 * @throws Refusal `cursor.invalid`
 */
export async function listUsers(db: Kysely<UserListTables>, sealer: Sealer, query: ListUsers): Promise<UserItemPage> {
  const { sort = 'lastName', limit = 50, cursor, search } = query;
  const name = `users by name ${query.context.account!} ${sort}`;
  const after = cursor === undefined ? undefined : (unsealCursor(cursor, sealer, name) as Keyset);
  const matches = await countMatching(db, query);
  const { items, next } = await loadUsersAfter(db, query, { sort, limit, after, matches });
  const beginnings = findBeginningOnlyTerms(search ?? '');
  return {
    items,
    next: next && sealCursor(next, sealer, name),
    ...(cursor === undefined && toTotal(matches)),
    ...(beginnings.length > 0 && { beginningsOnly: beginnings }),
  };
}

/** Where a page ended: the section of its last row, the values of the section's `keyset`, and the id. */
export type Keyset = readonly [section: string, ...values: string[]];

interface PageOptions {
  readonly sort: string;
  readonly limit: number;
  readonly after?: Keyset | undefined;
  /** How many users match, if the caller has counted them. */
  readonly matches?: Matches;
}

/**
 * Returns at most `limit` users after a row, which may have moved or gone since. If few users match, all are read and sorted;
 * otherwise the index of the sort order is read until enough match.
 */
export async function loadUsersAfter(
  db: Kysely<UserListTables>,
  filter: UserFilter<unknown>,
  { sort, limit, after, matches }: PageOptions,
): Promise<Page<UserItem, Keyset>> {
  const { areFew } = matches ?? (await countMatching(db, filter));
  const [order, beyond] = sort.startsWith('-') ? (['desc', '<'] as const) : (['asc', '>'] as const);
  const sections = sectionsOf(sort, filter.context.at);
  const rows: { readonly item: StoredUserItem; readonly end: Keyset }[] = [];
  for (const section of sections.slice(sections.findIndex(({ name }) => name === (after?.[0] ?? sections[0]!.name)))) {
    if (rows.length > limit) break;
    const keyset = [...section.keyset, 'user_id'] as const;
    const matching = areFew ? selectMatchingByTags(db, filter, section.tagFilter) : selectMatching(db, filter);
    let select = matching.where(section.condition).select(['item', ...keyset]);
    if (after?.[0] === section.name)
      select = select.where(
        sql<boolean>`(${sql.join(keyset.map((column) => sql.ref(column)))}) ${sql.raw(beyond)} (${sql.join(after.slice(1))})`,
      );
    const [first, ...others] = section.orderBy;
    select = select.orderBy(areFew ? withoutIndex(first!) : first!, order);
    for (const column of [...others, 'user_id'] as const) select = select.orderBy(column, order);
    const found = await select.limit(limit + 1 - rows.length).execute();
    for (const row of found)
      rows.push({ item: row.item, end: [section.name, ...keyset.map((column) => row[column]!)] });
  }
  const page = toPage(rows, limit, ({ end }) => end);
  return { ...page, items: page.items.map(({ item }) => withLocksInForceAt(item, filter.context.at)) };
}

/**
 * Returns an expression for a column to sort by that no index has. The planner assumes that matching rows are spread evenly
 * over an index and would read nearly all of it if they are at its end.
 */
const withoutIndex = (column: keyof UserListTables['user_list']): RawBuilder<unknown> =>
  sql`coalesce(${sql.ref(column)}, ${sql.ref(column)})`;
