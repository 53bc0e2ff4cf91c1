import { Type } from 'class-transformer';
import { IsIn, IsInt, IsString, Max, MaxLength, Min } from 'class-validator';
import { sql, type Kysely } from 'kysely';
import { Line, Optional, Query, Refusal, type Page, type VersionedResult } from '#libs/kernel';
import type { ContractTerms } from '../domain/account.events.js';
import type { AccountRow, AccountTables } from './account-list.projection.js';

interface ContractItem extends ContractTerms {
  readonly country: string;
  /** @fraction */
  readonly recurringRevenue: number;
}

/** An account in a response. */
export interface AccountItem {
  readonly accountId: string;
  readonly name: string;
  readonly contracts: readonly ContractItem[];
  /** Of mails to users who have none of their own; `null`: `en`. */
  readonly language: string | null;
  readonly domains: readonly string[];
  /** Ids of the users who count as its administrators. */
  readonly administrators: readonly string[];
  readonly openedAt: string;
  readonly revision: number;
}

/** An account in the list. */
export interface AccountListItem extends AccountItem {
  /** How many active users it has, also locked ones. */
  readonly users: number;
}

/** A page of the list of accounts. */
export interface AccountListPage extends Page<AccountListItem> {
  /** How many accounts match, on all pages. */
  readonly total: number;
}

/** The columns that the list can be sorted by. */
export const accountSortColumns = { name: 'name_key', openedAt: 'opened_at', users: 'users' } as const;

const sorts = Object.keys(accountSortColumns).flatMap((key) => [key, `-${key}`]);

/** Lists the accounts that the caller may see. The users' library answers it, because it knows how many users an account has. */
export class ListAccounts extends Query<ListAccounts, AccountListPage> {
  /** Words of the name or of a domain, in any order, or the id; upper and lower case, and letters with and without accents, are equal. */
  @Optional() @Line(100) search?: string;
  /** `openedAt` (default), `name`, `users`; `-` sorts descending. */
  @Optional() @IsIn(sorts) sort?: string;
  /** 1 to 200, default 50. */
  @Optional() @Type(() => Number) @IsInt() @Min(1) @Max(200) limit?: number;
  /** `next` of the page before. */
  @Optional() @IsString() @MaxLength(2000) cursor?: string;
}

/** Returns an account with its domains, contracts and administrators. */
export class GetAccount extends Query<GetAccount, VersionedResult<AccountItem>> {}

/**
 * Loads an account.
 * @throws Refusal `account.not-found`
 */
export async function getAccount(db: Kysely<AccountTables>, { context }: GetAccount): Promise<AccountItem> {
  const row = await selectAccounts(db).where('account_id', '=', context.account!).executeTakeFirst();
  if (!row) throw new Refusal('account.not-found', 'not-found', 'There is no such account.');
  return toAccountItem(row);
}

/** Returns a query for all open accounts with their domains. */
export const selectAccounts = (db: Kysely<AccountTables>) =>
  db
    .selectFrom('account_list')
    .selectAll()
    .select(
      sql<
        string[]
      >`coalesce((select jsonb_agg(domain order by domain) from account_domain d where d.account_id = account_list.account_id), '[]')`.as(
        'domains',
      ),
    )
    .where('closed', '=', false);

/** Returns an account as it is in responses. */
export const toAccountItem = (row: AccountRow & { domains: string[] }): AccountItem => ({
  accountId: row.account_id,
  name: row.name,
  contracts: row.contracts,
  language: row.language,
  domains: row.domains,
  administrators: row.administrators,
  openedAt: row.opened_at,
  revision: row.revision,
});
