/* oxlint-disable promise/valid-params -- `then` is the last word of given/when/then, no promise's */
import { fold, given, type Command, type PastEvent, type RefusalCode } from '#libs/kernel';
import {
  AddUser,
  AddUserToAccount,
  ApproveUser,
  DeleteUser,
  RegisterUser,
  RejectUser,
  RestoreUser,
} from '../areas/membership/membership.commands.js';
import { LockUser, UnlockUser } from '../areas/locks/locks.commands.js';
import { GrantRole, RevokeRole } from '../areas/roles/roles.commands.js';
import { ChangeUser } from '../areas/profile/profile.commands.js';
import { UserDecider } from './user.decider.js';
import { userEvent, type LockCause, type Role, type UserEvent } from './user.events.js';
import type { ExistingUser } from './user.state.js';

const anna = { email: 'Anna@Example.com', firstName: 'Anna', lastName: 'Berg', country: 'DE' };
const restorableUntil = '2026-02-14T12:00:00.000Z';

const added = userEvent('UserAdded', { account: 'account', ...anna, status: 'active' });
const addedTo = (account: string) => userEvent('UserAddedToAccount', { account, rule: 'administrator' });
const addedBack = addedTo('account');
const registered = userEvent('UserRegistered', anna);
const waits = (account: string) => userEvent('UserApprovalRequested', { account, domain: 'example.com' });
const pending = [registered, waits('account')];
const approved = userEvent('UserApproved', { account: 'account' });
const rejected = userEvent('UserRejected', { account: 'account' });
const restored = userEvent('UserRestored', { account: 'account' });
const granted = (role: Role) => userEvent('UserRoleGranted', { role });
const locked = (cause: LockCause, reason?: string): PastEvent<UserEvent> => ({
  ...userEvent('UserLocked', { cause, disableModeDays: 7 }),
  ...(reason && { envelope: { reason } }),
});
const unlocked = (...causes: LockCause[]) => userEvent('UserUnlocked', { causes });
const deletedBy = (account: string, ...keptRoles: Role[]) =>
  userEvent('UserDeleted', { account, restorableUntil, keptRoles, releasedLicences: [], disableModeDays: 7 });
const deleted = deletedBy('account');

const user = (...past: UserEvent[]) => given(UserDecider, ...past);
const holder = (...past: UserEvent[]) => ({ holder: { id: 'holder', user: fold(UserDecider, past) as ExistingUser } });
const offered = (refusal: { actions: readonly { action: string }[] }) => refusal.actions.map(({ action }) => action);

describe('AddUser', () => {
  const ownDomain = { domainOwner: 'account' };

  it('ADD-6, ADDRESS-2, LIFE-1, EVENT-1: adds somebody unknown as an active member, as typed', () => {
    user()
      .when(new AddUser({ ...anna, language: 'pl', entitlementCountry: 'PL' }))
      .then(
        userEvent('UserAdded', {
          account: 'account',
          ...anna,
          language: 'pl',
          entitlementCountry: 'PL',
          status: 'active',
        }),
      );
  });

  it('ADD-6: adds somebody unknown on a domain of the account, and with starting roles', () => {
    user()
      .when(new AddUser(anna), { ...ownDomain, startingRoles: ['administrator'] })
      .then(added, granted('administrator'));
  });

  it('ADD-1: refuses a domain of another account first, whoever has the address, and does not say whose it is', () => {
    for (const held of [{}, holder(added), holder(deleted)]) {
      const refusal = user()
        .when(new AddUser(anna), { domainOwner: 'rival', ...held })
        .refuses('domain.owned-by-another');
      expect(refusal).toMatchObject({ kind: 'conflict', actions: [], members: {} });
      expect(refusal.message).not.toContain('rival');
    }
  });

  it.each([
    ['active', [added]],
    ['pending', pending],
    ['locked', [added, locked('administrator')]],
  ])('ADD-2: refuses a user of this account who is %s, and offers their page', (_, past) => {
    const refusal = user()
      .when(new AddUser(anna), { ...ownDomain, ...holder(...past) })
      .refuses('user.already-in-account');
    expect(refusal.actions).toEqual([{ action: 'GetUser', params: { accountId: 'account', userId: 'holder' } }]);
  });

  it('ADD-3: refuses a user of another account, pending ones too, and discloses nothing about them', () => {
    for (const past of [
      [registered, addedTo('elsewhere')],
      [registered, waits('elsewhere')],
      [added, deleted, addedTo('elsewhere')],
    ]) {
      const refusal = user()
        .when(new AddUser(anna), holder(...past))
        .refuses('user.in-another-account');
      expect(refusal).toMatchObject({ kind: 'conflict', actions: [], members: {} });
      expect(refusal.message).toContain('ask the user to look at their profile');
      expect(refusal.message).not.toMatch(/elsewhere|holder|Anna|Berg/);
    }
  });

  it('ADD-4: refuses an unaffiliated user on a domain of the account, and offers to add them to it', () => {
    const refusal = user()
      .when(new AddUser(anna), { ...ownDomain, ...holder(registered) })
      .refuses('user.exists-unaffiliated');
    expect(refusal.actions).toEqual([
      { action: 'AddUserToAccount', params: { accountId: 'account', userId: 'holder' } },
    ]);
  });

  it('ADD-5: refuses an unaffiliated user on any other domain, and offers to restore one whom the account deleted', () => {
    const stranger = user().when(new AddUser(anna), holder(registered)).refuses('user.outside-domain');
    expect(stranger.actions).toEqual([]);
    const former = user().when(new AddUser(anna), holder(added, deleted)).refuses('user.outside-domain');
    expect(former.actions).toEqual([{ action: 'RestoreUser', params: { accountId: 'account', userId: 'holder' } }]);
  });
});

