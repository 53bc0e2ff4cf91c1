import type { Kysely } from 'kysely';
import { Query } from '#libs/kernel';
import type { AccountTables } from './account-list.projection.js';

/** Whether the installation has any account. */
export class GetInstallation extends Query<GetInstallation, InstallationStatus> {}

export interface InstallationStatus {
  /** No account was ever opened. */
  readonly empty: boolean;
}

/** Returns whether no account was ever opened in this installation. */
export async function getInstallation(db: Kysely<AccountTables>): Promise<InstallationStatus> {
  return {
    empty: (await db.selectFrom('account_list').select('account_id').limit(1).executeTakeFirst()) === undefined,
  };
}
