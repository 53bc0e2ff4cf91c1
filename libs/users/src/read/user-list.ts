import { Transform, Type } from 'class-transformer';
import { IsBoolean, IsIn, IsInt, IsString, Max, MaxLength, Min } from 'class-validator';
import { sql, type Kysely, type RawBuilder, type SelectQueryBuilder } from 'kysely';
import {
  Country,
  Line,
  Moment,
  Optional,
  Query,
  Several,
  notBefore,
  toPage,
  type Page,
  type Recorded,
} from '#libs/kernel';
import { sealCursor, unsealCursor, type Projection, type Sealer } from '#libs/read-store';
import { canonicalAddress } from '../domain/email-address.js';
import { roles } from '../domain/user.events.js';
import { countUsers, createUserCount, type UserCount } from './account-summary.js';
import { folded } from './folded.js';
import { itemAt, memberStatuses, userItem, userStatuses, type UserItem } from './user-item.js';
import {
  Searchable,
  beginningsOnly,
  searchColumns,
  sortKeyFor,
  whereFound,
  type SearchColumns,
} from './user-search.js';
import { foldUser, isLockedForGood, userViewEvents, type UserAcrossAccounts, type UserView } from './user-view.js';

interface UserRow extends SearchColumns {
  account_id: string;
  user_id: string;
  status: string;
  /** By a lock that does not end by itself. */
  locked_for_good: boolean;
  /** When the last of the locks that end by themselves does. */
  locked_until: string | null;
  /** Also of locks whose end has come. */
  lock_causes: string[];
  roles: string[];
  country: string;
  /** As addresses are compared. */
  address: string;
  first_name_key: string;
  last_name_key: string;
  email_key: string;
  added_at: string | null;
  last_login_at: string | null;
  restorable_until: string | null;
  item: UserItem;
}

/** Tables of the user list: a row for each account and user, each account's counts, and each user's fold to go on from. */
export interface UserListTables {
  user_list: UserRow;
  user_count: UserCount;
  user_seen: { user_id: string; seen: UserAcrossAccounts };
}

export const UserListProjection: Projection = {
  name: 'user-list',
  version: 6,
  tables: ['user_list', 'user_count', 'user_seen'],
  events: userViewEvents,

  async create(db) {
    // With room on its page, a row that changes nothing indexed (a lock) touches no index.
    await sql`create table user_seen (user_id text collate "C" primary key, seen json not null) with (fillfactor = 50)`.execute(
      db,
    );
    await sql`
      create table user_list (
        account_id text not null, user_id text collate "C" not null, status text collate "C" not null, locked_for_good boolean not null,
        locked_until timestamptz, lock_causes text[] not null, roles text[] not null, country text collate "C" not null, address text not null,
        first_name_key text collate "C" not null, last_name_key text collate "C" not null, email_key text collate "C" not null,
        search text not null, search_grams text[] collate "C", added_at timestamptz, last_login_at timestamptz, restorable_until timestamptz,
        item json not null, primary key (account_id, user_id)) with (fillfactor = 75)`.execute(db);
    for (const key of Object.values(sortKeys)) {
      await sql`create index on user_list (account_id, ${sql.ref(key)}, user_id)`.execute(db);
    }
    await sql`create index on user_list (account_id, restorable_until) where status = 'deleted'`.execute(db);
    // Few: those who are locked for a while, or were and have not changed since.
    await sql`create index on user_list (account_id, locked_until) where locked_until is not null`.execute(db);
    await createUserCount(db);
    await sql`create index on user_list (account_id, address)`.execute(db);
    // What is new waits in a list, kB, that a search reads, too: a user has some seventy grams.
    await sql`create index user_list_search on user_list using gin (account_id, search_grams) with (gin_pending_list_limit = 64)`.execute(
      db,
    );
  },

  async apply(events, tx) {
    const db = tx as unknown as Kysely<UserListTables>;
    const ids = [...new Set(events.map(({ envelope }) => envelope.subject.id))];
    const stored = await db.selectFrom('user_seen').selectAll().where('user_id', 'in', ids).execute();
    const before = new Map(stored.map((row) => [row.user_id, row.seen]));
    const seen = new Map(before);
    const views = new Map<string, UserView>();
    for (const event of events) {
      const user = foldUser(seen.get(event.envelope.subject.id), event);
      if (!user) continue;
      for (const view of changedViews(seen.get(event.envelope.subject.id), user, event))
        views.set(`${view.account} ${view.userId}`, view);
      seen.set(event.envelope.subject.id, user);
    }
    const users = [...seen].map(([user_id, user]) => ({ user_id, seen: user }));
    const rows = [...views.values()].map((view) => userRow(view, before.get(view.userId)?.accounts[view.account!]));
    await sql`
      with users as (
        insert into user_seen select * from json_populate_recordset(null::user_seen, ${JSON.stringify(users)}::json)
        on conflict (user_id) do update set seen = excluded.seen)
      insert into user_list select * from json_populate_recordset(null::user_list, ${JSON.stringify(rows)}::json)
      on conflict (account_id, user_id) do update set (${columns}) = (${excluded})`.execute(db);
    await countUsers(db, [...views.values()], ({ userId, account }) => before.get(userId)?.accounts[account!]);
  },
};