describe('RegisterUser', () => {
  it('LIFE-2: leaves a stranger unaffiliated where nobody owns the domain', () => {
    user().when(new RegisterUser(anna), { confinedTo: undefined }).then(registered);
  });

  it('LIFE-2: asks the owner of the domain, in its canonical form, for approval', () => {
    user()
      .when(new RegisterUser(anna), { domainOwner: 'account' })
      .then(...pending);
  });

  it('LIFE-2: refuses an address that somebody has, wherever they are', () => {
    for (const past of [[added], pending, [registered], [added, deleted]]) {
      user()
        .when(new RegisterUser(anna), { domainOwner: 'account', ...holder(...past) })
        .refuses('user.exists');
    }
  });
});

describe("a user's life", () => {
  it('LIFE-3: pending → approved → active', () =>
    user(...pending)
      .when(new ApproveUser({ reason: 'known' }))
      .then(approved));
  it('LIFE-4: pending → rejected', () =>
    user(...pending)
      .when(new RejectUser({}))
      .then(rejected));
  it('LIFE-4: rejected and approved users are not locked', () => {
    user(...pending, rejected, addedBack)
      .when(new UnlockUser({}))
      .then();
    user(...pending, approved)
      .when(new UnlockUser({}))
      .then();
  });
  it('LIFE-6, LIFE-7: active → locked → unlocked', () => {
    user(added)
      .when(new LockUser({ reason: 'gone' }))
      .then(userEvent('UserLocked', { cause: 'administrator', disableModeDays: 7 }));
    user(added, locked('administrator')).when(new UnlockUser({})).then(unlocked('administrator'));
  });
  it('LIFE-8, LOCK-7: active → deleted, restorable for 30 days, locked with cause unaffiliated', () => {
    user(added).when(new DeleteUser({})).then(deleted);
    user(added, deleted, addedBack).when(new UnlockUser({})).then(unlocked('unaffiliated'));
  });
  it('LIFE-9: deleted → restored, without the lock of the deletion', () => {
    user(added, deleted).when(new RestoreUser({})).then(restored);
    user(added, deleted, restored).when(new UnlockUser({})).then();
  });
  it('LIFE-5: unaffiliated → added to the account that owns the domain, from whichever account they come', () => {
    for (const past of [
      [registered],
      [added, deletedBy('account')],
      [registered, addedTo('elsewhere'), deletedBy('elsewhere')],
    ]) {
      user(...past)
        .when(new AddUserToAccount({}), { domainOwner: 'account' })
        .then(addedBack);
    }
  });

  const outside: [string, Command<never>, UserEvent[], RefusalCode, string[]][] = [
    ['approve one who was rejected', new ApproveUser({}), [...pending, rejected], 'user.not-pending', []],
    ['approve one who was deleted', new ApproveUser({}), [added, deleted], 'user.not-pending', ['RestoreUser']],
    ['reject an active member', new RejectUser({}), [added], 'user.not-pending', ['DeleteUser']],
    ['reject one who was deleted', new RejectUser({}), [added, deleted], 'user.not-pending', ['RestoreUser']],
    ['lock one who waits', new LockUser({}), pending, 'user.not-active', ['ApproveUser', 'RejectUser']],
    ['lock one who was deleted', new LockUser({}), [added, deleted], 'user.not-active', ['RestoreUser']],
    ['unlock one who waits', new UnlockUser({}), pending, 'user.not-active', ['ApproveUser', 'RejectUser']],
    ['unlock one who was deleted', new UnlockUser({}), [added, deleted], 'user.not-active', ['RestoreUser']],
    ['delete one who waits', new DeleteUser({}), pending, 'user.not-active', ['ApproveUser', 'RejectUser']],
    ['delete one who was rejected', new DeleteUser({}), [...pending, rejected], 'user.not-active', []],
    ['restore one who waits', new RestoreUser({}), pending, 'user.not-restorable', ['ApproveUser', 'RejectUser']],
    ['restore one who was rejected', new RestoreUser({}), [...pending, rejected], 'user.not-restorable', []],
    [
      'add one who waits to the account',
      new AddUserToAccount({}),
      pending,
      'user.not-unaffiliated',
      ['ApproveUser', 'RejectUser'],
    ],
    ['add one on a foreign domain to the account', new AddUserToAccount({}), [registered], 'user.outside-domain', []],
    [
      'add a deleted one on a foreign domain to the account',
      new AddUserToAccount({}),
      [added, deleted],
      'user.outside-domain',
      ['RestoreUser'],
    ],
    [
      'add a former member, now elsewhere, to the account',
      new AddUserToAccount({}),
      [added, deleted, addedTo('elsewhere')],
      'user.in-another-account',
      [],
    ],
    ['change one who was deleted', new ChangeUser({ firstName: 'Ann' }), [added, deleted], 'user.not-active', []],
    [
      'grant a role to one who waits',
      new GrantRole({ role: 'auditor' }),
      pending,
      'user.not-active',
      ['ApproveUser', 'RejectUser'],
    ],
    [
      'revoke a role of one who was deleted',
      new RevokeRole({ role: 'auditor' }),
      [added, deleted],
      'user.not-active',
      ['RestoreUser'],
    ],
  ];
  it.each(outside)(
    'LIFE-3, LIFE-4, LIFE-5, LIFE-6, LIFE-7, LIFE-8, LIFE-9, LIFE-10, LIFE-11, LIFE-14: nobody can %s',
    (_, command, past, code, steps) => {
      const refusal = user(...past)
        .when(command)
        .refuses(code);
      expect(refusal.kind).toBe('conflict');
      expect(offered(refusal)).toEqual(steps);
      for (const { params } of refusal.actions) expect(params).toEqual({ accountId: 'account', userId: 'target' });
    },
  );
});

