import 'reflect-metadata';
import { randomUUID } from 'node:crypto';
import * as fc from 'fast-check';
import { evolve } from '#libs/kernel';
import { UserDecider } from '../../libs/users/src/domain/user.decider.js';
import { accountOf, isInForce, locksInForce, type Lock, type User } from '../../libs/users/src/domain/user.state.js';
import { withLocksInForceAt } from '../../libs/users/src/read/user-item.js';
import { foldUser } from '../../libs/users/src/read/fold-user.js';
import { currentView, type UserAcrossAccounts } from '../../libs/users/src/read/user-view.js';
import { runAttempts, attempts } from '../support/user-histories.js';
import { userListFixtures, type UserListFixture } from '../support/user-list-fixture.js';
import { toLog } from '../support/user-log.js';

/** The facts about a user in one account on which both sides have to agree. */
interface Agreed {
  readonly status: string;
  readonly roles: readonly string[];
  /** The locks in force, sorted by cause, each with its end. */
  readonly locks: readonly string[];
}

type AnyLock = Pick<Lock, 'cause'> & { readonly until?: string | null | undefined };
const toLocks = (locks: readonly AnyLock[]) => locks.map(({ cause, until }) => `${cause} until ${until ?? 'lifted'}`);

/** Returns the facts by account as the rules see them: of a member as of now, of a former user as at departure. */
function agreedByRules(user: User, at: string): Record<string, Agreed> {
  if (user.status === 'absent') return {};
  const former = Object.entries(user.departures).map(([account, { act, locks }]) => [
    account,
    { status: act, roles: [], locks: toLocks(locksInForce(locks, at)) },
  ]);
  const current = accountOf(user);
  const { status, roles, locks } = user;
  return {
    ...Object.fromEntries(former),
    ...(current && { [current]: { status, roles: roles.toSorted(), locks: toLocks(locksInForce(locks, at)) } }),
  };
}

const agreedByView = ({ accounts }: UserAcrossAccounts, at: string): Record<string, Agreed> =>
  Object.fromEntries(
    Object.entries(accounts).map(([account, { status, roles, locks }]) => [
      account,
      { status, roles: roles.toSorted(), locks: toLocks(locks.filter((lock) => isInForce(lock, at))) },
    ]),
  );

/** Returns this time, and a time at which locks because of failed logins have ended. */
const timesAfter = (at: string): string[] => [at, new Date(Date.parse(at) + 3_600_000).toISOString()];

it('LIST-1, LOCK-1: after any history the rules and the fold of the read side agree on status, account, locks and roles', () => {
  let departures = 0;
  let locked = 0;
  fc.assert(
    fc.property(attempts, (run) => {
      let user: User = UserDecider.initial;
      let seen: UserAcrossAccounts | undefined;
      for (const event of toLog(runAttempts(run), 'target')) {
        user = evolve(UserDecider, user, event);
        seen = foldUser(seen, event);
        expect(currentView(seen!).account).toBe(accountOf(user));
        expect(currentView(seen!).status).toBe(user.status);
        for (const at of timesAfter(event.envelope.at))
          expect(agreedByView(seen!, at)).toEqual(agreedByRules(user, at));
        if (user.status === 'unaffiliated' && user.lastAccount) departures++;
        if (user.status === 'active' && user.locks.length > 0) locked++;
      }
    }),
    { numRuns: 150 },
  );
  // Otherwise the histories would prove little.
  expect(departures).toBeGreaterThan(10);
  expect(locked).toBeGreaterThan(10);
});

describe.each(userListFixtures)('%s', (_, open) => {
  let log: UserListFixture;
  beforeAll(async () => {
    log = await open();
  });
  afterAll(() => log.close());

  const rowsOf = (userId: string) => log.db.selectFrom('user_list').selectAll().where('user_id', '=', userId).execute();

  it('LIST-1: after any history, in batches of any size, the rows of the user list agree with the rules', () =>
    fc.assert(
      fc.asyncProperty(attempts, fc.integer({ min: 1, max: 10 }), async (run, batch) => {
        const userId = randomUUID();
        const steps = runAttempts(run);
        const events = toLog(steps, userId);
        for (let from = 0; from < events.length; from += batch) await log.apply(...events.slice(from, from + batch));
        const { after: user = UserDecider.initial, context } = steps.at(-1) ?? {};
        for (const at of timesAfter(context?.at ?? '2026-01-01T00:00:00Z')) {
          const rows = (await rowsOf(userId)).map((row): [string, Agreed & { readonly isLocked: boolean }] => [
            row.account_id,
            {
              status: row.status,
              roles: row.roles.toSorted(),
              locks: toLocks(withLocksInForceAt(row.item, at).locks as readonly AnyLock[]),
              isLocked: row.locked_for_good || (row.locked_until !== null && new Date(row.locked_until) > new Date(at)),
            },
          ]);
          const expected = Object.entries(agreedByRules(user, at)).map(([account, agreed]) => [
            account,
            { ...agreed, isLocked: agreed.locks.length > 0 },
          ]);
          expect(Object.fromEntries(rows)).toEqual(Object.fromEntries(expected));
        }
      }),
      { numRuns: 100 },
    ));
});
