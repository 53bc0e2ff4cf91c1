/** What a route may need; scopes of access tokens are the same words. */
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
  // What is one's own: the password, the sessions. Every user has it, whatever their roles.
  'me:write',
] as const;

export type Permission = (typeof permissions)[number];
