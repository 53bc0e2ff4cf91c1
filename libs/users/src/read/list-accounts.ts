import { sql, type Kysely, type RawBuilder } from 'kysely';
import {
  accountSortColumns,
  selectAccounts,
  toAccountItem,
  type AccountListPage,
  type AccountTables,
  type ListAccounts,
} from '#libs/accounts';
import { toPage } from '#libs/kernel';
import { hasEveryWord, sealCursor, unsealCursor, type Sealer } from '#libs/read-store';
import type { UserListTables } from './user-list.projection.js';

type Tables = AccountTables & Pick<UserListTables, 'user_count'>;

/**
 * Returns a page of the accounts that the caller may see, with their numbers of users.
 * @throws Refusal `cursor.invalid`
 */
export async function listAccounts(db: Kysely<Tables>, sealer: Sealer, query: ListAccounts): Promise<AccountListPage> {
  const { search, sort = 'openedAt', limit = 50, cursor, context } = query;
  const key = accountSortColumns[sort.replace('-', '') as keyof typeof accountSortColumns];
  const [order, beyond] = sort.startsWith('-') ? (['desc', '<'] as const) : (['asc', '>'] as const);
  const name = `accounts ${sort}`;
  const after = cursor === undefined ? undefined : (unsealCursor(cursor, sealer, name) as readonly unknown[]);
  const matching = db
    .selectFrom(selectWithUsers(db).as('account'))
    .$if(context.account !== undefined, (rows) => rows.where('account_id', '=', context.account!))
    .$if(search !== undefined, (rows) => rows.where(matchesSearch(search!)));
  const rows = await matching
    .selectAll()
    .$if(after !== undefined, (page) =>
      page.where(sql<boolean>`(${sql.ref(key)}, account_id) ${sql.raw(beyond)} (${after![0]}, ${after![1]})`),
    )
    .orderBy(key, order)
    .orderBy('account_id', order)
    .limit(limit + 1)
    .execute();
  const { total } = await matching.select(sql<number>`count(*)::int`.as('total')).executeTakeFirstOrThrow();
  const page = toPage(rows, limit, (last) => sealCursor([last[key], last.account_id], sealer, name));
  return { ...page, items: page.items.map((row) => ({ ...toAccountItem(row), users: row.users })), total };
}

/** Returns a query for all open accounts with their domains and their numbers of active users. */
const selectWithUsers = (db: Kysely<Tables>) =>
  selectAccounts(db as unknown as Kysely<AccountTables>).select(
    sql<number>`coalesce((select active from user_count where user_count.account_id = account_list.account_id), 0)`.as(
      'users',
    ),
  );

/** Returns the condition that an account has each word of a search in its name or in its domains, or that the search is its id. */
const matchesSearch = (search: string): RawBuilder<boolean> =>
  sql<boolean>`(account_id = ${search.toLowerCase()} or ${hasEveryWord(search, sql`name_key`, sql`domains::text`)})`;