/** The views that an event has changed: that of its account, and those of accounts that can't restore the user any more. */
const changedViews = (
  before: UserAcrossAccounts | undefined,
  { accounts }: UserAcrossAccounts,
  { envelope: { account } }: Recorded,
): UserView[] =>
  Object.entries(accounts).flatMap(([id, view]) =>
    id === account || before?.accounts[id]?.canBeRestored !== view.canBeRestored ? [view] : [],
  );

const userRow = (view: UserView, before: UserView | undefined): UserRow => ({
  account_id: view.account!,
  user_id: view.userId,
  status: view.status,
  locked_for_good: isLockedForGood(view),
  locked_until:
    view.locks
      .map(({ until }) => until)
      .filter((until) => until !== null)
      .toSorted()
      .at(-1) ?? null,
  lock_causes: view.locks.map(({ cause }) => cause),
  roles: [...view.roles],
  country: view.country,
  // A person who was erased has no address left.
  address: view.email && canonicalAddress(view.email),
  first_name_key: folded(view.firstName),
  last_name_key: folded(view.lastName),
  email_key: folded(view.email),
  ...searchColumns(view, before),
  added_at: view.addedAt,
  last_login_at: view.lastLoginAt,
  restorable_until: view.canBeRestored ? view.restorableUntil : null,
  item: userItem(view),
});

/** Those of a row but its key. */
const updatedColumns = [
  'status',
  'locked_for_good',
  'locked_until',
  'lock_causes',
  'roles',
  'country',
  'address',
  'first_name_key',
  'last_name_key',
  'email_key',
  'search',
  'search_grams',
  'added_at',
  'last_login_at',
  'restorable_until',
  'item',
] as const satisfies readonly (keyof UserRow)[];
const columns = sql.join(updatedColumns.map((column) => sql.ref(column)));
const excluded = sql.join(
  updatedColumns.map((column) =>
    column === 'search_grams'
      ? sql`coalesce(excluded.search_grams, user_list.search_grams)`
      : sql.ref(`excluded.${column}`),
  ),
);

const sortKeys = {
  lastName: 'last_name_key',
  firstName: 'first_name_key',
  email: 'email_key',
  country: 'country',
  status: 'status',
  addedAt: 'added_at',
  lastLoginAt: 'last_login_at',
} as const;

type SortKey = (typeof sortKeys)[keyof typeof sortKeys];
const nullable: ReadonlySet<SortKey> = new Set(['added_at', 'last_login_at'] as const);

const sorts = Object.keys(sortKeys).flatMap((key) => [key, `-${key}`]);

const boolean = ({ value }: { value: unknown }) => (value === 'true' ? true : value === 'false' ? false : value);

/** What both the list and the export filter by. */
export abstract class UserFilter<Self, Result = unknown> extends Query<Self, Result> {
  /** `pending`, `invited`, `active` (the default), or those who left: `rejected`, `left`, `deleted`. */
  @Optional() @Several() @IsIn(userStatuses, { each: true }) status?: string[];
  @Optional() @Transform(boolean) @IsBoolean() locked?: boolean;
  @Optional() @IsIn(['administrator', 'failedLogins', 'unaffiliated', 'dormant']) lockCause?: string;
  @Optional() @IsIn(roles) role?: string;
  @Optional() @Country() country?: string;
  /** The whole address; case does not count. */
  @Optional() @Line(254) email?: string;
  /**
   * Words of names and e-mail, in any order: any part from 3 characters (of Chinese, Japanese and Korean from 1), the
   * beginning of a word from 2; case and accents do not count.
   */
  @Optional() @Line(100) @Searchable() search?: string;
  /** A date, or a time with a zone (ISO 8601); one who never logged in is included. */
  @Optional() @Moment() lastLoginBefore?: string;
}

/** The users of an account, page by page. */
export class ListUsers extends UserFilter<ListUsers, UserItemPage> {
  /** `lastName` (default), `firstName`, `email`, `country`, `status`, `addedAt`, `lastLoginAt`; `-` descends; never logged in last. */
  @Optional() @IsIn(sorts) sort?: string;
  /** 1 to 200, default 50. */
  @Optional() @Type(() => Number) @IsInt() @Min(1) @Max(200) limit?: number;
  /** `next` of the page before. */
  @Optional() @IsString() @MaxLength(8000) cursor?: string;
}

