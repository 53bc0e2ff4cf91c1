import * as fc from 'fast-check';
import type { Command } from '#libs/kernel';
import { fold } from '../../../../test/support/given.js';
import {
  account,
  anna,
  at,
  attempt,
  contextOf,
  holderOf,
  maybe,
  decideOrCode,
  role,
  runAttempts,
  attempts,
  type Account,
  type AcceptedAttempt,
  type Attempt,
} from '../../../../test/support/user-histories.js';
import { AddUser, ApproveUser, DeleteUser, RegisterUser, RejectUser } from '../areas/membership/membership.commands.js';
import { LockUser, UnlockUser } from '../areas/locks/locks.commands.js';
import { ChangeUser } from '../areas/profile/profile.commands.js';
import { GrantRole } from '../areas/roles/roles.commands.js';
import { EndUserSessions } from '../areas/sessions/sessions.commands.js';
import { RequestPasswordReset, SetPassword } from '../areas/credentials/credentials.commands.js';
import { actOf } from './user.acts.js';
import { UserDecider } from './user.decider.js';
import { roles, userEvent, userEvents, type LockCause, type Role, type UserEvent } from './user.events.js';
import { accountOf, locksInForce, servesAsAdministrator, type User } from './user.state.js';

/** Checks many histories, which may begin with the same attempts. */
const always = (check: (steps: AcceptedAttempt[]) => void, first: readonly Attempt[] = []) =>
  fc.assert(
    fc.property(attempts, (run) => check(runAttempts([...first, ...run]))),
    { numRuns: 150 },
  );

it('LIFE-14: a user belongs to at most one account: none takes in one whom another has not let go', () => {
  always((steps) => {
    let member: string | undefined;
    for (const { type, data } of steps.flatMap(({ events }) => events)) {
      if (
        type === 'UserAdded' ||
        type === 'UserApprovalRequested' ||
        type === 'UserAddedToAccount' ||
        type === 'UserRestored'
      ) {
        expect(member).toBeUndefined();
        member = data.account;
      }
      if (type === 'UserApproved') expect(data.account).toBe(member);
      if (type === 'UserRejected' || type === 'UserDeleted') {
        expect(data.account).toBe(member);
        member = undefined;
      }
    }
    if (steps.length) expect(accountOf(steps.at(-1)!.after)).toBe(member);
  });
});

const againAnew = [RequestPasswordReset, SetPassword, EndUserSessions];

it('LIFE-13, ADD-7: repeating what was just accepted changes nothing, but adding and registering refuse', () => {
  always((steps) => {
    for (const { attempt, context, after, events } of steps) {
      const again = decideOrCode(attempt.command, after, { ...context, ...holderOf(after) });
      if (attempt.command instanceof AddUser) expect(again).toBe('user.already-in-account');
      else if (attempt.command instanceof RegisterUser) expect(again).toBe('user.exists');
      // Each request is a new link, each password another one; which sessions are open is another store's fact.
      else if (againAnew.some((command) => attempt.command instanceof command)) expect(again).toEqual(events);
      else expect(again).toEqual([]);
    }
  });
});

it('ADMIN-2: only an active member serves as administrator, whom nothing locks but failed logins', () => {
  always((steps) => {
    for (const { past, after, context } of steps) {
      if (!servesAsAdministrator(after, context.at)) continue;
      const causes = new Set<LockCause>();
      for (const { type, data } of past) {
        if (type === 'UserLocked' && data.cause !== 'failedLogins') causes.add(data.cause);
        if (type === 'UserDeleted') causes.add('unaffiliated');
        if (type === 'UserUnlocked') data.causes.forEach((cause) => causes.delete(cause));
        if (type === 'UserRestored') causes.delete('unaffiliated');
      }
      expect([...causes]).toEqual([]);
      expect(after.status).toBe('active');
    }
  });
});

it('ADMIN-1: a command that takes an administrator away has an act that says why', () => {
  let removals = 0;
  const first: Attempt[] = [new AddUser(anna), new GrantRole({ role: 'administrator' })].map((command) => ({
    account: 'a',
    command: command as Command<never>,
    context: {},
    hours: 0,
  }));
  always((steps) => {
    for (const { attempt, before, after, context } of steps) {
      if (!servesAsAdministrator(before, context.at) || servesAsAdministrator(after, context.at)) continue;
      expect(actOf(attempt.command).removesAdministrator).toBeDefined();
      removals++;
    }
  }, first);
  expect(removals).toBeGreaterThan(0);
});

it('DELETE-2: whoever is in no account has no roles', () => {
  always((steps) => {
    for (const { after } of steps) if (after.status === 'unaffiliated') expect(after.roles).toEqual([]);
  });
});

it('PERM-11: roles that come back or are given lie within what the caller may grant', () => {
  always((steps) => {
    for (const { before, after, context } of steps) {
      const held = before.status === 'absent' || accountOf(before) !== accountOf(after) ? [] : before.roles;
      const gained = after.status === 'absent' ? [] : after.roles.filter((role) => !held.includes(role));
      for (const role of gained) expect(context.grantable).toContain(role);
    }
  });
});

