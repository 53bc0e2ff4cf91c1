import { ApiProperty } from '@nestjs/swagger';
import { IsString, MaxLength } from 'class-validator';
import type { Kysely } from 'kysely';
import type { AccountTables, ContractTerms } from '#libs/accounts';
import type { EventStore } from '#libs/event-store';
import { Optional, Query, Refusal, isMoment, type Recorded } from '#libs/kernel';
import { UserItem, userItem } from './user-item.js';
import type { UserListTables } from './user-list.js';
import { foldUser, type SeenUser } from './user-view.js';

/** One user: as of now, or as the account saw them at a moment. */
export class GetUser extends Query<GetUser> {
  /** A time (ISO 8601) or a revision of the user's stream: replays their history up to there. */
  @Optional() @IsString() @MaxLength(40) at?: string;
}

export class EffectiveCountry {
  @ApiProperty() readonly country!: string;
  /** Which rule gave it. */
  @ApiProperty({ enum: ['explicit', 'profile', 'contract'] }) readonly rule!: 'explicit' | 'profile' | 'contract';
}

export class UserPage extends UserItem {
  @ApiProperty({ type: EffectiveCountry, nullable: true }) readonly effectiveEntitlementCountry!: EffectiveCountry | null;
}

type Tables = UserListTables & AccountTables;

/** The list's item as of now. Throws `user.not-found`. */
export async function getUser(db: Kysely<Tables>, { asking }: GetUser): Promise<UserPage> {
  const row = await db
    .selectFrom('user_list')
    .select('item')
    .where('account_id', '=', asking.account!)
    .where('user_id', '=', asking.target)
    .executeTakeFirst();
  if (!row) throw notFound();
  return page(row.item, await contracts(db, asking.account!));
}

/** The user as the account saw them then, folded from the log itself. Throws `user.not-found`, `at.invalid`. */
export async function replayUser(store: EventStore, db: Kysely<Tables>, { at, asking }: GetUser): Promise<UserPage> {
  const until = moment(at!);
  let seen: SeenUser | undefined;
  for await (const event of history(store, asking.target, until)) seen = foldUser(seen, event);
  const view = seen?.accounts[asking.account!];
  if (!view) throw notFound();
  return page(userItem(view), await contracts(db, asking.account!));
}

/** The user's events and logins up to a moment, in the order of the log. */
async function* history(store: EventStore, userId: string, until: (event: Recorded) => boolean): AsyncGenerator<Recorded> {
  const logins = store.read(`login-${userId}`);
  try {
    let login = await logins.next();
    for await (const event of store.read(`user-${userId}`)) {
      if (!until(event)) break;
      for (; !login.done && login.value.position < event.position; login = await logins.next()) yield login.value;
      yield event;
    }
    for (; !login.done; login = await logins.next()) if (until(login.value)) yield login.value;
  } finally {
    await logins.return(undefined);
  }
}

/** Reads `at`: digits are a revision, else a time with a zone or a date. Throws `at.invalid`. */
function moment(at: string): (event: Recorded) => boolean {
  if (/^\d{1,15}$/.test(at)) return ({ stream, revision }) => stream.startsWith('user-') && revision <= Number(at);
  if (!isMoment(at)) throw new Refusal('at.invalid', 'invalid', '`at` takes a revision or a time like 2026-01-31T12:00:00Z.');
  const time = Date.parse(at);
  return ({ envelope }) => Date.parse(envelope.at) <= time;
}

const notFound = () => new Refusal('user.not-found', 'not-found', 'There is no such user in this account.');

const contracts = async (db: Kysely<Tables>, account: string): Promise<readonly ContractTerms[]> =>
  (await db.selectFrom('account_list').select('contracts').where('account_id', '=', account).executeTakeFirst())?.contracts ?? [];

const page = (item: UserItem, terms: readonly ContractTerms[]): UserPage => ({
  ...item,
  effectiveEntitlementCountry: effectiveCountry(item, terms),
});

/** The explicit one; else the profile's if the account has a contract there; else the contract of the highest revenue. */
function effectiveCountry(
  { entitlementCountry, country }: Pick<UserItem, 'entitlementCountry' | 'country'>,
  terms: readonly ContractTerms[],
): EffectiveCountry | null {
  if (entitlementCountry) return { country: entitlementCountry, rule: 'explicit' };
  if (terms.some((contract) => contract.country === country)) return { country, rule: 'profile' };
  const highest = terms.toSorted((one, other) => other.recurringRevenue - one.recurringRevenue)[0];
  return highest ? { country: highest.country, rule: 'contract' } : null;
}
