/* oxlint-disable promise/valid-params -- `then` is the last word of given/when/then, no promise's */
import {
  added,
  deleted,
  granted,
  offeredActions,
  pending,
  revoked,
  callUndo,
  user,
} from '../../../../../test/support/users.js';
import { GrantRole, RevokeRole, roleActs } from './roles.commands.js';

describe('granting and revoking', () => {
  const coAdministrator = { mayActOnAdministrators: false, grantable: ['co-administrator', 'auditor'] };

  it('PERM-5, PERM-11: a co-administrator gives and takes roles up to their own', () => {
    user(added)
      .when(new GrantRole({ role: 'co-administrator' }), coAdministrator)
      .then(granted('co-administrator'));
    user(added, granted('auditor'))
      .when(new RevokeRole({ role: 'auditor' }), coAdministrator)
      .then(revoked('auditor'));
    for (const command of [new GrantRole({ role: 'administrator' }), new RevokeRole({ role: 'administrator' })]) {
      expect(user(added).when(command, coAdministrator).refuses('role.not-grantable').kind).toBe('forbidden');
    }
  });

  it('LIFE-13: a role that the user has, or lacks, changes nothing', () => {
    user(added, granted('auditor'))
      .when(new GrantRole({ role: 'auditor' }))
      .then();
    user(added)
      .when(new RevokeRole({ role: 'auditor' }))
      .then();
  });

  it('LIFE-11: is refused for users who are no active members', () => {
    const toPending = user(...pending)
      .when(new GrantRole({ role: 'auditor' }))
      .refuses('user.not-active');
    expect([toPending.kind, offeredActions(toPending)]).toEqual(['conflict', ['ApproveUser', 'RejectUser']]);
    const toDeleted = user(added, deleted)
      .when(new RevokeRole({ role: 'auditor' }))
      .refuses('user.not-active');
    expect([toDeleted.kind, offeredActions(toDeleted)]).toEqual(['conflict', ['RestoreUser']]);
  });

  it('ADMIN-4: grants the role once more to an administrator whom the account does not count', () => {
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
});

describe('the undo', () => {
  it('of GrantRole revokes that role', () => {
    const { undo } = roleActs.GrantRole;
    const past = [added, granted('administrator')];
    expect(callUndo(undo, past, [granted('auditor')])).toEqual(new RevokeRole({ role: 'auditor' }));
    expect(callUndo(undo, past, [granted('auditor')], [revoked('auditor')])).toBe('changedSince');
    expect(callUndo(undo, past, [granted('administrator')])).toBe('irreversible');
  });

  it('of RevokeRole grants that role', () => {
    const { undo } = roleActs.RevokeRole;
    const past = [added, granted('administrator'), granted('auditor')];
    expect(callUndo(undo, past, [revoked('auditor')])).toEqual(new GrantRole({ role: 'auditor' }));
    expect(callUndo(undo, past, [revoked('auditor')], [granted('auditor')])).toBe('changedSince');
  });
});
