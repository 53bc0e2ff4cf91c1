import { sql, type Kysely } from 'kysely';
import { Query } from '#libs/kernel';
import type { AnyTables } from '#libs/read-store';
import type { UserListTables } from './user-list.js';
import { isLockedForGood, type UserView } from './user-view.js';

/** The numbers that an admin UI puts on its tabs. */
export class SummarizeAccount extends Query<SummarizeAccount, AccountSummary> {}

export interface AccountSummary {
  readonly active: number;
  readonly invited: number;
  readonly pending: number;
  /** Of the active. */
  readonly locked: number;
  /** Of the active. */
  readonly neverLoggedIn: number;
  /** Deleted, and still to be had back. */
  readonly restorable: number;
}

/** How many users of an account are what: counted as they change, since counting 200,000 takes half a second. */
export interface UserCount {
  account_id: string;
  /** As whatever. */
  known: number;
  active: number;
  invited: number;
  pending: number;
  /** By a lock that does not end by itself; the others are counted when somebody asks. */
  locked_for_good: number;
  never_logged_in: number;
}

type Counts = Omit<UserCount, 'account_id'>;

/** The table of counts, a row an account, rewritten all the time: with room for it on its page. */
export async function createUserCount(db: Kysely<AnyTables>): Promise<void> {
  await sql`
    create table user_count (
      account_id text primary key, known integer not null, active integer not null, invited integer not null,
      pending integer not null, locked_for_good integer not null, never_logged_in integer not null) with (fillfactor = 10)`.execute(
    db,
  );
}

/** Counts these users as what they are now instead of what they were before. */
export async function countUsers(
  db: Kysely<UserListTables>,
  views: readonly UserView[],
  before: (view: UserView) => UserView | undefined,
): Promise<void> {
  const changes = new Map<string, Counts>();
  for (const view of views) {
    const [counts, was, is] = [changes.get(view.account!) ?? nobody, countsOf(before(view)), countsOf(view)];
    changes.set(
      view.account!,
      mapCounts((name) => counts[name] + is[name] - was[name]),
    );
  }
  for (const [account_id, change] of changes) {
    if (Object.values(change).every((difference) => difference === 0)) continue;
    await db
      .insertInto('user_count')
      .values({ account_id, ...change })
      .onConflict((conflict) =>
        conflict
          .column('account_id')
          .doUpdateSet(mapCounts((name) => sql<number>`user_count.${sql.ref(name)} + ${change[name]}`)),
      )
      .execute();
  }
}

const nobody: Counts = { known: 0, active: 0, invited: 0, pending: 0, locked_for_good: 0, never_logged_in: 0 };

const mapCounts = <T>(value: (name: keyof Counts) => T) =>
  Object.fromEntries((Object.keys(nobody) as (keyof Counts)[]).map((name) => [name, value(name)])) as Record<
    keyof Counts,
    T
  >;

function countsOf(view: UserView | undefined): Counts {
  if (!view) return nobody;
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

/** Answers an account's numbers; all 0 where it has no user yet. */
export async function summarizeAccount(
  db: Kysely<UserListTables>,
  { context }: SummarizeAccount,
): Promise<AccountSummary> {
  const { active, invited, pending, locked_for_good, never_logged_in }: Counts =
    (await db.selectFrom('user_count').selectAll().where('account_id', '=', context.account!).executeTakeFirst()) ??
    nobody;
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
