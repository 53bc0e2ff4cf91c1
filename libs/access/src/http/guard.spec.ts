import type { ExecutionContext } from '@nestjs/common';
import type { Need } from '#libs/http';
import { AccessGuard } from './guard.js';

const principal = {
  actor: { id: 'user', kind: 'user' },
  roles: ['auditor'],
  permissions: new Set(['users:read']),
  grantable: [],
  mayActOnAdministrators: false,
};

/** Calls the guard for a route that needs this, as an auditor with a token; returns whether it lets the request pass. */
function pass(need: Need | undefined, body: unknown, authorization: string | undefined = 'Bearer rb_valid') {
  const guard = new AccessGuard(
    { getAllAndOverride: () => need } as never,
    { findPrincipal: async (secret: string) => (secret === 'rb_valid' ? principal : undefined) } as never,
    {} as never,
    { read: () => undefined } as never,
  );
  const request = { headers: { authorization }, params: {}, body };
  const http = { getRequest: () => request, getResponse: () => ({}) };
  return guard.canActivate({
    getHandler: () => pass,
    getClass: () => class {},
    switchToHttp: () => http,
  } as unknown as ExecutionContext);
}

const need = { read: 'users:read', lock: 'users:lock' } as const;

describe('a route whose permission depends on the action in the body', () => {
  it('PERM-17: refuses an action without a permission to everybody', () =>
    expect(pass(need, { action: 'suspend' })).rejects.toMatchObject({
      code: 'request.invalid',
      members: {
        errors: [{ field: 'action', message: 'action must be one of the following values: read, lock' }],
      },
    }));

  it.each([{}, null, undefined, [], 'read', { action: null }, { action: ['read'] }, { action: 'constructor' }])(
    'PERM-17: refuses the body %j',
    (body) => expect(pass(need, body)).rejects.toMatchObject({ code: 'request.invalid' }),
  );

  it('answers 401 first', () =>
    expect(pass(need, { action: 'suspend' }, 'Bearer rb_wrong')).rejects.toMatchObject({
      code: 'access.unauthenticated',
    }));

  it('asks for the permission of the action', async () => {
    expect(await pass(need, { action: 'read' })).toBe(true);
    await expect(pass(need, { action: 'lock' })).rejects.toMatchObject({
      code: 'access.forbidden',
      members: { needs: 'users:lock' },
    });
  });
});

it('PERM-17: refuses a route that declares no permission', () =>
  expect(pass(undefined, {})).rejects.toMatchObject({ code: 'access.unnamed' }));
