import * as fc from 'fast-check';
import { Refusal, decide, withContext, type Command } from '#libs/kernel';
import { fold, type PastEvent } from './given.js';
import {
  RequestPasswordReset,
  RequestPasswordResetByAddress,
  SetPassword,
} from '../../libs/users/src/areas/credentials/credentials.commands.js';
import { LockAfterFailedLogins, LockUser, UnlockUser } from '../../libs/users/src/areas/locks/locks.commands.js';
import {
  AddUser,
  AddUserToAccount,
  ApproveUser,
  DeleteUser,
  RegisterUser,
  RejectUser,
  RestoreUser,
} from '../../libs/users/src/areas/membership/membership.commands.js';
import { ChangeUser } from '../../libs/users/src/areas/profile/profile.commands.js';
import { EndUserSessions } from '../../libs/users/src/areas/sessions/sessions.commands.js';
import { GrantRole, RevokeRole } from '../../libs/users/src/areas/roles/roles.commands.js';
import type { UserContext } from '../../libs/users/src/domain/user.context.js';
import { UserDecider } from '../../libs/users/src/domain/user.decider.js';
import { roles, type Role, type UserEvent } from '../../libs/users/src/domain/user.events.js';
import { accountOf, type User } from '../../libs/users/src/domain/user.state.js';

export type Account = 'a' | 'b' | 'c';

/** A command that a caller in an account attempts, `hours` after the previous attempt. */
export interface Attempt {
  readonly account: Account;
  readonly command: Command<never>;
  readonly context: Partial<UserContext>;
  readonly hours: number;
}

export const anna = { email: 'anna@example.com', firstName: 'Anna', lastName: 'Berg', country: 'DE' };

export const account = fc.constantFrom<Account>('a', 'a', 'a', 'b', 'c');
export const role = fc.constantFrom(...roles);
const reason = fc.option(fc.constantFrom('one', 'two'), { nil: undefined });
export const maybe = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: undefined });

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
    new EndUserSessions({}),
  ),
);

/** Generates the rights of callers. A caller who may not act on administrators may not grant that role either. */
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

export const attempt: fc.Arbitrary<Attempt> = fc.record({
  account,
  command,
  context: fc
    .tuple(fc.record({ domainOwner: maybe(account), actor }), rank)
    .map(([facts, rank]) => ({ ...facts, ...rank })),
  hours: fc.nat({ max: 400 }),
});

/** Generates attempts on one user. The first creates the user, so that few later attempts are refused. */
export const attempts = fc
  .tuple(
    fc.record({
      account,
      command: fc.constantFrom<Command<never>>(new RegisterUser(anna), new AddUser(anna)),
      domainOwner: maybe(account),
    }),
    fc.array(attempt, { minLength: 5, maxLength: 30, size: 'max' }),
  )
  .map(([{ domainOwner, ...first }, more]): Attempt[] => [
    { ...first, context: first.command instanceof AddUser ? {} : { domainOwner }, hours: 0 },
    ...more,
  ]);

/** An attempt that was accepted, and all events so far. */
export interface AcceptedAttempt {
  readonly attempt: Attempt;
  readonly context: UserContext;
  readonly before: User;
  readonly after: User;
  readonly past: readonly PastEvent<UserEvent>[];
  readonly events: readonly UserEvent[];
}

export const at = (hours: number) => new Date(Date.parse('2026-01-01T00:00:00Z') + hours * 3_600_000).toISOString();
export const holderOf = (user: User) => (user.status === 'absent' ? {} : { holder: { id: 'target', user } });

export const contextOf = ({ account, context }: Attempt, user: User, hours: number): UserContext => ({
  commandId: 'command',
  correlationId: 'correlation',
  actor: { id: 'other', kind: 'user' },
  at: at(hours),
  account,
  targetId: 'target',
  openSessions: ['session'],
  permissions: [],
  grantable: roles,
  mayActOnAdministrators: true,
  ...holderOf(user),
  ...context,
});

/** Returns the events of a command, or the code of its refusal. */
export function decideOrCode(command: Command<never>, user: User, context: UserContext): readonly UserEvent[] | string {
  try {
    return decide(UserDecider, withContext(command, context), user, context);
  } catch (error) {
    if (error instanceof Refusal) return error.code;
    throw error;
  }
}

/** Runs the attempts one after the other; returns those that were accepted. */
export function runAttempts(tries: readonly Attempt[]): AcceptedAttempt[] {
  const past: PastEvent<UserEvent>[] = [];
  let before: User = UserDecider.initial;
  let hours = 0;
  return tries.flatMap((tried) => {
    hours += tried.hours;
    // Commands on one's own password always run in one's own account.
    const isOnOwnPassword = [RequestPasswordResetByAddress, SetPassword, LockAfterFailedLogins].some(
      (Own) => tried.command instanceof Own,
    );
    const attempt = isOnOwnPassword ? { ...tried, account: (accountOf(before) ?? tried.account) as Account } : tried;
    const context = contextOf(attempt, before, hours);
    const events = decideOrCode(attempt.command, before, context);
    if (typeof events === 'string') return [];
    const { reason } = attempt.command as { reason?: string };
    const recorded = events.map((event) => ({ ...event, envelope: { at: context.at, ...(reason && { reason }) } }));
    past.push(...recorded);
    // Folds the whole history, so that each event has its own revision, which locks rely on.
    const step = { attempt, context, before, after: fold(UserDecider, past), past: [...past], events };
    before = step.after;
    return [step];
  });
}
