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
async function* history(store: EventStore, userId: string, { includes, isPast }: Until): AsyncGenerator<Recorded> {
  const logins = store.read(`login-${userId}`);
  try {
    let login = await logins.next();
    let held: Recorded[] = [];
    for await (const event of store.read(`user-${userId}`)) {
      if (isPast(event)) break;
      held.push(event);
      if (!includes(event)) continue;
      for (const one of held) {
        for (; !login.done && login.value.position < one.position; login = await logins.next()) yield login.value;
        yield one;
      }
      held = [];
    }
    for (; !login.done; login = await logins.next()) if (includes(login.value)) yield login.value;
  } finally {
    await logins.return(undefined);
  }
}

/** Where a replay ends: after the last event that it includes; none follows one that is past it. */
interface Until {
  readonly includes: (event: Recorded) => boolean;
  readonly isPast: (event: Recorded) => boolean;
}

/** An event's time is that at which its request came: of two at once, the later may be recorded first, by no more than this, ms. */
const disorder = 60_000;

/** Reads `at`: digits are a revision, else a time with a zone or a date. Throws `at.invalid`. */
function moment(at: string): Until {
  if (/^\d{1,15}$/.test(at)) {
    const includes = ({ stream, revision }: Recorded) => stream.startsWith('user-') && revision <= Number(at);
    return { includes, isPast: (event) => !includes(event) };
  }
  if (!isMoment(at)) throw new Refusal('at.invalid', 'invalid', '`at` takes a revision or a time like 2026-01-31T12:00:00Z.');
  const time = Date.parse(at);
  const timeOf = ({ envelope }: Recorded) => Date.parse(envelope.at);
  return { includes: (event) => timeOf(event) <= time, isPast: (event) => timeOf(event) > time + disorder };
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
