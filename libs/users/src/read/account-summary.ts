import { ApiProperty } from '@nestjs/swagger';
import { sql, type Kysely } from 'kysely';
import { Query } from '#libs/kernel';
import type { UserListTables } from './user-list.js';

/** The numbers that an admin UI puts on its tabs. */
export class SummarizeAccount extends Query<SummarizeAccount> {}

export class AccountSummary {
  @ApiProperty() readonly active!: number;
  @ApiProperty() readonly invited!: number;
  @ApiProperty() readonly pending!: number;
  /** Of the active. */
  @ApiProperty() readonly locked!: number;
  /** Of the active. */
  @ApiProperty() readonly neverLoggedIn!: number;
  /** Deleted, and still to be had back. */
  @ApiProperty() readonly restorable!: number;
}

export function summarizeAccount(db: Kysely<UserListTables>, { asking }: SummarizeAccount): Promise<AccountSummary> {
  const count = (condition: ReturnType<typeof sql<boolean>>) => sql<number>`count(*) filter (where ${condition})`;
  return db
    .selectFrom('user_list')
    .where('account_id', '=', asking.account!)
    .select([
      count(sql`status = 'active'`).as('active'),
      count(sql`status = 'invited'`).as('invited'),
      count(sql`status = 'pending'`).as('pending'),
      count(sql`status = 'active' and locked`).as('locked'),
      count(sql`status = 'active' and last_login_at is null`).as('neverLoggedIn'),
      count(sql`status = 'deleted' and restorable_until >= ${asking.at}`).as('restorable'),
    ])
    .executeTakeFirstOrThrow();
}
