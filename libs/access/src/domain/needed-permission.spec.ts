import { permissions } from '#libs/authorization';
import { checkPermission, isPermitted } from './needed-permission.js';

const operator = { permissions: new Set(permissions) };
const auditor = { permissions: new Set(['users:read'] as const) };
const session = { id: 'session', expiresAt: '', authenticatedAt: '', authenticatedBy: 'password' };

it('PERM-17: refuses a route that declares no permission, to an operator, too', () =>
  expect(() => checkPermission(undefined, operator)).toThrow(expect.objectContaining({ code: 'access.unnamed' })));

it('refuses a permission that the principal lacks, and names it', () => {
  expect(() => checkPermission('users:lock', auditor)).toThrow(
    expect.objectContaining({ code: 'access.forbidden', members: { needs: 'users:lock' } }),
  );
  checkPermission('users:read', auditor);
  checkPermission('authenticated', auditor);
});

it('gives me:write to every session, and to tokens that were issued before the scope existed', () => {
  expect(isPermitted(auditor, 'me:write')).toBe(false);
  expect(isPermitted({ ...auditor, session }, 'me:write')).toBe(true);
  expect(isPermitted({ ...auditor, isFromBeforeMeWrite: true }, 'me:write')).toBe(true);
  expect(isPermitted({ ...auditor, session, isFromBeforeMeWrite: true }, 'users:lock')).toBe(false);
});
