import { permissions } from '#libs/authorization';
import type { User } from '#libs/users';
import type { AccessToken } from './access-token.decider.js';
import { toTokenPrincipal, toUserAccess, type UserAccess } from './principal.js';

const now = new Date('2026-01-15T12:00:00Z');
const token: Extract<AccessToken, { status: 'live' | 'ended' }> = {
  status: 'live',
  position: 10,
  isInstallations: false,
  meWriteKnown: true,
  revision: 0,
  kind: 'user',
  holder: 'ann',
  account: 'acme',
  name: 'laptop',
  scopes: permissions,
  expiresAt: '2026-01-15T12:00:00.001Z',
};
const start = { revision: 0, position: 0 };
const ann: UserAccess = { account: 'acme', roles: ['auditor'], sessionsSince: 0, tokensSince: start };
const principal = (changes: object, user: UserAccess | undefined = ann) =>
  toTokenPrincipal('id', { ...token, ...changes }, user, now);

test('PERM-10: a valid token opens what its scopes and its holder’s roles give', () => {
  expect(principal({})).toMatchObject({
    actor: { id: 'ann', kind: 'user' },
    tokenId: 'id',
    confinedTo: 'acme',
    roles: ['auditor'],
  });
  expect(principal({})!.permissions).toEqual(new Set(['users:read', 'audit:read', 'tokens:manage', 'me:write']));
});

test('TOKEN-14: an expired, ended or unknown token opens nothing', () => {
  expect(principal({ expiresAt: '2026-01-15T12:00:00.000Z' })).toBeUndefined();
  expect(principal({ status: 'ended' })).toBeUndefined();
  expect(toTokenPrincipal('id', { status: 'absent' }, ann, now)).toBeUndefined();
});

test('TOKEN-5: a user’s token opens nothing while they can’t act, or in another account', () => {
  expect(toTokenPrincipal('id', token, undefined, now)).toBeUndefined();
  expect(
    principal({}, { account: 'other', roles: ['administrator'], sessionsSince: 0, tokensSince: start }),
  ).toBeUndefined();
});

test('PERM-10: a service and an operator need no user; without an account they act everywhere', () => {
  expect(
    toTokenPrincipal('id', { ...token, kind: 'service', scopes: ['logins:record'] }, undefined, now),
  ).toMatchObject({
    confinedTo: 'acme',
    roles: [],
  });
  expect(toTokenPrincipal('id', { ...token, kind: 'operator', account: undefined }, undefined, now)).not.toHaveProperty(
    'confinedTo',
  );
});

test('TOKEN-6: a user’s token holds from the revision at which it was issued on', () => {
  const since = (revision: number) => ({ ...ann, tokensSince: { revision, position: 99 } });
  expect(principal({ revision: 4 }, since(4))).toBeDefined();
  expect(principal({ revision: 3 }, since(4))).toBeUndefined();
});

test('TOKEN-6: of a token that does not say its revision, the order of the log tells', () => {
  const since = (position: number) => ({ ...ann, tokensSince: { revision: 4, position } });
  expect(principal({ revision: undefined, position: 11 }, since(10))).toBeDefined();
  expect(principal({ revision: undefined, position: 9 }, since(10))).toBeUndefined();
  expect(principal({ revision: undefined, position: 9 }, since(0))).toBeDefined();
});

test('TOKEN-8: what a token issues ends with it, a user’s by the day; only the installation’s own is not bound by its end', () => {
  expect(principal({ kind: 'service', expiresAt: '2026-02-01T10:00:00.000Z' })).toMatchObject({
    issuableUntil: '2026-02-01T10:00:00.000Z',
  });
  expect(principal({ kind: 'operator', expiresAt: '2026-02-01T10:00:00.000Z' })).toMatchObject({
    issuableUntil: '2026-02-01T10:00:00.000Z',
  });
  expect(principal({ expiresAt: '2026-02-01T10:00:00.000Z' })).toMatchObject({
    issuableUntil: '2026-02-01T23:59:59.999Z',
  });
  expect(principal({ kind: 'operator', isInstallations: true })).not.toHaveProperty('issuableUntil');
});

test('PERM-21: only a token from before `me:write` has it without being asked', () => {
  expect(principal({})).not.toHaveProperty('isFromBeforeMeWrite');
  expect(principal({ meWriteKnown: undefined })).toMatchObject({ isFromBeforeMeWrite: true });
});

describe('how a user stands', () => {
  const person = {
    email: '',
    firstName: '',
    lastName: '',
    country: 'DE',
    departures: {},
    abandonedClaims: [],
    roles: ['auditor'],
    locks: [],
    olderLinks: [],
    sessionsSince: 0,
    tokensSince: start,
  } as const;
  test.each<[string, User, UserAccess | undefined]>([
    [
      'active',
      { ...person, status: 'active', account: 'acme' },
      { account: 'acme', roles: ['auditor'], sessionsSince: 0, tokensSince: start },
    ],
    [
      'locked',
      { ...person, status: 'active', account: 'acme', locks: [{ cause: 'administrator', revision: 1 }] },
      undefined,
    ],
    [
      'locked after failed logins',
      {
        ...person,
        status: 'active',
        account: 'acme',
        locks: [{ cause: 'failedLogins', revision: 1, until: '2026-01-15T12:15:00.000Z' }],
      },
      { account: 'acme', roles: ['auditor'], sessionsSince: 0, tokensSince: start },
    ],
    ['pending', { ...person, status: 'pending', account: 'acme' }, undefined],
    ['unaffiliated', { ...person, status: 'unaffiliated' }, undefined],
    ['unknown', { status: 'absent', abandonedClaims: [] }, undefined],
  ])('%s', (_, user, standing) => expect(toUserAccess(user, '2026-01-15T12:00:00.000Z')).toEqual(standing));
});
