import * as fc from 'fast-check';
import { Refusal, decide, withContext, type Command } from '#libs/kernel';
import { fold, type PastEvent } from '../../../../test/support/given.js';
import {
  AddUser,
  AddUserToAccount,
  ApproveUser,
  DeleteUser,
  RegisterUser,
  RejectUser,
  RestoreUser,
} from '../areas/membership/membership.commands.js';
import { LockAfterFailedLogins, LockUser, UnlockUser } from '../areas/locks/locks.commands.js';
import { GrantRole, RevokeRole } from '../areas/roles/roles.commands.js';
import { ChangeUser } from '../areas/profile/profile.commands.js';
import {
  RequestPasswordReset,
  RequestPasswordResetByAddress,
  SetPassword,
} from '../areas/credentials/credentials.commands.js';
import { actOf } from './user.acts.js';
import type { UserContext } from './user.context.js';
import { UserDecider } from './user.decider.js';
import { roles, userEvent, userEvents, type LockCause, type Role, type UserEvent } from './user.events.js';
import { accountOf, locksAt, servesAsAdministrator, type User } from './user.state.js';

type Account = 'a' | 'b' | 'c';

/** Somebody in an account tries something; `hours` is the time that has passed since the last try. */
interface Try {
  readonly account: Account;
  readonly command: Command<never>;
  readonly context: Partial<UserContext>;
  readonly hours: number;
}

const anna = { email: 'anna@example.com', firstName: 'Anna', lastName: 'Berg', country: 'DE' };

const account = fc.constantFrom<Account>('a', 'a', 'a', 'b', 'c');
const role = fc.constantFrom(...roles);
const reason = fc.option(fc.constantFrom('one', 'two'), { nil: undefined });
const maybe = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: undefined });

const command: fc.Arbitrary<Command<never>> = fc.oneof(
  fc.constant(new RegisterUser(anna)),
  fc.constant(new AddUser(anna)),
  fc.constant(new ApproveUser({})),
  fc.constant(new RejectUser({})),
  { weight: 3, arbitrary: fc.constant(new AddUserToAccount({})) },
  reason.map((reason) => new LockUser(reason ? { reason } : {})),
  fc.constant(new UnlockUser({})),
  { weight: 3, arbitrary: fc.boolean().map((keepRoles) => new DeleteUser({ keepRoles })) },
  { weight: 2, arbitrary: fc.constant(new RestoreUser({})) },
  fc
    .record({
      firstName: maybe(fc.constantFrom('Anna', 'Ann')),
      country: maybe(fc.constantFrom('DE', 'PL')),
      language: maybe(fc.constantFrom('de', 'pl')),
      entitlementCountry: maybe(fc.constantFrom('ES', null)),
    })
    .map((change) => new ChangeUser(change)),
  { weight: 2, arbitrary: role.map((role) => new GrantRole({ role })) },
  role.map((role) => new RevokeRole({ role })),
  fc.constantFrom(
    new RequestPasswordReset({}),
    new RequestPasswordResetByAddress({}),
    new SetPassword({}),
    new LockAfterFailedLogins({}),
  ),
);

/** Whoever may not act on administrators may not make one either. */
const rank = fc.oneof(
  fc.record({ mayActOnAdministrators: fc.constant(true), grantable: fc.subarray<Role>([...roles]) }),
  fc.record({
    mayActOnAdministrators: fc.constant(false),
    grantable: fc.subarray<Role>(['co-administrator', 'auditor']),
  }),
);
const actor = fc.oneof(
  { weight: 4, arbitrary: fc.constant<UserContext['actor']>({ id: 'other', kind: 'user' }) },
  fc.constant<UserContext['actor']>({ id: 'target', kind: 'user' }),
);

const attempt: fc.Arbitrary<Try> = fc.record({
  account,
  command,
  context: fc
    .tuple(fc.record({ domainOwner: maybe(account), actor }), rank)
    .map(([facts, rank]) => ({ ...facts, ...rank })),
  hours: fc.nat({ max: 400 }),
});

/** Begins with a user who is there, so that few tries are wasted. */
const tries = fc
  .tuple(
    fc.record({
      account,
      command: fc.constantFrom<Command<never>>(new RegisterUser(anna), new AddUser(anna)),
      domainOwner: maybe(account),
    }),
    fc.array(attempt, { minLength: 5, maxLength: 30, size: 'max' }),
  )
  .map(([{ domainOwner, ...first }, more]): Try[] => [
    { ...first, context: first.command instanceof AddUser ? {} : { domainOwner }, hours: 0 },
    ...more,
  ]);

