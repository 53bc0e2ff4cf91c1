/* oxlint-disable promise/valid-params -- `then` is the last word of given/when/then, no promise's */
import type { Command } from '#libs/kernel';
import { given, type PastEvent } from '../../../../test/support/given.js';
import {
  AddUserToAccount,
  ApproveUser,
  DeleteUser,
  RejectUser,
  RestoreUser,
} from '../areas/membership/membership.commands.js';
import { LockUser, UnlockUser } from '../areas/locks/locks.commands.js';
import { GrantRole, RevokeRole } from '../areas/roles/roles.commands.js';
import { ChangeUser } from '../areas/profile/profile.commands.js';
import { UserDecider } from './user.decider.js';
import { userEvent, type LockCause, type Role, type UserEvent } from './user.events.js';

const anna = { email: 'anna@example.com', firstName: 'Anna', lastName: 'Berg', country: 'DE' };
const restorableUntil = '2026-02-14T12:00:00.000Z';

const added = userEvent('UserAdded', { account: 'account', ...anna, status: 'active' });
const registered = userEvent('UserRegistered', anna);
const waits = (account: string) => userEvent('UserApprovalRequested', { account, domain: 'example.com' });
const addedTo = (account: string) => userEvent('UserAddedToAccount', { account, rule: 'administrator' });
const restored = userEvent('UserRestored', { account: 'account' });
const granted = (role: Role) => userEvent('UserRoleGranted', { role });
const revoked = (role: Role) => userEvent('UserRoleRevoked', { role });
const locked = (cause: LockCause, reason?: string): PastEvent<UserEvent> => ({
  ...userEvent('UserLocked', { cause, disableModeDays: 7 }),
  ...(reason && { envelope: { reason } }),
});
const deletedBy = (account: string, ...keptRoles: Role[]) =>
  userEvent('UserDeleted', { account, restorableUntil, keptRoles, releasedLicences: [], disableModeDays: 7 });
const deleted = deletedBy('account');

const user = (...past: UserEvent[]) => given(UserDecider, ...past);
const ownDomain = { domainOwner: 'account' };
const all: Command<never>[] = [
  new ApproveUser({}),
  new RejectUser({}),
  new AddUserToAccount({}),
  new LockUser({}),
  new UnlockUser({}),
  new DeleteUser({}),
  new RestoreUser({}),
  new ChangeUser({ firstName: 'Ann' }),
  new GrantRole({ role: 'auditor' }),
  new RevokeRole({ role: 'auditor' }),
];
const named = (commands: Command<never>[]) =>
  commands.map((command): [string, Command<never>] => [command.constructor.name, command]);

describe('to an account that has nothing to do with a user, there is no such user', () => {
  it.each(named(all))('PERM-14: %s', (_, command) => {
    for (const past of [[], [registered, addedTo('elsewhere')], [registered, waits('elsewhere')]]) {
      expect(
        user(...past)
          .when(command)
          .refuses('user.not-found'),
      ).toMatchObject({ kind: 'not-found', actions: [] });
    }
  });

  it.each(named(all.filter((command) => !(command instanceof AddUserToAccount))))(
    'PERM-14: %s, also on one who left another account',
    (_, command) => {
      user(registered, addedTo('elsewhere'), deletedBy('elsewhere')).when(command).refuses('user.not-found');
    },
  );

  it.each(['constructor', '__proto__', 'toString'])('PERM-14: even where the account is called %s', (account) => {
    user(added, deleted).when(new DeleteUser({}), { account }).refuses('user.not-found');
    user(added).when(new AddUserToAccount({}), { account }).refuses('user.not-found');
  });

  it('LIFE-14: a user who left and waits for another account is offered neither approval nor rejection', () => {
    const past = [added, deleted, waits('elsewhere')];
    expect(
      user(...past)
        .when(new LockUser({}))
        .refuses('user.not-active').actions,
    ).toEqual([]);
    user(...past)
      .when(new ApproveUser({}))
      .refuses('user.not-pending');
  });
});

