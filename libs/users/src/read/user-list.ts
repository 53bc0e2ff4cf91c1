import { Type } from 'class-transformer';
import { IsIn, IsInt, IsString, Max, MaxLength, Min } from 'class-validator';
import { sql, type Kysely } from 'kysely';
import { Optional, toPage, type Page } from '#libs/kernel';
import { sealCursor, unsealCursor, type Sealer } from '#libs/read-store';
import { UserFilter, selectMatching } from './user-filter.js';
import { withLocksInForceAt, type UserItem } from './user-item.js';
import { sortColumns, type UserListTables, type UserRow } from './user-list.projection.js';
import { findBeginningOnlyTerms, toSortExpression } from './user-search.js';

type SortColumn = (typeof sortColumns)[keyof typeof sortColumns];
const nullable: ReadonlySet<SortColumn> = new Set(['added_at', 'last_login_at'] as const);

const sorts = Object.keys(sortColumns).flatMap((key) => [key, `-${key}`]);

/** Lists the users of an account, page by page. */
export class ListUsers extends UserFilter<ListUsers, UserItemPage> {
  /** `lastName` (default), `firstName`, `email`, `country`, `status`, `addedAt`, `lastLoginAt`; `-` sorts descending; users who never logged in come last. */
  @Optional() @IsIn(sorts) sort?: string;
  /** 1 to 200, default 50. */
  @Optional() @Type(() => Number) @IsInt() @Min(1) @Max(200) limit?: number;
  /** `next` of the page before. */
  @Optional() @IsString() @MaxLength(8000) cursor?: string;
}

/** A page of the list. */
export interface UserItemPage extends Page<UserItem> {
  /** Words of the search that are so short that they were compared with the beginnings of words only. */
  readonly beginningsOnly?: readonly string[];
}

/**
 * Returns a page of the users of an account.
 * @throws Refusal `cursor.invalid`
 */
export async function listUsers(db: Kysely<UserListTables>, sealer: Sealer, query: ListUsers): Promise<UserItemPage> {
  const { sort = 'lastName', limit = 50, cursor, search } = query;
  const name = `users ${query.context.account!} ${sort}`;
  const after = cursor === undefined ? undefined : (unsealCursor(cursor, sealer, name) as Keyset);
  const { items, next } = await loadUsersAfter(db, query, { sort, limit, after });
  const beginnings = findBeginningOnlyTerms(search ?? '');
  return {
    items,
    next: next && sealCursor(next, sealer, name),
    ...(beginnings.length > 0 && { beginningsOnly: beginnings }),
  };
}

/** The sort key and the id of the last row of a page: the next page begins after it. */
export type Keyset = readonly [key: string | null, userId: string];

/** Returns at most `limit` users after a row, which may have moved or gone since. */
export async function loadUsersAfter(
  db: Kysely<UserListTables>,
  filter: UserFilter<unknown>,
  { sort, limit, after }: { sort: string; limit: number; after?: Keyset | undefined },
): Promise<Page<UserItem, Keyset>> {
  const key = sortColumns[sort.replace('-', '') as keyof typeof sortColumns];
  const [order, beyond] = sort.startsWith('-') ? (['desc', '<'] as const) : (['asc', '>'] as const);
  const rows: (Pick<UserRow, 'user_id' | 'item'> & { key: string | null })[] = [];
  // Rows without a value come last in both orders. No index has them there in both, so they are a list of their own.
  for (const state of ['is not', 'is'] as const) {
    if (rows.length > limit || (state === 'is' ? !nullable.has(key) : after?.[0] === null)) continue;
    let select = selectMatching(db, filter)
      .where(key, state, null)
      .select(['user_id', 'item', `${key} as key`]);
    if (after && state === 'is not')
      select = select.where(sql<boolean>`(${sql.ref(key)}, user_id) ${sql.raw(beyond)} (${after[0]}, ${after[1]})`);
    if (after?.[0] === null) select = select.where('user_id', beyond, after[1]);
    rows.push(
      ...(await select
        .orderBy(filter.search ? toSortExpression(filter.search, key) : key, order)
        .orderBy('user_id', order)
        .limit(limit + 1 - rows.length)
        .execute()),
    );
  }
  const page = toPage(rows, limit, (last): Keyset => [last.key, last.user_id]);
  return { ...page, items: page.items.map(({ item }) => withLocksInForceAt(item, filter.context.at)) };
}