interface Step {
  readonly attempt: Try;
  readonly context: UserContext;
  readonly before: User;
  readonly after: User;
  readonly past: readonly PastEvent<UserEvent>[];
  readonly events: readonly UserEvent[];
}

const at = (hours: number) => new Date(Date.parse('2026-01-01T00:00:00Z') + hours * 3_600_000).toISOString();
const startingFrom = (initial: User): typeof UserDecider => ({ ...UserDecider, initial });
const holderOf = (user: User) => (user.status === 'absent' ? {} : { holder: { id: 'target', user } });

const contextOf = ({ account, context }: Try, user: User, hours: number): UserContext => ({
  commandId: 'command',
  correlationId: 'correlation',
  actor: { id: 'other', kind: 'user' },
  at: at(hours),
  account,
  targetId: 'target',
  permissions: [],
  grantable: roles,
  mayActOnAdministrators: true,
  ...holderOf(user),
  ...context,
});

/** What this act brings; the code alone where it is refused. */
function outcome(command: Command<never>, user: User, context: UserContext): readonly UserEvent[] | string {
  try {
    return decide(UserDecider, withContext(command, context), user, context);
  } catch (error) {
    if (error instanceof Refusal) return error.code;
    throw error;
  }
}

/** Runs the tries one after the other, and answers those that were accepted. */
function live(tries: readonly Try[]): Step[] {
  const past: PastEvent<UserEvent>[] = [];
  let before: User = UserDecider.initial;
  let hours = 0;
  return tries.flatMap((tried) => {
    hours += tried.hours;
    // About their own password users act where they are.
    const ofTheirOwn = [RequestPasswordResetByAddress, SetPassword, LockAfterFailedLogins].some(
      (Own) => tried.command instanceof Own,
    );
    const attempt = ofTheirOwn ? { ...tried, account: (accountOf(before) ?? tried.account) as Account } : tried;
    const context = contextOf(attempt, before, hours);
    const events = outcome(attempt.command, before, context);
    if (typeof events === 'string') return [];
    const { reason } = attempt.command as { reason?: string };
    const recorded = events.map((event) => ({ ...event, envelope: { at: context.at, ...(reason && { reason }) } }));
    past.push(...recorded);
    // All of the past is folded, so that each event has a revision of its own, as locks rely on.
    const step = { attempt, context, before, after: fold(UserDecider, past), past: [...past], events };
    before = step.after;
    return [step];
  });
}

const always = (check: (steps: Step[]) => void) =>
  fc.assert(
    fc.property(tries, (run) => check(live(run))),
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

it('LIFE-13, ADD-7: repeating what was just accepted changes nothing, but adding and registering refuse', () => {
  always((steps) => {
    for (const { attempt, context, after, events } of steps) {
      const again = outcome(attempt.command, after, { ...context, ...holderOf(after) });
      if (attempt.command instanceof AddUser) expect(again).toBe('user.already-in-account');
      else if (attempt.command instanceof RegisterUser) expect(again).toBe('user.exists');
      // Each request is a new link, each password another one.
      else if (attempt.command instanceof RequestPasswordReset || attempt.command instanceof SetPassword)
        expect(again).toEqual(events);
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
  always((steps) => {
    for (const { attempt, before, after, context } of steps) {
      if (!servesAsAdministrator(before, context.at) || servesAsAdministrator(after, context.at)) continue;
      expect(actOf(attempt.command).removesAdministrator).toBeDefined();
      removals++;
    }
  });
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
  const others = ({ account }: Try) => (['a', 'b', 'c'] as const).filter((other) => other !== account);
  const registers = ({ command }: Try) => command instanceof RegisterUser;

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
            expect(outcome(ask, after, { ...context, account })).toEqual(outcome(ask, before, { ...context, account }));
        }
      }
    });
  });
});

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
        outcome(command, user, contextOf({ command, ...rest }, user, 0));
        const isLocked =
          user.status === 'active' && locksAt(user.locks, at(0)).some(({ cause }) => cause !== 'failedLogins');
        if (user.status !== 'active' || isLocked) expect(servesAsAdministrator(user, at(0))).toBe(false);
      }),
      { numRuns: 200 },
    );
  });
});

it('EVENT-1: the life that these properties walk through reaches every event', () => {
  const seen = new Set<string>();
  const see = ({ events }: Step) => events.forEach(({ type }) => seen.add(type));
  fc.assert(
    fc.property(tries, (run) => live(run).forEach(see)),
    { numRuns: 300, seed: 1 },
  );
  expect(Object.keys(userEvents).filter((type) => !seen.has(type))).toEqual(['EmailClaimAbandoned']);
});