describe('doing again what already holds changes nothing', () => {
  const again: [string, Command<never>, UserEvent[]][] = [
    ['approve an active member', new ApproveUser({}), [added]],
    ['approve a locked member', new ApproveUser({}), [...pending, approved, locked('failedLogins')]],
    ['restore an active member', new RestoreUser({}), [added]],
    ['add an active member to the account', new AddUserToAccount({}), [added]],
    ['reject one whom this account rejected', new RejectUser({}), [...pending, rejected]],
    ['reject one who has gone elsewhere since', new RejectUser({}), [...pending, rejected, addedTo('elsewhere')]],
    ['delete one whom this account deleted', new DeleteUser({ reason: 'again' }), [added, deleted]],
    [
      'delete one who has come and gone elsewhere since',
      new DeleteUser({}),
      [added, deleted, addedTo('elsewhere'), deletedBy('elsewhere')],
    ],
    [
      'lock with the same reason',
      new LockUser({ reason: 'gone' }),
      [added, locked('administrator', 'gone')] as UserEvent[],
    ],
    ['lock without a reason', new LockUser({}), [added, locked('administrator')]],
    ['unlock one who has no lock', new UnlockUser({ reason: 'back' }), [added]],
    [
      'change to what is',
      new ChangeUser({ firstName: 'Anna', lastName: 'Berg', country: 'DE', entitlementCountry: null }),
      [added],
    ],
    ['grant a role that the user has', new GrantRole({ role: 'auditor' }), [added, granted('auditor')]],
    ['revoke a role that the user lacks', new RevokeRole({ role: 'auditor' }), [added]],
  ];
  it.each(again)('LIFE-13: %s', (_, command, past) =>
    user(...past)
      .when(command)
      .then(),
  );

  it('LIFE-13: but only the last departure counts', () => {
    user(...pending, rejected, addedBack, deleted)
      .when(new RejectUser({}))
      .refuses('user.not-pending');
    user(added, deleted, addedBack).when(new DeleteUser({})).then(deleted);
  });
});
