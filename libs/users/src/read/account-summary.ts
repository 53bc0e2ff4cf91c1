import { sql, type Kysely } from 'kysely';
import { Query } from '#libs/kernel';
import { FoldedTable, type AnyTables, type RowWrite } from '#libs/read-store';
import type { UserListTables } from './user-list.projection.js';
import { isLockedForGood, type UserView } from './user-view.js';

/** Counts the users of an account by status. */
export class SummarizeAccount extends Query<SummarizeAccount, AccountSummary> {}

export interface AccountSummary {
  readonly active: number;
  readonly invited: number;
  readonly pending: number;
  /** Of the active. */
  readonly locked: number;
  /** Of the active. */
  readonly neverLoggedIn: number;
  /** Deleted users who can still be restored. */
  readonly restorable: number;
}

/** The number of an account's users by status: updated with each change, since counting 200,000 rows takes half a second. */
export interface UserCount {
  account_id: string;
  /** In any status. */
  known: number;
  active: number;
  invited: number;
  pending: number;
  /** Locked without an end; users whose locks have ends are counted in each query. */
  locked_for_good: number;
  never_logged_in: number;
}

export type Counts = Omit<UserCount, 'account_id'>;

/** Creates the table of counts, with a fill factor for its frequent updates. */
export async function createUserCountTable(db: Kysely<AnyTables>): Promise<void> {
  await sql`
    create table user_count (
      account_id text primary key, known integer not null, active integer not null, invited integer not null,
      pending integer not null, locked_for_good integer not null, never_logged_in integer not null) with (fillfactor = 10)`.execute(
    db,
  );
}

const userCount = new FoldedTable<UserCount, 'account_id'>({
  name: 'user_count',
  key: ['account_id'],
  columns: {
    known: 'add',
    active: 'add',
    invited: 'add',
    pending: 'add',
    locked_for_good: 'add',
    never_logged_in: 'add',
  },
});

/** What a transaction adds to the counts of accounts. */
export class UserCountChanges {
  readonly #changes = new Map<string, Counts>();

  /** Counts a view in place of the former one of the same account and user. */
  add(before: UserView | undefined, view: UserView): void {
    const [counts, was, is] = [this.#changes.get(view.account!) ?? noUsers, countsOf(before), countsOf(view)];
    this.#changes.set(
      view.account!,
      mapCounts((name) => counts[name] + is[name] - was[name]),
    );
  }

  /** Returns what to write. */
  toWrite(): RowWrite {
    const changed = [...this.#changes].filter(([, change]) => Object.values(change).some((added) => added !== 0));
    const rows = changed.map(([account_id, change]) => ({ account_id, ...change }));
    return userCount.upsert(rows.length, (from, to) => JSON.stringify(rows.slice(from, to)));
  }
}

const noUsers: Counts = { known: 0, active: 0, invited: 0, pending: 0, locked_for_good: 0, never_logged_in: 0 };

const mapCounts = <T>(value: (name: keyof Counts) => T) =>
  Object.fromEntries((Object.keys(noUsers) as (keyof Counts)[]).map((name) => [name, value(name)])) as Record<
    keyof Counts,
    T
  >;

function countsOf(view: UserView | undefined): Counts {
  if (!view) return noUsers;
  const is = (status: UserView['status'], also = true) => Number(view.status === status && also);
  return {
    known: 1,
    active: is('active'),
    invited: is('invited'),
    pending: is('pending'),
    locked_for_good: is('active', isLockedForGood(view)),
    never_logged_in: is('active', view.lastLoginAt === null),
  };
}

/** Returns the numbers of users of an account. */
export async function summarizeAccount(
  db: Kysely<UserListTables>,
  { context }: SummarizeAccount,
): Promise<AccountSummary> {
  const { active, invited, pending, locked_for_good, never_logged_in }: Counts =
    (await db.selectFrom('user_count').selectAll().where('account_id', '=', context.account!).executeTakeFirst()) ??
    noUsers;
  const { restorable } = await db
    .selectFrom('user_list')
    .where('account_id', '=', context.account!)
    .where('status', '=', 'deleted')
    .where('restorable_until', '>=', context.at)
    .select(sql<number>`count(*)`.as('restorable'))
    .executeTakeFirstOrThrow();
  const { lockedForNow } = await db
    .selectFrom('user_list')
    .where('account_id', '=', context.account!)
    .where('status', '=', 'active')
    .where('locked_for_good', '=', false)
    .where('locked_until', '>', context.at)
    .select(sql<number>`count(*)`.as('lockedForNow'))
    .executeTakeFirstOrThrow();
  return {
    active,
    invited,
    pending,
    locked: locked_for_good + lockedForNow,
    neverLoggedIn: never_logged_in,
    restorable,
  };
}
