import { permissions, type Permission } from '#libs/authorization';
import type { Actor } from '#libs/kernel';
import { roles, type Role } from '#libs/users';

/** Which roles give a permission. Operators, who run the installation, have them all; `me:write` is every user's. */
const givenBy: Record<Permission, readonly Role[]> = {
  'users:read': ['administrator', 'co-administrator', 'auditor'],
  'users:export': ['administrator', 'co-administrator'],
  'users:add': ['administrator', 'co-administrator'],
  'users:approve': ['administrator', 'co-administrator'],
  'users:change': ['administrator', 'co-administrator'],
  'users:lock': ['administrator', 'co-administrator'],
  'users:delete': ['administrator', 'co-administrator'],
  'users:reset-password': ['administrator', 'co-administrator'],
  'roles:grant': ['administrator', 'co-administrator'],
  'audit:read': ['administrator', 'co-administrator', 'auditor'],
  'tokens:manage': ['administrator', 'co-administrator', 'auditor'],
  'accounts:open': [],
  'logins:record': [],
  'registrations:create': [],
  'mails:manage': [],
  'me:write': [],
};

/** What these roles give; roles add up. */
export const permissionsOfRoles = (held: readonly Role[]): Permission[] =>
  permissions.filter((permission) => givenBy[permission].some((role) => held.includes(role)));

/** What somebody may do now. */
export interface GrantedPermissions {
  readonly permissions: ReadonlySet<Permission>;
  /** The roles that they may grant, take or bring back. */
  readonly grantable: readonly Role[];
  /** Whether they may act on account administrators. */
  readonly mayActOnAdministrators: boolean;
}

/** A token's scopes ∩ what the holder's roles give now; a service and an operator have no roles, their scopes stand alone. */
export function grantedPermissionsOf(
  kind: Exclude<Actor['kind'], 'system'>,
  scopes: readonly Permission[],
  held: readonly Role[],
): GrantedPermissions {
  const given: readonly Permission[] = kind === 'user' ? [...permissionsOfRoles(held), 'me:write'] : permissions;
  const may = new Set(given.filter((permission) => scopes.includes(permission)));
  const mayActOnAdministrators = kind !== 'user' || held.includes('administrator');
  return { permissions: may, grantable: grantable(kind, may, mayActOnAdministrators), mayActOnAdministrators };
}

/**
 * Nobody grants a permission that they lack, nor a role above their own; operators hold every role's in trust. A service
 * grants no administrators: its token outlives the role of whoever issued it, and would give it back.
 */
function grantable(kind: Actor['kind'], may: ReadonlySet<Permission>, mayActOnAdministrators: boolean): Role[] {
  if (!may.has('roles:grant')) return [];
  if (kind === 'operator') return [...roles];
  return roles.filter(
    (role) =>
      (role !== 'administrator' || (mayActOnAdministrators && kind === 'user')) &&
      permissionsOfRoles([role]).every((permission) => may.has(permission)),
  );
}
