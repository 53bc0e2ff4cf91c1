/** Permissions of routes and scopes of access tokens: one list for both. */
export const permissions = [
  'users:read',
  'users:export',
  'users:add',
  'users:approve',
  'users:change',
  'users:lock',
  'users:delete',
  'users:reset-password',
  'roles:grant',
  'audit:read',
  'tokens:manage',
  'accounts:open',
  'logins:record',
  'registrations:create',
  'mails:manage',
  'log:manage',
  // Change one's own password and sessions. Every user has it, whatever their roles.
  'me:write',
] as const;

export type Permission = (typeof permissions)[number];