describe('locks are kept by cause', () => {
  const administratively = userEvent('UserLocked', { cause: 'administrator', disableModeDays: 7 });

  it('LOCK-1: a second cause is a second lock', () => {
    user(added, locked('failedLogins')).when(new LockUser({})).then(administratively);
    user(added, locked('failedLogins', 'gone'))
      .when(new LockUser({ reason: 'gone' }))
      .then(administratively);
  });
  it('LOCK-2: the same cause with another reason is a new event', () => {
    user(added, locked('administrator', 'gone'))
      .when(new LockUser({ reason: 'back?' }))
      .then(administratively);
    user(added, locked('administrator', 'gone')).when(new LockUser({})).then(administratively);
    user(added, locked('administrator'))
      .when(new LockUser({ reason: 'gone' }))
      .then(administratively);
  });
  it('LOCK-2: one without an end comes over one that would end by itself', () => {
    const ending = userEvent('UserLocked', {
      cause: 'administrator',
      until: '2026-03-01T00:00:00.000Z',
      disableModeDays: 7,
    });
    user(added, ending).when(new LockUser({})).then(administratively);
  });
  it('LOCK-8: set here is the same when the user comes back from another account', () => {
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
    const untilLater = userEvent('UserLocked', {
      cause: 'failedLogins',
      until: '2026-01-15T12:00:00.001Z',
      disableModeDays: 0,
    });
    const past = [added, locked('administrator', 'one'), untilLater, locked('dormant'), locked('administrator', 'two')];
    user(...past)
      .when(new UnlockUser({}))
      .then(userEvent('UserUnlocked', { causes: ['failedLogins', 'dormant', 'administrator'] }));
  });
  it('LIFE-5: they stay when the user is deleted and added again, until unlocked', () => {
    user(added, locked('administrator'), deleted, addedTo('account'))
      .when(new UnlockUser({}))
      .then(userEvent('UserUnlocked', { causes: ['administrator', 'unaffiliated'] }));
  });
  it('LOCK-7: restoring lifts the lock of the deletion and no other', () => {
    user(added, locked('administrator'), deleted, restored)
      .when(new UnlockUser({}))
      .then(userEvent('UserUnlocked', { causes: ['administrator'] }));
  });
});

describe('nobody locks, deletes or demotes themselves', () => {
  const themselves = { actor: { id: 'target', kind: 'user' } } as const;
  const past = [added, granted('administrator')];

  it.each(named([new LockUser({}), new DeleteUser({}), new RevokeRole({ role: 'administrator' })]))(
    'PERM-12: %s',
    (_, command) => {
      expect(
        user(...past)
          .when(command, themselves)
          .refuses('user.self'),
      ).toMatchObject({ kind: 'conflict', actions: [] });
    },
  );
  it('PERM-12: but everything else, and a program that happens to have the same id may', () => {
    user(...past)
      .when(new ChangeUser({ firstName: 'Ann' }), themselves)
      .then(userEvent('UserRenamed', { firstName: 'Ann', lastName: 'Berg' }));
    user(...past)
      .when(new DeleteUser({}), { actor: { id: 'target', kind: 'service' } })
      .then(deleted);
  });
});

it('LIFE-4: a rejection of a member offers the deletion to those who may', () => {
  const administrator = [added, granted('administrator')];
  const offers = (context: object) =>
    user(...administrator)
      .when(new RejectUser({}), context)
      .refuses('user.not-pending')
      .actions.map(({ action }) => action);
  expect(offers({})).toEqual(['DeleteUser']);
  expect(offers({ actor: { id: 'target', kind: 'user' } })).toEqual([]);
  expect(offers({ mayActOnAdministrators: false })).toEqual([]);
});

