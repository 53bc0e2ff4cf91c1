import { permissions, type Permission } from '#libs/authorization';
import type { Actor } from '#libs/kernel';
import { roles, type Role } from '#libs/users';

/**
 * The permissions that each role gives, in full: a role or a permission that is forgotten here does not compile.
 * Operators have every permission, and every user has `me:write`, whatever their roles.
 */
const permissionsByRole: Readonly<Record<Role, Readonly<Record<Permission, boolean>>>> = {
  administrator: {
    'users:read': true,
    'users:export': true,
    'users:add': true,
    'users:approve': true,
    'users:change': true,
    'users:lock': true,
    'users:delete': true,
    'users:reset-password': true,
    'roles:grant': true,
    'audit:read': true,
    'tokens:manage': true,
    'accounts:open': false,
    'logins:record': false,
    'registrations:create': false,
    'mails:manage': false,
    'log:manage': false,
    'me:write': false,
  },
  'co-administrator': {
    'users:read': true,
    'users:export': true,
    'users:add': true,
    'users:approve': true,
    'users:change': true,
    'users:lock': true,
    'users:delete': true,
    'users:reset-password': true,
    'roles:grant': true,
    'audit:read': true,
    'tokens:manage': true,
    'accounts:open': false,
    'logins:record': false,
    'registrations:create': false,
    'mails:manage': false,
    'log:manage': false,
    'me:write': false,
  },
  auditor: {
    'users:read': true,
    'users:export': false,
    'users:add': false,
    'users:approve': false,
    'users:change': false,
    'users:lock': false,
    'users:delete': false,
    'users:reset-password': false,
    'roles:grant': false,
    'audit:read': true,
    'tokens:manage': true,
    'accounts:open': false,
    'logins:record': false,
    'registrations:create': false,
    'mails:manage': false,
    'log:manage': false,
    'me:write': false,
  },
};

/** Returns the permissions that at least one of these roles gives. */
export const permissionsOfRoles = (held: readonly Role[]): Permission[] =>
  permissions.filter((permission) => held.some((role) => permissionsByRole[role][permission]));

/** What a caller may do now. */
export interface GrantedPermissions {
  readonly permissions: ReadonlySet<Permission>;
  /** The roles that the caller may grant, revoke and bring back. */
  readonly grantable: readonly Role[];
  /** Whether the caller may act on account administrators. */
  readonly mayActOnAdministrators: boolean;
}

/**
 * Returns what a caller may do now. Users have the permissions that are both in the scopes of their token or session and
 * given by their roles; `me:write` needs no role. Services and operators have no roles, and so all scopes of their token.
 */
export function grantedPermissionsOf(
  kind: Exclude<Actor['kind'], 'system'>,
  scopes: readonly Permission[],
  held: readonly Role[],
): GrantedPermissions {
  const given: readonly Permission[] = kind === 'user' ? [...permissionsOfRoles(held), 'me:write'] : permissions;
  const may = new Set(given.filter((permission) => scopes.includes(permission)));
  const mayActOnAdministrators = kind !== 'user' || held.includes('administrator');
  return { permissions: may, grantable: grantableRoles(kind, may, mayActOnAdministrators), mayActOnAdministrators };
}

/**
 * Returns the roles that a caller may grant: only roles whose permissions the caller has, and operators every role.
 * A service grants no administrators: its token outlives the role of the user who issued it and would give it back.
 */
function grantableRoles(kind: Actor['kind'], may: ReadonlySet<Permission>, mayActOnAdministrators: boolean): Role[] {
  if (!may.has('roles:grant')) return [];
  if (kind === 'operator') return [...roles];
  return roles.filter(
    (role) =>
      (role !== 'administrator' || (mayActOnAdministrators && kind === 'user')) &&
      permissionsOfRoles([role]).every((permission) => may.has(permission)),
  );
}
