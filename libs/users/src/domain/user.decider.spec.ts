/* oxlint-disable promise/valid-params -- `then` is the last word of given/when/then, no promise's */
import type { Command } from '#libs/kernel';
import {
  added,
  addedTo,
  deleted,
  deletedBy,
  granted,
  locked,
  registered,
  requestedApprovalBy,
  revoked,
  user,
} from '../../../../test/support/users.js';
import { LockUser } from '../areas/locks/locks.commands.js';
import { AddUserToAccount, DeleteUser } from '../areas/membership/membership.commands.js';
import { ChangeUser } from '../areas/profile/profile.commands.js';
import { RevokeRole } from '../areas/roles/roles.commands.js';
import type { Act } from './act.js';
import { acts } from './user.acts.js';
import { userEvent } from './user.events.js';

/** One command of each kind that callers may give about a user who is there. */
const all = Object.values<Act>(acts).flatMap(({ examples }) => (examples?.().slice(0, 1) ?? []) as Command<never>[]);
const named = (commands: Command<never>[]) =>
  commands.map((command): [string, Command<never>] => [command.constructor.name, command]);

describe('to an account that has nothing to do with a user, there is no such user', () => {
  it.each(named(all))('PERM-14: %s', (_, command) => {
    for (const past of [[], [registered, addedTo('elsewhere')], [registered, requestedApprovalBy('elsewhere')]]) {
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
});