describe('a co-administrator', () => {
  const coAdministrator = { mayActOnAdministrators: false, grantable: ['co-administrator', 'auditor'] };
  const acts: [string, Command<never>][] = named(
    all.filter((command) => !/Approve|Reject|Add|Restore/.test(command.constructor.name)),
  );

  it.each(acts)('PERM-13: does not use %s on an account administrator, locked or not', (_, command) => {
    for (const past of [
      [added, granted('administrator')],
      [added, granted('administrator'), locked('administrator')],
    ]) {
      expect(
        user(...past)
          .when(command, coAdministrator)
          .refuses('user.outranks-caller'),
      ).toMatchObject({ kind: 'forbidden', actions: [] });
    }
  });
  it('PERM-13: acts on co-administrators, and on those who are administrators no more', () => {
    user(added, granted('co-administrator')).when(new DeleteUser({}), coAdministrator).then(deleted);
    user(added, granted('administrator'), revoked('administrator'))
      .when(new DeleteUser({}), coAdministrator)
      .then(deleted);
    user(added, granted('administrator'), deleted).when(new DeleteUser({}), coAdministrator).then();
  });
  it('PERM-13: does not learn who is an administrator elsewhere', () => {
    const past = [added, deleted, addedTo('elsewhere'), granted('administrator')];
    user(...past)
      .when(new LockUser({}), coAdministrator)
      .refuses('user.not-active');
    user(...past)
      .when(new ChangeUser({ firstName: 'Ann' }), coAdministrator)
      .refuses('user.not-active');
  });
  it('PERM-5, PERM-11: gives and takes roles up to their own', () => {
    user(added)
      .when(new GrantRole({ role: 'co-administrator' }), coAdministrator)
      .then(granted('co-administrator'));
    user(added, granted('auditor'))
      .when(new RevokeRole({ role: 'auditor' }), coAdministrator)
      .then(revoked('auditor'));
    for (const act of [new GrantRole({ role: 'administrator' }), new RevokeRole({ role: 'administrator' })]) {
      expect(user(added).when(act, coAdministrator).refuses('role.not-grantable').kind).toBe('forbidden');
    }
  });
  it('DELETE-3: brings a deleted administrator back as far as they may grant, and the rest is revoked in the same append', () => {
    const past = [
      added,
      granted('administrator'),
      granted('auditor'),
      deletedBy('account', 'administrator', 'auditor'),
    ];
    user(...past)
      .when(new RestoreUser({}), coAdministrator)
      .then(restored, revoked('administrator'));
    user(...past)
      .when(new AddUserToAccount({}), { ...coAdministrator, ...ownDomain })
      .then(addedTo('account'), revoked('administrator'));
  });
});

describe('kept roles', () => {
  const kept = [
    added,
    granted('auditor'),
    granted('co-administrator'),
    deletedBy('account', 'auditor', 'co-administrator'),
  ];
  const holds = (past: UserEvent[], role: Role, account = 'account') =>
    user(...past)
      .when(new GrantRole({ role }), { account })
      .then();
  const lacks = (past: UserEvent[], role: Role, account = 'account') =>
    user(...past)
      .when(new GrantRole({ role }), { account })
      .then(granted(role));

  it('DELETE-2: are kept only when the deletion says so', () => {
    const past = [added, granted('auditor'), granted('co-administrator')];
    user(...past)
      .when(new DeleteUser({ keepRoles: true }))
      .then(deletedBy('account', 'auditor', 'co-administrator'));
    user(...past)
      .when(new DeleteUser({ keepRoles: false }))
      .then(deleted);
    user(...past)
      .when(new DeleteUser({}))
      .then(deleted);
  });
  it('DELETE-3: come back with a restoration and with an addition to the account', () => {
    user(...kept)
      .when(new RestoreUser({}))
      .then(restored);
    for (const back of [restored, addedTo('account')]) {
      holds([...kept, back], 'auditor');
      holds([...kept, back], 'co-administrator');
    }
    lacks([...kept.slice(0, 3), deleted, restored], 'auditor');
  });
  it('DELETE-3: come back only in the account that kept them, however long the way', () => {
    const away = [...kept, addedTo('elsewhere')];
    lacks(away, 'auditor', 'elsewhere');
    const home = [...away, granted('administrator'), deletedBy('elsewhere', 'administrator'), addedTo('account')];
    holds(home, 'auditor');
    lacks(home, 'administrator');
  });
  it('DELETE-3: come back once: the next deletion keeps what it says', () => {
    lacks([...kept, addedTo('account'), deleted, addedTo('account')], 'auditor');
  });
});

