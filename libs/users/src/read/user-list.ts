import { Type } from 'class-transformer';
import { IsIn, IsInt, IsString, Max, MaxLength, Min } from 'class-validator';
import { sql, type Kysely, type RawBuilder } from 'kysely';
import { Optional, toPage, type Page } from '#libs/kernel';
import { sealCursor, unsealCursor, type Sealer } from '#libs/read-store';
import {
  UserFilter,
  canMatch,
  filterOn,
  selectMatching,
  selectMatchingByTags,
  selectMatchingIn,
  type Rows,
} from './user-filter.js';
import { withLocksInForceAt, type StoredUserItem, type UserItem } from './user-item.js';
import type { UserListTables } from './user-list.projection.js';
import { sectionsOf, sorts, type Section } from './user-order.js';
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

/** In larger accounts, a filtered page reads at most so many rows of the index of its order; then all matching users are read and sorted. */
const MAX_READ_IN_ORDER = 10_000;

/** Returns at most `limit` users after a row, which may have moved or gone since. */
export async function loadUsersAfter(
  db: Kysely<UserListTables>,
  filter: UserFilter<unknown>,
  { sort, limit, after, matches }: PageOptions,
): Promise<Page<UserItem, Keyset>> {
  const { areFew, isFiltered, known } = matches ?? (await countMatching(db, filter));
  const maxRead = isFiltered && known > MAX_READ_IN_ORDER ? MAX_READ_IN_ORDER : undefined;
  const sections = sectionsOf(sort, filter.context.at);
  const rows: Found[] = [];
  for (const section of sections.slice(sections.findIndex(({ name }) => name === (after?.[0] ?? sections[0]!.name)))) {
    const part = { section, isDescending: sort.startsWith('-'), limit: limit + 1 - rows.length, after };
    if (part.limit <= 0) break;
    if (!canMatch(filter, section.tagFilter)) continue;
    const inOrder = areFew ? [] : await readInOrder(db, filter, part, maxRead);
    const isIncomplete = areFew || (maxRead !== undefined && inOrder.length < part.limit);
    rows.push(...(isIncomplete ? await readAndSort(db, filter, part) : inOrder));
  }
  const page = toPage(rows, limit, ({ end }) => end);
  return { ...page, items: page.items.map(({ item }) => withLocksInForceAt(item, filter.context.at)) };
}

interface Found {
  readonly item: StoredUserItem;
  readonly end: Keyset;
}

/** The part of a section that a page shows: at most `limit` rows, after a row. */
interface Part {
  readonly section: Section;
  readonly isDescending: boolean;
  readonly limit: number;
  readonly after: Keyset | undefined;
}

/** Reads a section by the index of its order until enough users match, but at most `maxRead` rows; undefined: to its end. */
async function readInOrder(
  db: Kysely<UserListTables>,
  filter: UserFilter<unknown>,
  part: Part,
  maxRead: number | undefined,
): Promise<Found[]> {
  if (maxRead === undefined) return readPart(selectMatching(db, filter).where(part.section.condition), part);
  const all = db.selectFrom('user_list').selectAll().where('account_id', '=', filter.context.account!);
  const inSection = all.where(part.section.condition).where(filterOn(part.section.keyset[0]!, filter));
  const first = orderRows(afterRow(inSection, part), part).limit(maxRead);
  return readPart(selectMatchingIn(db, first, filter), part);
}

/** Reads all matching users of a section and sorts them. */
async function readAndSort(db: Kysely<UserListTables>, filter: UserFilter<unknown>, part: Part): Promise<Found[]> {
  const rows = selectMatchingByTags(db, filter, part.section.tagFilter).where(part.section.condition);
  return readPart(rows, part, withoutIndex);
}

async function readPart(rows: Rows, part: Part, toKey?: typeof toColumn): Promise<Found[]> {
  const { section, limit } = part;
  const keyset = [...section.keyset, 'user_id'] as const;
  const found = await orderRows(afterRow(rows, part), part, toKey)
    .select(['item', ...keyset])
    .limit(limit)
    .execute();
  return found.map((row) => ({ item: row.item, end: [section.name, ...keyset.map((column) => row[column]!)] }));
}

/** Limits a query to the rows after the one where the page before ended. */
function afterRow<Row>(rows: Rows<Row>, { section, isDescending, after }: Part): Rows<Row> {
  if (after?.[0] !== section.name) return rows;
  const keyset = [...section.keyset, 'user_id'].map((column) => sql.ref(column));
  return rows.where(
    sql<boolean>`(${sql.join(keyset)}) ${isDescending ? sql`<` : sql`>`} (${sql.join(after.slice(1))})`,
  );
}

/** Puts the rows of a query into the order of the list. */
function orderRows<Row>(rows: Rows<Row>, { section, isDescending }: Part, toKey = toColumn): Rows<Row> {
  const [first, ...others] = section.orderBy;
  const direction = isDescending ? 'desc' : 'asc';
  let ordered = rows.orderBy(toKey(first!), direction);
  for (const column of [...others, 'user_id'] as const) ordered = ordered.orderBy(column, direction);
  return ordered;
}

const toColumn = (column: string): RawBuilder<unknown> => sql.ref(column);

/**
 * Returns an expression for a column to sort by that no index has. The planner assumes that matching rows are spread evenly
 * over an index and would read nearly all of it if they are at its end.
 */
const withoutIndex = (column: string): RawBuilder<unknown> => sql`coalesce(${sql.ref(column)}, ${sql.ref(column)})`;
