/* oxlint-disable promise/valid-params -- `then` is the last word of given/when/then, no promise's */
import { type Command, type RefusalCode } from '#libs/kernel';
import { userEvent, type Role, type UserEvent } from '#libs/users';
import {
  added,
  addedTo,
  anna,
  approved,
  deleted,
  deletedBy,
  granted,
  heldBy,
  locked,
  offeredActions,
  pending,
  registered,
  rejected,
  requestedApprovalBy,
  restorableUntil,
  restored,
  revoked,
  callUndo,
  unlocked,
  user,
} from '../../../../../test/support/users.js';
import { UnlockUser, LockUser } from '../locks/locks.commands.js';
import { GrantRole } from '../roles/roles.commands.js';
import {
  AddUser,
  AddUserToAccount,
  ApproveUser,
  DeleteUser,
  RegisterUser,
  RejectUser,
  RestoreUser,
  membershipActs,
} from './membership.commands.js';

const ownDomain = { domainOwner: 'account' };

describe('AddUser', () => {
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
    for (const held of [{}, heldBy(added), heldBy(deleted)]) {
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
      .when(new AddUser(anna), { ...ownDomain, ...heldBy(...past) })
      .refuses('user.already-in-account');
    expect(refusal.actions).toEqual([{ action: 'GetUser', params: { accountId: 'account', userId: 'holder' } }]);
  });

  it('ADD-3: refuses a user of another account, pending ones too, and discloses nothing about them', () => {
    for (const past of [
      [registered, addedTo('elsewhere')],
      [registered, requestedApprovalBy('elsewhere')],
      [added, deleted, addedTo('elsewhere')],
    ]) {
      const refusal = user()
        .when(new AddUser(anna), heldBy(...past))
        .refuses('user.in-another-account');
      expect(refusal).toMatchObject({ kind: 'conflict', actions: [], members: {} });
      expect(refusal.message).toContain('ask the user to look at their profile');
      expect(refusal.message).not.toMatch(/elsewhere|holder|Anna|Berg/);
    }
  });

  it('ADD-4: refuses an unaffiliated user on a domain of the account, and offers to add them to it', () => {
    const refusal = user()
      .when(new AddUser(anna), { ...ownDomain, ...heldBy(registered) })
      .refuses('user.exists-unaffiliated');
    expect(refusal.actions).toEqual([
      { action: 'AddUserToAccount', params: { accountId: 'account', userId: 'holder' } },
    ]);
  });

  it('ADD-5: refuses an unaffiliated user on any other domain, and offers to restore one whom the account deleted', () => {
    const stranger = user().when(new AddUser(anna), heldBy(registered)).refuses('user.outside-domain');
    expect(stranger.actions).toEqual([]);
    const former = user().when(new AddUser(anna), heldBy(added, deleted)).refuses('user.outside-domain');
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
        .when(new RegisterUser(anna), { domainOwner: 'account', ...heldBy(...past) })
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
    user(...pending, rejected, addedTo('account'))
      .when(new UnlockUser({}))
      .then();
    user(...pending, approved)
      .when(new UnlockUser({}))
      .then();
  });
  it('LIFE-8, LOCK-7: active → deleted, restorable for 30 days, locked with cause unaffiliated', () => {
    user(added).when(new DeleteUser({})).then(deleted);
    user(added, deleted, addedTo('account')).when(new UnlockUser({})).then(unlocked('unaffiliated'));
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
        .then(addedTo('account'));
    }
  });

  const outside: [string, Command<never>, UserEvent[], RefusalCode, string[]][] = [
    ['approve one who was rejected', new ApproveUser({}), [...pending, rejected], 'user.not-pending', []],
    ['approve one who was deleted', new ApproveUser({}), [added, deleted], 'user.not-pending', ['RestoreUser']],
    ['reject an active member', new RejectUser({}), [added], 'user.not-pending', ['DeleteUser']],
    ['reject one who was deleted', new RejectUser({}), [added, deleted], 'user.not-pending', ['RestoreUser']],
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
  ];
  it.each(outside)(
    'LIFE-3, LIFE-4, LIFE-5, LIFE-8, LIFE-9, LIFE-14: nobody can %s',
    (_, command, past, code, actions) => {
      const refusal = user(...past)
        .when(command)
        .refuses(code);
      expect(refusal.kind).toBe('conflict');
      expect(offeredActions(refusal)).toEqual(actions);
      for (const { params } of refusal.actions) expect(params).toEqual({ accountId: 'account', userId: 'target' });
    },
  );

  it('LIFE-14: a user who left and waits for another account is offered neither approval nor rejection', () => {
    const past = [added, deleted, requestedApprovalBy('elsewhere')];
    expect(
      user(...past)
        .when(new LockUser({}))
        .refuses('user.not-active').actions,
    ).toEqual([]);
    user(...past)
      .when(new ApproveUser({}))
      .refuses('user.not-pending');
  });

  it.each(['constructor', '__proto__', 'toString'])('PERM-14: even where the account is called %s', (account) => {
    user(added, deleted).when(new DeleteUser({}), { account }).refuses('user.not-found');
    user(added).when(new AddUserToAccount({}), { account }).refuses('user.not-found');
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
  ];
  it.each(again)('LIFE-13: %s', (_, command, past) =>
    user(...past)
      .when(command)
      .then(),
  );

  it('LIFE-13: but only the last departure counts', () => {
    user(...pending, rejected, addedTo('account'), deleted)
      .when(new RejectUser({}))
      .refuses('user.not-pending');
    user(added, deleted, addedTo('account')).when(new DeleteUser({})).then(deleted);
  });

  it('ADMIN-4: but a restoration grants the role once more to an administrator whom the account does not count', () => {
    const past = [added, granted('administrator')];
    const restore = new RestoreUser({});
    user(...past)
      .when(restore, { uncounted: true })
      .then(granted('administrator'));
    user(...past)
      .when(restore)
      .then();
    user(...past)
      .when(restore, { uncounted: true, mayActOnAdministrators: false })
      .then();
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
  it('DELETE-3: brings a deleted administrator back as far as they may grant, and the rest is revoked in the same append', () => {
    const past = [
      added,
      granted('administrator'),
      granted('auditor'),
      deletedBy('account', 'administrator', 'auditor'),
    ];
    const coAdministrator = { mayActOnAdministrators: false, grantable: ['co-administrator', 'auditor'] };
    user(...past)
      .when(new RestoreUser({}), coAdministrator)
      .then(restored, revoked('administrator'));
    user(...past)
      .when(new AddUserToAccount({}), { ...coAdministrator, ...ownDomain })
      .then(addedTo('account'), revoked('administrator'));
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

describe('the undo', () => {
  it.each([
    ['AddUser', [], [added]],
    ['ApproveUser', pending, [approved]],
    ['AddUserToAccount', [registered], [addedTo('account')]],
    ['RestoreUser', [added, deleted], [restored]],
  ] as const)('of %s deletes', (name, past, events) => {
    const { undo } = membershipActs[name];
    expect(callUndo(undo, past, events, [granted('auditor')])).toEqual(new DeleteUser({}));
    expect(callUndo(undo, past, events, [deleted])).toBe('changedSince');
    expect(callUndo(undo, past, events, [deleted, addedTo('elsewhere')])).toBe('changedSince');
  });

  it('of AddUserToAccount and RestoreUser keeps roles that had been kept', () => {
    const past = [added, granted('auditor'), deletedBy('account', 'auditor')];
    expect(callUndo(membershipActs.RestoreUser.undo, past, [restored])).toEqual(new DeleteUser({ keepRoles: true }));
    expect(callUndo(membershipActs.AddUserToAccount.undo, past, [addedTo('account')])).toEqual(
      new DeleteUser({ keepRoles: true }),
    );
  });

  it('of DeleteUser restores a user who has not come back since', () => {
    const { undo } = membershipActs.DeleteUser;
    expect(callUndo(undo, [added], [deleted])).toEqual(new RestoreUser({}));
    expect(callUndo(undo, [added], [deleted], [restored])).toBe('changedSince');
    expect(callUndo(undo, [added], [deleted], [restored, deleted])).toBe('changedSince');
  });

  it('of RejectUser and RegisterUser does not exist', () => {
    expect(callUndo(membershipActs.RejectUser.undo, pending, [rejected])).toBe('irreversible');
    expect(callUndo(membershipActs.RegisterUser.undo, [], pending)).toBe('irreversible');
  });
});