describe('an administrator who is not counted', () => {
  it('ADMIN-4: is granted the role once more, so that a removal under way meets a conflict', () => {
    const past = [added, granted('administrator')];
    user(...past)
      .when(new GrantRole({ role: 'administrator' }), { uncounted: true })
      .then(granted('administrator'));
    user(...past)
      .when(new GrantRole({ role: 'administrator' }))
      .then();
    user(...past, granted('auditor'))
      .when(new GrantRole({ role: 'auditor' }), { uncounted: true })
      .then();
  });
  it('ADMIN-4: is so by an unlock or a restoration that has nothing else to do, but not by whoever may not act on administrators', () => {
    const past = [added, granted('administrator')];
    for (const command of [new UnlockUser({}), new RestoreUser({})]) {
      user(...past)
        .when(command, { uncounted: true })
        .then(granted('administrator'));
      user(...past)
        .when(command)
        .then();
    }
    user(...past)
      .when(new RestoreUser({}), { uncounted: true, mayActOnAdministrators: false })
      .then();
  });
});

describe('a deletion can be undone', () => {
  it('DELETE-4, LIFE-9: for 30 days, to the millisecond', () => {
    user(added).when(new DeleteUser({}), { at: '2026-01-15T12:00:00.000Z' }).then(deleted);
    user(added, deleted).when(new RestoreUser({}), { at: restorableUntil }).then(restored);
    const late = user(added, deleted)
      .when(new RestoreUser({}), { at: '2026-02-14T12:00:00.001Z' })
      .refuses('user.not-restorable');
    expect(late.actions).toEqual([]);
    expect(
      user(added, deleted).when(new LockUser({}), { at: '2026-02-14T12:00:00.001Z' }).refuses('user.not-active')
        .actions,
    ).toEqual([]);
  });
  it('LIFE-9: unless the user has been in an account since', () => {
    const since = [added, deleted, addedTo('elsewhere')];
    user(...since)
      .when(new RestoreUser({}))
      .refuses('user.not-restorable');
    user(...since, deletedBy('elsewhere'))
      .when(new RestoreUser({}))
      .refuses('user.not-restorable');
    user(...since, deletedBy('elsewhere'))
      .when(new RestoreUser({}), { account: 'elsewhere' })
      .then(userEvent('UserRestored', { account: 'elsewhere' }));
  });
  it('LIFE-9: only by the account that deleted', () => {
    user(added, deleted).when(new RestoreUser({}), { account: 'elsewhere' }).refuses('user.not-found');
  });
});

describe('a change', () => {
  it('LIFE-10: says each thing that is new, and nothing else', () => {
    const change = new ChangeUser({ firstName: 'Ann', country: 'PL', language: 'pl', entitlementCountry: 'ES' });
    user(added)
      .when(change)
      .then(
        userEvent('UserRenamed', { firstName: 'Ann', lastName: 'Berg' }),
        userEvent('UserCountryChanged', { country: 'PL' }),
        userEvent('UserLanguageChanged', { language: 'pl' }),
        userEvent('UserEntitlementCountryChanged', { country: 'ES' }),
      );
    user(added)
      .when(new ChangeUser({ lastName: 'Stein' }))
      .then(userEvent('UserRenamed', { firstName: 'Anna', lastName: 'Stein' }));
    user(added).when(new ChangeUser({})).then();
  });
  it('LIFE-10: clears the entitlement country with null', () => {
    const past = [added, userEvent('UserEntitlementCountryChanged', { country: 'ES' })];
    user(...past)
      .when(new ChangeUser({ entitlementCountry: null }))
      .then(userEvent('UserEntitlementCountryChanged', {}));
    user(...past)
      .when(new ChangeUser({ entitlementCountry: 'ES' }))
      .then();
    user(...past, userEvent('UserEntitlementCountryChanged', {}))
      .when(new ChangeUser({ entitlementCountry: null }))
      .then();
  });
});