/** A page of the list, and how it was searched. */
export interface UserItemPage extends Page<UserItem> {
  /** The words of the search that are too short to be any part of a word: they were found at the beginning of words only. */
  readonly beginningsOnly?: readonly string[];
}

/** Answers a page of the list. Throws `cursor.invalid`. */
export async function listUsers(db: Kysely<UserListTables>, sealer: Sealer, query: ListUsers): Promise<UserItemPage> {
  const { sort = 'lastName', limit = 50, cursor, search } = query;
  const name = `users ${query.context.account!} ${sort}`;
  const after = cursor === undefined ? undefined : (unsealCursor(cursor, sealer, name) as Keyset);
  const { items, next } = await usersAfter(db, query, { sort, limit, after });
  const beginnings = beginningsOnly(search ?? '');
  return {
    items,
    next: next && sealCursor(next, sealer, name),
    ...(beginnings.length > 0 && { beginningsOnly: beginnings }),
  };
}

/** The sort key and the id of a row. */
export type Keyset = readonly [key: string | null, userId: string];

/** Returns at most `limit` users after a row, which may have moved or gone since. */
export async function usersAfter(
  db: Kysely<UserListTables>,
  filter: UserFilter<unknown>,
  { sort, limit, after }: { sort: string; limit: number; after?: Keyset | undefined },
): Promise<Page<UserItem, Keyset>> {
  const key = sortKeys[sort.replace('-', '') as keyof typeof sortKeys];
  const [order, beyond] = sort.startsWith('-') ? (['desc', '<'] as const) : (['asc', '>'] as const);
  const rows: (Pick<UserRow, 'user_id' | 'item'> & { key: string | null })[] = [];
  // Rows without a value come last in both orders. No index has them there in both, so they are a list of their own.
  for (const state of ['is not', 'is'] as const) {
    if (rows.length > limit || (state === 'is' ? !nullable.has(key) : after?.[0] === null)) continue;
    let select = matching(db, filter)
      .where(key, state, null)
      .select(['user_id', 'item', `${key} as key`]);
    if (after && state === 'is not')
      select = select.where(sql<boolean>`(${sql.ref(key)}, user_id) ${sql.raw(beyond)} (${after[0]}, ${after[1]})`);
    if (after?.[0] === null) select = select.where('user_id', beyond, after[1]);
    rows.push(
      ...(await select
        .orderBy(filter.search ? sortKeyFor(filter.search, key) : key, order)
        .orderBy('user_id', order)
        .limit(limit + 1 - rows.length)
        .execute()),
    );
  }
  const page = toPage(rows, limit, (last): Keyset => [last.key, last.user_id]);
  return { ...page, items: page.items.map(({ item }) => itemAt(item, filter.context.at)) };
}

/** The rows that a filter leaves. */
export function matching(
  db: Kysely<UserListTables>,
  query: UserFilter<unknown>,
): SelectQueryBuilder<UserListTables, 'user_list', object> {
  const { status = memberStatuses, locked, lockCause, role, country, email, search, lastLoginBefore } = query;
  let rows = db.selectFrom('user_list').where('account_id', '=', query.context.account!).where('status', 'in', status);
  const isLocked = isLockedAt(query.context.at);
  if (locked !== undefined) rows = rows.where(locked ? isLocked : sql<boolean>`not ${isLocked}`);
  if (lockCause)
    rows = rows.where(sql<boolean>`${lockCause} = any(lock_causes) and ${hasLockAt(lockCause, query.context.at)}`);
  if (role) rows = rows.where(sql<boolean>`${role} = any(roles)`);
  if (country) rows = rows.where('country', '=', country);
  if (email) rows = rows.where('address', '=', canonicalAddress(email));
  if (search) rows = rows.where(whereFound(search));
  // Not as text: PostgreSQL knows no zone beyond 15:59.
  const before = lastLoginBefore && sql<string>`to_timestamp(${notBefore(lastLoginBefore)}::float8 / 1000)`;
  if (before) rows = rows.where((eb) => eb.or([eb('last_login_at', '<', before), eb('last_login_at', 'is', null)]));
  return rows;
}

/** Whether a row has a lock that counts at a time. */
const isLockedAt = (at: string): RawBuilder<boolean> =>
  sql<boolean>`(locked_for_good or coalesce(locked_until > ${at}, false))`;

/** Whether a row has a lock of this cause that counts at a time. */
const hasLockAt = (cause: string, at: string): RawBuilder<boolean> => sql<boolean>`exists (
  select from json_array_elements(item -> 'locks') as lock
  where lock ->> 'cause' = ${cause} and coalesce((lock ->> 'until')::timestamptz > ${at}, true))`;
