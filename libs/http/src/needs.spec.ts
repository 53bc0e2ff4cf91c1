import { permissionNeeded, refuseAction } from './needs.js';

const need = { read: 'users:read', lock: 'users:lock' } as const;

describe('a route whose permission depends on the action in the body', () => {
  it('needs the permission of the action', () => {
    expect(permissionNeeded(need, { action: 'read' })).toBe('users:read');
    expect(permissionNeeded(need, { action: 'lock' })).toBe('users:lock');
  });

  it.each([
    {},
    null,
    undefined,
    [],
    'read',
    { action: 'suspend' },
    { action: null },
    { action: ['read'] },
    { action: 'constructor' },
  ])('PERM-17: has no permission for the body %j', (body) => expect(permissionNeeded(need, body)).toBeUndefined());

  it('PERM-17: refuses an action without a permission, and names the others', () =>
    expect(() => refuseAction(need, undefined)).toThrow(
      expect.objectContaining({
        code: 'request.invalid',
        members: { errors: [{ field: 'action', message: 'action must be one of the following values: read, lock' }] },
      }),
    ));
});
