import { permissions, type Permission } from '#libs/authorization';
import { permissionsOfRoles, grantedPermissionsOf } from './roles.js';

// The table of the rules, written once more: a slip in either shows.
const table: [Permission, administrator: boolean, coAdministrator: boolean, auditor: boolean][] = [
  ['users:read', true, true, true],
  ['users:export', true, true, false],
  ['users:add', true, true, false],
  ['users:approve', true, true, false],
  ['users:change', true, true, false],
  ['users:lock', true, true, false],
  ['users:delete', true, true, false],
  ['users:reset-password', true, true, false],
  ['roles:grant', true, true, false],
  ['audit:read', true, true, true],
  ['tokens:manage', true, true, true],
  ['accounts:open', false, false, false],
  ['logins:record', false, false, false],
  ['registrations:create', false, false, false],
  ['mails:manage', false, false, false],
  ['log:manage', false, false, false],
  ['me:write', false, false, false],
];

test.each(table)(
  'PERM-1, PERM-2, PERM-3, PERM-4, PERM-5, PERM-6, PERM-7, PERM-8, PERM-22: %s: administrator %s, co-administrator %s, auditor %s, operator true',
  (permission, ...given) => {
    const roles = ['administrator', 'co-administrator', 'auditor'] as const;
    expect(roles.map((role) => permissionsOfRoles([role]).includes(permission))).toEqual(given);
    expect(grantedPermissionsOf('operator', permissions, []).permissions.has(permission)).toBe(true);
  },
);

test('PERM-1: the table names every permission', () => {
  expect(table.map(([permission]) => permission)).toEqual([...permissions]);
});

describe('what somebody may do', () => {
  test('PERM-9: roles add up', () => {
    expect(permissionsOfRoles(['auditor', 'co-administrator'])).toEqual(permissionsOfRoles(['co-administrator']));
    expect(permissionsOfRoles([])).toEqual([]);
  });

  test('PERM-10: a user: the scopes of the token that their roles give now', () => {
    expect([...grantedPermissionsOf('user', ['users:read', 'users:lock'], ['auditor']).permissions]).toEqual([
      'users:read',
    ]);
    expect([...grantedPermissionsOf('user', permissions, []).permissions]).toEqual(['me:write']);
  });

  test('PERM-10, TOKEN-7: a service: its scopes', () => {
    expect([...grantedPermissionsOf('service', ['logins:record'], []).permissions]).toEqual(['logins:record']);
  });

  test('PERM-10: an operator: the scopes of the token', () => {
    expect([...grantedPermissionsOf('operator', ['audit:read'], []).permissions]).toEqual(['audit:read']);
  });
});

describe('what somebody may grant', () => {
  const grants = (...args: Parameters<typeof grantedPermissionsOf>) => grantedPermissionsOf(...args).grantable;

  test('PERM-11, PERM-5: an administrator: every role; a co-administrator: their own and below; an auditor: none', () => {
    expect(grants('user', permissions, ['administrator'])).toEqual(['administrator', 'co-administrator', 'auditor']);
    expect(grants('user', permissions, ['co-administrator'])).toEqual(['co-administrator', 'auditor']);
    expect(grants('user', permissions, ['auditor'])).toEqual([]);
  });

  test('PERM-11: no role with a permission that their token lacks', () => {
    expect(grants('user', ['roles:grant', 'users:read', 'audit:read', 'tokens:manage'], ['administrator'])).toEqual([
      'auditor',
    ]);
    expect(grants('service', ['roles:grant'], [])).toEqual([]);
  });

  test('PERM-19: a service: no administrator', () => {
    expect(grants('service', permissions, [])).toEqual(['co-administrator', 'auditor']);
  });

  test('PERM-11: an operator: every role, with the scope to grant', () => {
    expect(grants('operator', ['roles:grant'], [])).toEqual(['administrator', 'co-administrator', 'auditor']);
    expect(grants('operator', ['users:add'], [])).toEqual([]);
  });

  test('PERM-13: only users without the role administrator stand below administrators', () => {
    expect(grantedPermissionsOf('user', permissions, ['co-administrator', 'auditor']).mayActOnAdministrators).toBe(
      false,
    );
    expect(grantedPermissionsOf('user', permissions, ['auditor', 'administrator']).mayActOnAdministrators).toBe(true);
    expect(grantedPermissionsOf('service', permissions, []).mayActOnAdministrators).toBe(true);
    expect(grantedPermissionsOf('operator', permissions, []).mayActOnAdministrators).toBe(true);
  });
});
