import type { Kysely } from 'kysely';
import type { AccountTables } from '#libs/accounts';
import { Query, Refusal } from '#libs/kernel';
import type { UserListTables } from './user-list.projection.js';

/** The account of the caller, as each of its users may see it. */
export class GetOwnAccount extends Query<GetOwnAccount, OwnAccount> {}

/** An administrator of the caller's account. */
export interface OwnAdministrator {
  readonly userId: string;
  readonly firstName: string;
  readonly lastName: string;
  readonly email: string;
}

/** The account of the caller. */
export interface OwnAccount {
  readonly accountId: string;
  readonly name: string;
  /** Its administrators, at most 50, by last and first name. */
  readonly administrators: readonly OwnAdministrator[];
}

/** The most administrators that are shown; constant. */
const maxAdministrators = 50;

/**
 * Returns the account of a user with its administrators.
 * @throws Refusal `account.not-found` for operators and services, which belong to no account
 */
export async function getOwnAccount(
  db: Kysely<AccountTables & UserListTables>,
  { context: { actor, account } }: GetOwnAccount,
): Promise<OwnAccount> {
  const row =
    actor.kind === 'user' && account !== undefined
      ? await db
          .selectFrom('account_list')
          .select(['account_id', 'name', 'administrators'])
          .where('account_id', '=', account)
          .executeTakeFirst()
      : undefined;
  if (!row) throw new Refusal('account.not-found', 'not-found', 'Only users belong to an account.');
  const administrators = row.administrators.length
    ? await db
        .selectFrom('user_list')
        .select('item')
        .where('account_id', '=', row.account_id)
        .where('user_id', 'in', [...row.administrators])
        .orderBy('last_name_key')
        .orderBy('first_name_key')
        .orderBy('user_id')
        .limit(maxAdministrators)
        .execute()
    : [];
  return {
    accountId: row.account_id,
    name: row.name,
    administrators: administrators.map(({ item: { userId, firstName, lastName, email } }) => ({
      userId,
      firstName,
      lastName,
      email,
    })),
  };
}
