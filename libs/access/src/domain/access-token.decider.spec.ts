import { permissions } from '#libs/authorization';
import type { Fields } from '#libs/kernel';
import { given } from '../../../../test/support/given.js';
import { EndAccessToken, IssueAccessToken, IssueOperatorToken } from './access-token.commands.js';
import { AccessTokenDecider, type AccessTokenContext } from './access-token.decider.js';
import { accessTokenEvent, type TokenTerms } from './access-token.events.js';

const expiresAt = '2026-06-01T00:00:00.000Z';
const terms = { name: 'nightly export', scopes: ['users:read'], expiresAt } as const;

const issue = (fields: Partial<Fields<IssueAccessToken>>) =>
  new IssueAccessToken({ kind: 'user', ...terms, scopes: [...terms.scopes], ...fields });
const issued = (fields: Partial<TokenTerms>) =>
  accessTokenEvent('AccessTokenIssued', {
    kind: 'user',
    holder: 'ann',
    account: 'account',
    ...terms,
    meWriteKnown: true,
    ...fields,
  });
const ended = accessTokenEvent('AccessTokenEnded', {});

const ann: Partial<AccessTokenContext> = { actor: { id: 'ann', kind: 'user' }, memberOf: 'account', accountOpen: true };
const auditor = { ...ann, mayActOnAdministrators: false };
const service = { ...ann, actor: { id: 'robot', kind: 'service' } } as const;
const roaming = { ...service, confinedTo: undefined };
const operator = { ...ann, actor: { id: 'olga', kind: 'operator' }, confinedTo: undefined } as const;

const nothing = given(AccessTokenDecider);

describe('issuing a token for a user', () => {
  test('TOKEN-4: anybody for themselves', () => {
    nothing.when(issue({ userId: 'ann' }), ann).then(issued({}));
    nothing.when(issue({}), auditor).then(issued({}));
  });
  test('TOKEN-4: an operator for any user, in the account that the user is in', () => {
    nothing
      .when(issue({ userId: 'bob' }), { ...operator, memberOf: 'elsewhere' })
      .then(issued({ holder: 'bob', account: 'elsewhere' }));
  });
  test('TOKEN-4: no other caller', () => {
    expect(nothing.when(issue({ userId: 'bob' }), ann).refuses('token.holder-not-allowed').kind).toBe('forbidden');
    nothing.when(issue({ userId: 'ann' }), service).refuses('token.holder-not-allowed');
  });
  test('TOKEN-4: who must be an active member of an account', () => {
    expect(
      nothing.when(issue({ userId: 'bob' }), { ...operator, memberOf: undefined }).refuses('user.not-found').kind,
    ).toBe('not-found');
  });
  test('TOKEN-4: who must be named, by those who are no users', () => {
    nothing.when(issue({}), operator).refuses('token.holder-invalid');
    nothing.when(issue({ userId: 'ann', accountId: 'account' }), ann).refuses('token.holder-invalid');
  });
});

describe('issuing a token for a service', () => {
  const ours = issue({ kind: 'service', accountId: 'account' });
  test('TOKEN-4: an administrator or a service, in their own account', () => {
    nothing.when(ours, ann).then(issued({ kind: 'service', holder: 'target' }));
    nothing.when(ours, service).then(issued({ kind: 'service', holder: 'target' }));
    nothing.when(issue({ kind: 'service', accountId: 'other' }), ann).refuses('token.holder-not-allowed');
    nothing.when(issue({ kind: 'service' }), ann).refuses('token.holder-not-allowed');
  });
  test('TOKEN-4: no co-administrator, no auditor', () => {
    nothing.when(ours, auditor).refuses('token.holder-not-allowed');
  });
  test('TOKEN-4: an operator, in any open account or for the whole installation', () => {
    nothing
      .when(issue({ kind: 'service', accountId: 'other' }), operator)
      .then(issued({ kind: 'service', holder: 'target', account: 'other' }));
    const { account: _, ...everywhere } = issued({ kind: 'service', holder: 'target' }).data;
    nothing.when(issue({ kind: 'service' }), operator).then(accessTokenEvent('AccessTokenIssued', everywhere));
    nothing.when(issue({ kind: 'service' }), roaming).then(accessTokenEvent('AccessTokenIssued', everywhere));
    nothing.when(ours, { ...operator, accountOpen: false }).refuses('account.not-found');
  });
  test('TOKEN-4: who is no user', () => {
    nothing.when(issue({ kind: 'service', accountId: 'account', userId: 'ann' }), ann).refuses('token.holder-invalid');
  });
});

describe('issuing a token for an operator', () => {
  test('TOKEN-4: an operator', () => {
    const { account: _, ...everywhere } = issued({ kind: 'operator', holder: 'target' }).data;
    nothing.when(issue({ kind: 'operator' }), operator).then(accessTokenEvent('AccessTokenIssued', everywhere));
  });
  test('TOKEN-4: no other caller', () => {
    nothing.when(issue({ kind: 'operator' }), ann).refuses('token.holder-not-allowed');
    nothing.when(issue({ kind: 'operator' }), roaming).refuses('token.holder-not-allowed');
  });
  test('TOKEN-13: the one in the file opens everything, for as long as is set', () => {
    nothing.when(new IssueOperatorToken({ holder: 'installation', days: 90 })).then(
      accessTokenEvent('AccessTokenIssued', {
        kind: 'operator',
        holder: 'installation',
        name: 'operator-token',
        scopes: permissions,
        expiresAt: '2026-04-15T12:00:00.000Z',
        meWriteKnown: true,
      }),
    );
  });
});

