/* oxlint-disable promise/valid-params -- `then` is the last word of given/when/then, no promise's */
import { fold, given, type PastEvent } from '../../../../../test/support/given.js';
import { DeleteUser, RestoreUser } from '../membership/membership.commands.js';
import { LockAfterFailedLogins, LockUser, UnlockUser } from './locks.commands.js';
import { GrantRole } from '../roles/roles.commands.js';
import {
  RequestPasswordReset,
  RequestPasswordResetByAddress,
  SetPassword,
} from '../credentials/credentials.commands.js';
import { UserDecider } from '../../domain/user.decider.js';
import { userEvent, type UserEvent } from '../../domain/user.events.js';
import { mayLogIn, findPasswordLock, servesAsAdministrator, type ExistingUser } from '../../domain/user.state.js';

const added = userEvent('UserAdded', {
  account: 'account',
  email: 'anna@example.com',
  firstName: 'Anna',
  lastName: 'Berg',
  country: 'DE',
  status: 'active',
});
const administrator = userEvent('UserRoleGranted', { role: 'administrator' });
const changed = userEvent('UserPasswordChanged', {});
const user = (...past: PastEvent<UserEvent>[]) => given(UserDecider, ...past);
const state = (...past: PastEvent<UserEvent>[]) => fold(UserDecider, past) as ExistingUser;

// The kit's commands are of this time.
const now = '2026-01-15T12:00:00.000Z';
const justBefore = '2026-01-15T11:59:59.999Z';
const justAfter = '2026-01-15T12:00:00.001Z';
const lockedUntil = (until: string): UserEvent =>
  userEvent('UserLocked', { cause: 'failedLogins', until, disableModeDays: 0 });
const lock = lockedUntil(justAfter);
const ended = lockedUntil(now);
/** As earlier builds recorded it, at this time. */
const oldLock = (at: string): PastEvent<UserEvent> => ({
  ...userEvent('UserLocked', { cause: 'failedLogins', disableModeDays: 7 }),
  envelope: { at },
});

describe('too many failed logins', () => {
  const locked = lockedUntil('2026-01-15T12:15:00.000Z');

  it('LOGIN-5: lock the user for 15 minutes, an administrator too', () => {
    user(added).when(new LockAfterFailedLogins({})).then(locked);
    user(added, administrator).when(new LockAfterFailedLogins({})).then(locked);
  });

  it('LOGIN-7: make no lock longer', () => {
    user(added, lock).when(new LockAfterFailedLogins({})).then();
    user(added, ended).when(new LockAfterFailedLogins({})).then(locked);
  });

  it('LOGIN-13: mean nothing where nobody can log in', () => {
    user(added, userEvent('UserLocked', { cause: 'administrator', disableModeDays: 7 }))
      .when(new LockAfterFailedLogins({}))
      .then();
    user().when(new LockAfterFailedLogins({})).then();
  });
});

describe('a lock because of failed logins', () => {
  it('LOCK-4: leaves sessions, tokens and mailed links alone', () => {
    const past = state(added, changed, lock);
    expect([mayLogIn(past, now), past.sessionsSince]).toEqual([true, 1]);
    const requested = userEvent('UserPasswordResetRequested', { expiresAt: '2026-01-15T13:00:00.000Z' });
    user(added, changed, lock).when(new RequestPasswordResetByAddress({})).then(requested);
    user(added, changed, lock).when(new RequestPasswordReset({})).then(requested);
  });

  it('ADMIN-2: takes no administrator out of the count', () => {
    expect(servesAsAdministrator(state(added, administrator, lock), now)).toBe(true);
  });

  it('LOCK-5: does not count once its end has come, for a rule that goes by the time of its command', () => {
    expect([lock, ended].map((event) => findPasswordLock(state(added, event), now)?.cause)).toEqual([
      'failedLogins',
      undefined,
    ]);
    user(added, lock)
      .when(new UnlockUser({}))
      .then(userEvent('UserUnlocked', { causes: ['failedLogins'] }));
    user(added, ended).when(new UnlockUser({})).then();
  });

  it.each([
    ['2026-01-15T11:45:00.001Z', 'failedLogins'],
    ['2026-01-15T11:45:00.000Z', undefined],
  ])('LOCK-6: without an end, set at %s, ends 15 minutes later', (at, cause) => {
    expect(findPasswordLock(state(added, oldLock(at)), now)?.cause).toBe(cause);
  });

  it('LOGIN-6: forgives with its end the failures before it, also those during it', () => {
    expect(state(added, ended).forgivenAt).toBe(now);
    expect(
      state(added, lock, { ...userEvent('UserUnlocked', { causes: ['failedLogins'] }), envelope: { at: justBefore } })
        .forgivenAt,
    ).toBe(justBefore);
  });

  it('PASSWORD-10: ends with a password that is set by a mailed link, and not with one that is changed', () => {
    const link = {
      ...userEvent('UserPasswordResetRequested', { expiresAt: justAfter }),
      envelope: { causationId: 'asked' },
    };
    const unlocked = userEvent('UserUnlocked', { causes: ['failedLogins'] });
    user(added, link, lock)
      .when(new SetPassword({ link: 'asked' }))
      .then(changed, unlocked);
    user(added, link, ended)
      .when(new SetPassword({ link: 'asked' }))
      .then(changed);
    user(added, link, lock).when(new SetPassword({})).then(changed);
    expect(findPasswordLock(state(added, lock, changed, unlocked), now)).toBeUndefined();
  });

  it('LOCK-1: is a lock beside that of an administrator, who can also grant, delete and restore', () => {
    user(added, lock)
      .when(new LockUser({}))
      .then(userEvent('UserLocked', { cause: 'administrator', disableModeDays: 7 }));
    user(added, lock)
      .when(new GrantRole({ role: 'auditor' }))
      .then(userEvent('UserRoleGranted', { role: 'auditor' }));
    const restorableUntil = '2026-02-14T12:00:00.000Z';
    const deleted = userEvent('UserDeleted', {
      account: 'account',
      restorableUntil,
      keptRoles: [],
      releasedLicences: [],
      disableModeDays: 7,
    });
    user(added, lock).when(new DeleteUser({})).then(deleted);
    user(added, lock, deleted)
      .when(new RestoreUser({}))
      .then(userEvent('UserRestored', { account: 'account' }));
    expect(
      findPasswordLock(state(added, lock, deleted, userEvent('UserRestored', { account: 'account' })), now)?.cause,
    ).toBe('failedLogins');
  });
});
