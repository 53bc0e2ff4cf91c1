/* oxlint-disable promise/valid-params -- `then` is the last word of given/when/then, no promise's */
import { userEvent } from '#libs/users';
import {
  added,
  addedTo,
  deleted,
  deletedBy,
  granted,
  locked,
  lockedByAdministrator,
  offeredActions,
  pending,
  restored,
  callUndo,
  unlocked,
  user,
} from '../../../../../test/support/users.js';
import { LockUser, UnlockUser, lockActs } from './locks.commands.js';

describe('LockUser and UnlockUser', () => {
  it('LIFE-6, LIFE-7: active → locked → unlocked', () => {
    user(added)
      .when(new LockUser({ reason: 'gone' }))
      .then(lockedByAdministrator);
    user(added, locked('administrator')).when(new UnlockUser({})).then(unlocked('administrator'));
  });

  it('LIFE-13: the same lock again, and unlocking a user without a lock, change nothing', () => {
    user(added, locked('administrator', 'gone'))
      .when(new LockUser({ reason: 'gone' }))
      .then();
    user(added, locked('administrator')).when(new LockUser({})).then();
    user(added)
      .when(new UnlockUser({ reason: 'back' }))
      .then();
  });

  it.each([
    ['pending', pending, ['ApproveUser', 'RejectUser']],
    ['deleted', [added, deleted], ['RestoreUser']],
  ])('LIFE-6, LIFE-7: are refused for a user who is %s', (_, past, actions) => {
    for (const command of [new LockUser({}), new UnlockUser({})]) {
      const refusal = user(...past)
        .when(command)
        .refuses('user.not-active');
      expect([refusal.kind, offeredActions(refusal)]).toEqual(['conflict', actions]);
    }
  });

  it('ADMIN-4: an unlock without a lock grants the role once more to an administrator whom the account does not count', () => {
    const past = [added, granted('administrator')];
    user(...past)
      .when(new UnlockUser({}), { uncounted: true })
      .then(granted('administrator'));
    user(...past)
      .when(new UnlockUser({}))
      .then();
  });
});

describe('locks are kept by cause', () => {
  it('LOCK-1: a second cause is a second lock', () => {
    user(added, locked('failedLogins')).when(new LockUser({})).then(lockedByAdministrator);
    user(added, locked('failedLogins', 'gone'))
      .when(new LockUser({ reason: 'gone' }))
      .then(lockedByAdministrator);
  });

  it('LOCK-2: the same cause with another reason is a new event', () => {
    user(added, locked('administrator', 'gone'))
      .when(new LockUser({ reason: 'back?' }))
      .then(lockedByAdministrator);
    user(added, locked('administrator', 'gone')).when(new LockUser({})).then(lockedByAdministrator);
    user(added, locked('administrator'))
      .when(new LockUser({ reason: 'gone' }))
      .then(lockedByAdministrator);
  });

  it('LOCK-2: a lock without an end replaces one that would end by itself', () => {
    const until = '2026-03-01T00:00:00.000Z';
    user(added, userEvent('UserLocked', { cause: 'administrator', until, disableModeDays: 7 }))
      .when(new LockUser({}))
      .then(lockedByAdministrator);
  });

  it('LOCK-8: a lock that was set here is the same when the user comes back from another account', () => {
    user(
      added,
      locked('administrator', 'gone'),
      deleted,
      addedTo('elsewhere'),
      deletedBy('elsewhere'),
      addedTo('account'),
    )
      .when(new LockUser({ reason: 'gone' }))
      .then();
  });

  it('LIFE-7, LOCK-1: unlocking removes every lock, each cause once', () => {
    const until = '2026-01-15T12:00:00.001Z';
    const untilLater = userEvent('UserLocked', { cause: 'failedLogins', until, disableModeDays: 0 });
    const past = [added, locked('administrator', 'one'), untilLater, locked('dormant'), locked('administrator', 'two')];
    user(...past)
      .when(new UnlockUser({}))
      .then(unlocked('failedLogins', 'dormant', 'administrator'));
  });

  it('an unlock that names causes removes these locks only', () => {
    const past = [added, locked('dormant'), locked('administrator')];
    user(...past)
      .when(new UnlockUser({ causes: ['administrator', 'failedLogins'] }))
      .then(unlocked('administrator'));
    user(...past)
      .when(new UnlockUser({ causes: ['unaffiliated'] }))
      .then();
  });

  it('LIFE-5: locks stay when the user is deleted and added again, until unlocked', () => {
    user(added, locked('administrator'), deleted, addedTo('account'))
      .when(new UnlockUser({}))
      .then(unlocked('administrator', 'unaffiliated'));
  });

  it('LOCK-7: restoring removes the lock of the deletion and no other', () => {
    user(added, locked('administrator'), deleted, restored).when(new UnlockUser({})).then(unlocked('administrator'));
  });
});

describe('the undo', () => {
  it('of LockUser removes the lock by the administrator and no other', () => {
    const { undo } = lockActs.LockUser;
    const past = [added, locked('dormant')];
    const set = [locked('administrator', 'gone')];
    expect(callUndo(undo, past, set)).toEqual(new UnlockUser({ causes: ['administrator'] }));
    expect(callUndo(undo, past, set, [locked('failedLogins')])).toEqual(new UnlockUser({ causes: ['administrator'] }));
  });

  it('of LockUser restores the lock that it replaced', () => {
    const { undo } = lockActs.LockUser;
    const set = [locked('administrator', 'two')];
    expect(callUndo(undo, [added, locked('administrator', 'one')], set)).toEqual(new LockUser({ reason: 'one' }));
    expect(callUndo(undo, [added, locked('administrator')], set)).toEqual(new LockUser({}));
    const until = '2026-03-01T00:00:00.000Z';
    const ending = userEvent('UserLocked', { cause: 'administrator', until, disableModeDays: 7 });
    expect(callUndo(undo, [added, ending], set)).toBe('irreversible');
  });

  it('of LockUser gives way to a later unlock or lock', () => {
    const { undo } = lockActs.LockUser;
    const set = [locked('administrator')];
    expect(callUndo(undo, [added], set, [unlocked('administrator')])).toBe('changedSince');
    expect(callUndo(undo, [added], set, [locked('administrator', 'again')])).toBe('changedSince');
  });

  it('of UnlockUser sets the lock by the administrator again, with its reason', () => {
    const { undo } = lockActs.UnlockUser;
    const past = [added, locked('failedLogins'), locked('administrator', 'gone')];
    const lifted = [unlocked('failedLogins', 'administrator')];
    expect(callUndo(undo, past, lifted)).toEqual(new LockUser({ reason: 'gone' }));
    expect(callUndo(undo, past, lifted, [locked('administrator', 'other')])).toBe('changedSince');
    expect(callUndo(undo, [added, locked('failedLogins')], [unlocked('failedLogins')])).toBe('irreversible');
  });

  it('of LockAfterFailedLogins removes that lock alone', () => {
    const { undo } = lockActs.LockAfterFailedLogins;
    expect(callUndo(undo, [added, locked('administrator')], [locked('failedLogins')])).toEqual(
      new UnlockUser({ causes: ['failedLogins'] }),
    );
  });
});