describe('what one account sees never changes by acts of another', () => {
  /** How an account sees a user: as a member, else as at departure, else not at all. */
  const sight = (user: User, account: Account) => {
    if (user.status === 'absent') return undefined;
    return accountOf(user) === account ? user : user.departures[account];
  };
  const others = ({ account }: Attempt) => (['a', 'b', 'c'] as const).filter((other) => other !== account);
  const registers = ({ command }: Attempt) => command instanceof RegisterUser;

  it('LIFE-16: neither the user nor how they left', () => {
    always((steps) => {
      for (const { attempt, before, after } of steps.filter(({ attempt }) => !registers(attempt))) {
        for (const other of others(attempt)) expect(sight(after, other)).toEqual(sight(before, other));
      }
    });
  });

  it('LIFE-16: nor what it is answered, but for taking the user back', () => {
    const asks = [ApproveUser, RejectUser, LockUser, UnlockUser, DeleteUser, ChangeUser].map(
      (Ask) => new Ask({}) as Command<never>,
    );
    always((steps) => {
      for (const { attempt, before, after, context } of steps.filter(({ attempt }) => !registers(attempt))) {
        for (const account of others(attempt)) {
          for (const ask of asks)
            expect(decideOrCode(ask, after, { ...context, account })).toEqual(
              decideOrCode(ask, before, { ...context, account }),
            );
        }
      }
    });
  });
});

const startingFrom = (initial: User): typeof UserDecider => ({ ...UserDecider, initial });

describe('history has already happened', () => {
  const cause = fc.constantFrom<LockCause>('administrator', 'failedLogins', 'unaffiliated', 'dormant');
  const in_ = fc.record({ account });
  const samples: { readonly [Type in UserEvent['type']]: fc.Arbitrary<Extract<UserEvent, { type: Type }>['data']> } = {
    UserAdded: fc.record({ account, ...constants(anna), status: fc.constantFrom('active', 'pending') }),
    UserRegistered: fc.record(constants(anna)),
    UserApprovalRequested: fc.record({ account, domain: fc.constant('example.com') }),
    UserApproved: in_,
    UserRejected: in_,
    UserAddedToAccount: fc.record({ account, rule: fc.constantFrom('autoApproval', 'administrator', 'invitation') }),
    UserLocked: fc.record({ cause, disableModeDays: fc.nat(), until: maybe(fc.constantFrom(at(0), at(1_000))) }),
    UserUnlocked: fc.record({ causes: fc.uniqueArray(cause) }),
    UserDeleted: fc.record({
      account,
      restorableUntil: fc.constant(at(0)),
      keptRoles: fc.subarray<Role>([...roles]),
      releasedLicences: fc.constant([]),
      disableModeDays: fc.nat(),
    }),
    UserRestored: in_,
    UserRenamed: fc.record(constants({ firstName: 'Ann', lastName: 'Stein' })),
    UserCountryChanged: fc.record(constants({ country: 'PL' })),
    UserLanguageChanged: fc.record(constants({ language: 'pl' })),
    UserEntitlementCountryChanged: fc.oneof(fc.constant({}), fc.constant({ country: 'ES' })),
    UserRoleGranted: fc.record({ role }),
    UserRoleRevoked: fc.record({ role }),
    UserPasswordResetRequested: fc.record({
      expiresAt: fc.constantFrom(at(0), at(1_000)),
      olderLinksStay: fc.boolean(),
    }),
    UserPasswordChanged: fc.constant({}),
    UserSessionsEnded: fc.record({ session: maybe(fc.constant('session')) }),
    EmailClaimAbandoned: fc.record(constants({ claim: 'email-x@0' })),
  };
  const types = Object.keys(userEvents) as UserEvent['type'][];
  const event = fc.oneof(
    ...types.map((type) => (samples[type] as fc.Arbitrary<never>).map((data): UserEvent => userEvent(type, data))),
  );
  const history = fc.array(event, { maxLength: 40 });

  function constants<T extends object>(values: T) {
    return Object.fromEntries(Object.entries(values).map(([key, value]) => [key, fc.constant(value)])) as {
      [K in keyof T]: fc.Arbitrary<T[K]>;
    };
  }

  it('evolve takes any event in any order, without a throw and without touching the state before', () => {
    fc.assert(
      fc.property(history, event, (past, next) => {
        const before = fold(UserDecider, past);
        const copy = structuredClone(before);
        fold(startingFrom(before), [next]);
        expect(before).toEqual(copy);
      }),
      { numRuns: 200 },
    );
  });

  it('whatever happened, a rule answers or refuses, and only an active member without a lock serves as administrator', () => {
    fc.assert(
      fc.property(history, attempt, (past, { command, ...rest }) => {
        const user = fold(UserDecider, past);
        decideOrCode(command, user, contextOf({ command, ...rest }, user, 0));
        const isLocked =
          user.status === 'active' && locksInForce(user.locks, at(0)).some(({ cause }) => cause !== 'failedLogins');
        if (user.status !== 'active' || isLocked) expect(servesAsAdministrator(user, at(0))).toBe(false);
      }),
      { numRuns: 200 },
    );
  });
});

it('EVENT-1: the life that these properties walk through reaches every event', () => {
  const seen = new Set<string>();
  const see = ({ events }: AcceptedAttempt) => events.forEach(({ type }) => seen.add(type));
  fc.assert(
    fc.property(attempts, (run) => runAttempts(run).forEach(see)),
    { numRuns: 300, seed: 1 },
  );
  expect(Object.keys(userEvents).filter((type) => !seen.has(type))).toEqual(['EmailClaimAbandoned']);
});
