import { permissions } from '#libs/kernel';
import type { User } from '#libs/users';
import type { AccessToken } from './access-token.decider.js';
import { bearerOf, standingOf, type Standing } from './bearer.js';

const now = new Date('2026-01-15T12:00:00Z');
const token: AccessToken = { status: 'live', kind: 'user', holder: 'ann', account: 'acme', name: 'laptop', scopes: permissions, expiresAt: '2026-01-15T12:00:00.001Z' };
const ann: Standing = { account: 'acme', roles: ['auditor'], sessionsSince: 0 };
const bearer = (changes: object, user: Standing | undefined = ann) => bearerOf('id', { ...token, ...changes }, user, now);

test('PERM-10: a valid token opens what its scopes and its holder’s roles give', () => {
  expect(bearer({})).toMatchObject({ actor: { id: 'ann', kind: 'user' }, via: 'id', account: 'acme', roles: ['auditor'] });
  expect(bearer({})!.permissions).toEqual(new Set(['users:read', 'audit:read', 'tokens:manage']));
});

test('TOKEN-14: an expired, ended or unknown token opens nothing', () => {
  expect(bearer({ expiresAt: '2026-01-15T12:00:00.000Z' })).toBeUndefined();
  expect(bearer({ status: 'ended' })).toBeUndefined();
  expect(bearerOf('id', { status: 'absent' }, ann, now)).toBeUndefined();
});

test('TOKEN-5: a user’s token opens nothing while they can’t act, or in another account', () => {
  expect(bearerOf('id', token, undefined, now)).toBeUndefined();
  expect(bearer({}, { account: 'other', roles: ['administrator'], sessionsSince: 0 })).toBeUndefined();
});

test('PERM-10: a service and an operator need no user; without an account they act everywhere', () => {
  expect(bearerOf('id', { ...token, kind: 'service', scopes: ['logins:record'] }, undefined, now)).toMatchObject({ account: 'acme', roles: [] });
  expect(bearerOf('id', { ...token, kind: 'operator', account: undefined }, undefined, now)).not.toHaveProperty('account');
});

describe('how a user stands', () => {
  const person = { email: '', firstName: '', lastName: '', country: 'DE', departures: {}, abandonedClaims: [], roles: ['auditor'], locks: [], sessionsSince: 0 } as const;
  test.each<[string, User, Standing | undefined]>([
    ['active', { ...person, status: 'active', account: 'acme' }, { account: 'acme', roles: ['auditor'], sessionsSince: 0 }],
    ['locked', { ...person, status: 'active', account: 'acme', locks: [{ cause: 'administrator', revision: 1 }] }, undefined],
    ['pending', { ...person, status: 'pending', account: 'acme' }, undefined],
    ['unaffiliated', { ...person, status: 'unaffiliated' }, undefined],
    ['unknown', { status: 'absent', abandonedClaims: [] }, undefined],
  ])('%s', (_, user, standing) => expect(standingOf(user)).toEqual(standing));
});
