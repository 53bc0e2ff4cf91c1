import { Transform } from 'class-transformer';
import { IsInt, IsString, Min } from 'class-validator';
import type { Kysely } from 'kysely';
import type { AccountTables, ContractTerms } from '#libs/accounts';
import type { EventStore } from '#libs/event-store';
import { Optional, Query, Refusal, TimeZone, type Recorded, type VersionedResult } from '#libs/kernel';
import { UserDecider } from '../domain/user.decider.js';
import { revisionVisibleTo } from '../domain/user.state.js';
import { findLogWarnings, type LogWarning } from './log-warnings.js';
import { invalidMoment, parseReplayMoment, type Moment } from './moment.js';
import { UserItem, withLocksInForceAt, toStoredUserItem } from './user-item.js';
import type { UserListTables } from './user-list.projection.js';
import { foldUser } from './fold-user.js';
import type { UserAcrossAccounts } from './user-view.js';

const digits = ({ value }: { value: unknown }) =>
  typeof value === 'string' && /^\d{1,15}$/.test(value) ? Number(value) : value;

/** Returns a user as of now, or as the account saw them at a moment. */
export class GetUser extends Query<GetUser, UserPage | VersionedResult<UserPage>> {
  /**
   * Replays their history up to a time (RFC 3339, not in the future), or to the end of a date; today's means now. Deprecated:
   * a revision.
   */
  @Optional() @IsString() at?: string;
  /** The time zone of a date in `at`, like `Europe/Warsaw`; default UTC. */
  @Optional() @TimeZone() tz?: string;
  /** Replays their history up to a revision of the user's stream, which has to exist. */
  @Optional() @Transform(digits) @IsInt() @Min(0) revision?: number;
}

export interface EffectiveCountry {
  readonly country: string;
  /** Which rule gave it. */
  readonly rule: 'explicit' | 'profile' | 'contract';
}

export interface UserPage extends UserItem {
  readonly effectiveEntitlementCountry: EffectiveCountry | null;
  /** Reasons why the response may be wrong; usually empty. */
  readonly warnings: readonly LogWarning[];
}

type Tables = UserListTables & AccountTables;

/**
 * Loads the user `targetId` of the account in the context: the latest state, without the locks that have ended by now.
 * @throws Refusal `user.not-found`
 */
export async function getUser(
  store: Pick<EventStore, 'isKnownTampered'>,
  db: Kysely<Tables>,
  { context }: GetUser,
): Promise<UserPage> {
  const row = await db
    .selectFrom('user_list')
    .select('item')
    .where('account_id', '=', context.account!)
    .where('user_id', '=', context.targetId)
    .executeTakeFirst();
  if (!row) throw notFound();
  return toUserPage(
    withLocksInForceAt(row.item, context.at),
    await loadContracts(db, context.account!),
    findLogWarnings(store, context.targetId),
  );
}

/**
 * Rebuilds a user from the log as the account saw them at a moment.
 * @throws Refusal `user.not-found`, `at.invalid`
 */
export async function replayUser(store: EventStore, db: Kysely<Tables>, query: GetUser): Promise<UserPage> {
  const { context } = query;
  const moment = parseReplayMoment(query, context.at);
  if ('revision' in moment) await checkRevision(store, moment.revision, context);
  let seen: UserAcrossAccounts | undefined;
  let last = '';
  for await (const event of readHistory(store, context.targetId, replayEndOf(moment))) {
    seen = foldUser(seen, event);
    last = event.envelope.at;
  }
  const view = seen?.accounts[context.account!];
  if (!view) throw notFound();
  return toUserPage(
    withLocksInForceAt(toStoredUserItem(view), 'revision' in moment ? last : new Date(moment.time).toISOString()),
    await loadContracts(db, context.account!),
    findLogWarnings(store, context.targetId),
  );
}

/** Throws a refusal if the account may not see a revision: one that does not exist, or one from after the user left. */
async function checkRevision(
  store: EventStore,
  revision: number,
  { targetId, account }: GetUser['context'],
): Promise<void> {
  const newest = await store.load(UserDecider, targetId);
  const visible = revisionVisibleTo(newest.state, account!, newest.revision);
  if (visible === undefined) throw notFound();
  if (revision > visible) throw invalidMoment('There is no such revision: the newest is in the ETag of the user.');
}

/** Reads the user's events and logins up to the end of a replay, in the order of the log. */
async function* readHistory(
  store: EventStore,
  userId: string,
  { includes, isPast }: ReplayEnd,
): AsyncGenerator<Recorded> {
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

/** Where a replay ends. No event that `isPast` accepts is followed by one that the replay includes. */
interface ReplayEnd {
  readonly includes: (event: Recorded) => boolean;
  readonly isPast: (event: Recorded) => boolean;
}

/** Events have the times of their requests, so concurrent ones may be recorded out of order, by at most this many ms. */
const maxDisorderMs = 60_000;

function replayEndOf(moment: Moment): ReplayEnd {
  if ('revision' in moment) {
    const includes = ({ stream, revision }: Recorded) => stream.startsWith('user-') && revision <= moment.revision;
    return { includes, isPast: (event) => !includes(event) };
  }
  const timeOf = ({ envelope }: Recorded) => Date.parse(envelope.at);
  return {
    includes: (event) => timeOf(event) <= moment.time,
    isPast: (event) => timeOf(event) > moment.time + maxDisorderMs,
  };
}

const notFound = () => new Refusal('user.not-found', 'not-found', 'There is no such user in this account.');

const loadContracts = async (db: Kysely<Tables>, account: string): Promise<readonly ContractTerms[]> =>
  (await db.selectFrom('account_list').select('contracts').where('account_id', '=', account).executeTakeFirst())
    ?.contracts ?? [];

const toUserPage = (item: UserItem, terms: readonly ContractTerms[], warnings: readonly LogWarning[]): UserPage => ({
  ...item,
  effectiveEntitlementCountry: effectiveCountry(item, terms),
  warnings,
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