describe('what a token is issued with', () => {
  test('TOKEN-2: no scope that the issuer lacks', () => {
    const refusal = nothing
      .when(issue({ scopes: ['users:read', 'users:lock'] }), { ...ann, permissions: ['users:read'] })
      .refuses('token.scope-not-held');
    expect(refusal.members).toEqual({ scopes: ['users:lock'] });
  });
  test.each([
    '2026-01-15T12:00:00Z',
    '2026-01-15T11:59:59Z',
    '2027-02-19T12:00:01Z',
    '2026-06-01',
    '2026-06-01T00:00:00',
  ])('TOKEN-3: not this end: %s', (time) => {
    expect(nothing.when(issue({ expiresAt: time }), ann).refuses('token.expiry-invalid').kind).toBe('invalid');
  });
  test.each([
    ['2026-06-01T02:00:00+02:00', expiresAt],
    ['2027-02-19T12:00:00Z', '2027-02-19T12:00:00.000Z'],
  ])('TOKEN-3: this end: %s', (time, utc) => {
    nothing.when(issue({ expiresAt: time }), ann).then(issued({ expiresAt: utc }));
  });
  test('TOKEN-1: one secret: an id is never issued twice', () => {
    given(AccessTokenDecider, issued({})).when(issue({}), ann).refuses('token.exists');
    given(AccessTokenDecider, issued({}), ended)
      .when(new IssueOperatorToken({ holder: 'installation', days: 90 }))
      .refuses('token.exists');
  });
});

describe('what a token is issued with, by a token', () => {
  const until = (issuableUntil: string) => ({ ...service, issuableUntil });
  const ours = issue({ kind: 'service', accountId: 'account' });
  test('TOKEN-8: nothing that lives longer than it', () => {
    nothing.when(ours, until(expiresAt)).then(issued({ kind: 'service', holder: 'target' }));
    const refusal = nothing.when(ours, until('2026-05-31T23:59:59.999Z')).refuses('token.outlives-issuer');
    expect([refusal.kind, refusal.members]).toEqual(['forbidden', { until: '2026-05-31T23:59:59.999Z' }]);
    nothing
      .when(
        issue({ kind: 'service', accountId: 'account', expiresAt: '2026-06-01T01:00:00+02:00' }),
        until('2026-05-31T23:00:00.000Z'),
      )
      .then(issued({ kind: 'service', holder: 'target', expiresAt: '2026-05-31T23:00:00.000Z' }));
  });
});

test('PERM-20: a session that was authenticated too long ago is asked again, after all else was in order', () => {
  const refusal = nothing.when(issue({}), { ...ann, reauthenticateWith: 'password' }).refuses('access.reauthenticate');
  expect(refusal).toMatchObject({
    kind: 'forbidden',
    members: { with: 'password' },
    actions: [{ action: 'Reauthenticate' }],
  });
  nothing
    .when(issue({ scopes: ['users:lock'] }), { ...ann, permissions: ['users:read'], reauthenticateWith: 'password' })
    .refuses('token.scope-not-held');
});

describe('ending a token', () => {
  const end = new EndAccessToken({});
  const own = given(AccessTokenDecider, issued({}));
  const ofService = given(AccessTokenDecider, issued({ kind: 'service', holder: 'target' }));

  test('TOKEN-12: one’s own', () => {
    own.when(end, auditor).then(ended);
    given(AccessTokenDecider, issued({ kind: 'service', holder: 'robot' }))
      .when(end, { ...service, mayActOnAdministrators: false })
      .then(ended);
  });
  test('TOKEN-12: a service’s, by an administrator of its account', () => {
    ofService.when(end, ann).then(ended);
    ofService.when(end, auditor).refuses('token.not-found');
    ofService.when(end, { ...ann, confinedTo: 'other' }).refuses('token.not-found');
  });
  test('TOKEN-9: a user’s, by an administrator of the account that it works in', () => {
    const bob = { actor: { id: 'bob', kind: 'user' }, mayActOnAdministrators: true } as const;
    own.when(end, bob).then(ended);
    own.when(end, { ...bob, mayActOnAdministrators: false }).refuses('token.not-found');
    own.when(end, { ...bob, confinedTo: 'other' }).refuses('token.not-found');
  });
  test('TOKEN-12: anybody’s, by an operator', () => {
    own.when(end, operator).then(ended);
    given(AccessTokenDecider, issued({ kind: 'operator', holder: 'target' }))
      .when(end, operator)
      .then(ended);
  });
  test('TOKEN-12: no token of another user: it does not seem to exist', () => {
    expect(
      own.when(end, { actor: { id: 'bob', kind: 'user' }, mayActOnAdministrators: false }).refuses('token.not-found')
        .kind,
    ).toBe('not-found');
    nothing.when(end, operator).refuses('token.not-found');
    given(AccessTokenDecider, issued({ kind: 'operator', holder: 'ann' }))
      .when(end, ann)
      .refuses('token.not-found');
  });
  test('TOKEN-12: twice changes nothing', () => {
    given(AccessTokenDecider, issued({}), ended).when(end, ann).then();
  });
});
