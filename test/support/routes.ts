import { randomUUID } from 'node:crypto';
import type { Permission } from '#libs/authorization';
import { expectStatus, issueTokenFor, type TestAccount, type TestServer } from './server.js';
import type { Api } from './api.js';

/** The state of the route's user before the call. */
export type UserState = 'active' | 'pending' | 'deleted' | 'unaffiliated';

/** Values for the parameters (`:name`) of a path. */
export type RouteIds = Readonly<Record<'accountId' | 'userId' | 'tokenId' | 'role' | 'domain', string>> & {
  readonly mailId?: string;
};

/** A route of the API: what it needs, and a call that succeeds. */
export interface ContractRoute {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** Below `/api/v1`, with parameters (`:name`). */
  readonly path: string;
  readonly needs: Permission | 'authenticated' | 'anonymous';
  /** The status of a successful response. */
  readonly successStatus: number;
  readonly userState: UserState;
  /** Tested in another spec: it needs a browser session, or its response never ends. */
  readonly testedElsewhere?: true;
  /** Returns a body with which the call succeeds. */
  readonly body?: (ids: RouteIds) => unknown;
}

const person = (fields: object = {}) => ({
  email: `someone-${randomUUID()}@elsewhere.example`,
  firstName: 'Ada',
  lastName: 'Lovelace',
  country: 'GB',
  ...fields,
});

const route = (
  line: string,
  needs: ContractRoute['needs'],
  {
    successStatus = 200,
    userState = 'active',
    body,
    testedElsewhere,
  }: Partial<Pick<ContractRoute, 'successStatus' | 'userState' | 'body' | 'testedElsewhere'>> = {},
): ContractRoute => {
  const [method, path] = line.split(' ') as [ContractRoute['method'], string];
  return {
    method,
    path,
    needs,
    successStatus,
    userState,
    ...(body && { body }),
    ...(testedElsewhere && { testedElsewhere }),
  };
};

const user = '/accounts/:accountId/users/:userId';
const withReason = () => ({ reason: 'as agreed' });

/** Every route below `/api/v1`, with the permission that the rules give it. */
export const contract: readonly ContractRoute[] = [
  route('GET /me', 'authenticated'),
  route('GET /me/account', 'authenticated', { testedElsewhere: true }),
  route('PATCH /me', 'me:write', { body: () => ({ firstName: 'Augusta' }), testedElsewhere: true }),
  route('GET /roles', 'authenticated'),
  route('GET /installation', 'anonymous', { testedElsewhere: true }),
  route('POST /login', 'anonymous', {
    body: () => ({ email: 'nobody@elsewhere.example', password: 'guess' }),
    testedElsewhere: true,
  }),
  route('POST /password-resets', 'anonymous', {
    body: () => ({ email: 'nobody@elsewhere.example' }),
    testedElsewhere: true,
  }),
  route('POST /password-resets/check', 'anonymous', { body: () => ({ link: 'none' }), testedElsewhere: true }),
  route('POST /password-resets/confirm', 'anonymous', {
    body: () => ({ link: 'none', password: 'correct horse battery' }),
    testedElsewhere: true,
  }),
  route('POST /logout', 'authenticated', { testedElsewhere: true }),
  route('PUT /me/password', 'me:write', {
    body: () => ({ currentPassword: 'guess', password: 'correct horse battery' }),
    testedElsewhere: true,
  }),
  route('POST /me/reauthenticate', 'authenticated', { testedElsewhere: true }),
  route('GET /me/sessions', 'authenticated'),
  route('DELETE /me/sessions', 'me:write'),
  route('DELETE /me/sessions/:sessionId', 'me:write', { testedElsewhere: true }),
  route('GET /accounts/:accountId/changes', 'users:read', { testedElsewhere: true }),
  route('GET /accounts', 'users:read'),
  route('GET /accounts/:accountId', 'users:read'),
  route('GET /accounts/:accountId/users', 'users:read'),
  route('GET /accounts/:accountId/summary', 'users:read'),
  route('GET /accounts/:accountId/pending-approvals', 'users:read'),
  route('GET /accounts/:accountId/users.csv', 'users:export'),
  route(`GET ${user}`, 'users:read'),
  route(`GET ${user}/actions`, 'users:read'),
  route(`GET ${user}/history`, 'audit:read'),
  route('GET /audit', 'audit:read'),
  route('GET /access-tokens', 'tokens:manage'),
  route('POST /accounts', 'accounts:open', {
    successStatus: 201,
    body: () => ({ name: 'Another', domains: [], administrator: person() }),
  }),
  route('PUT /accounts/:accountId/domains/:domain', 'accounts:open'),
  route('DELETE /accounts/:accountId/domains/:domain', 'accounts:open'),
  route('POST /accounts/:accountId/users', 'users:add', { successStatus: 201, body: () => person() }),
  route('POST /registrations', 'registrations:create', {
    successStatus: 201,
    body: ({ domain }) => person({ email: `someone-${randomUUID()}@${domain}` }),
  }),
  route('POST /users/:userId/logins', 'logins:record', { successStatus: 201, body: () => ({ method: 'password' }) }),
  route('POST /accounts/:accountId/users/bulk', 'users:lock', {
    body: ({ userId }) => ({ action: 'lock', userIds: [userId] }),
  }),
  route('POST /accounts/:accountId/users/bulk', 'users:approve', {
    userState: 'pending',
    body: ({ userId }) => ({ action: 'approve', userIds: [userId] }),
  }),
  route('POST /accounts/:accountId/users/bulk', 'users:delete', {
    body: ({ userId }) => ({ action: 'delete', userIds: [userId] }),
  }),
  route(`POST ${user}/approve`, 'users:approve', { userState: 'pending', body: withReason }),
  route(`POST ${user}/reject`, 'users:approve', { userState: 'pending', body: withReason }),
  route(`POST ${user}/lock`, 'users:lock', { body: withReason }),
  route(`POST ${user}/unlock`, 'users:lock', { body: withReason }),
  route(`POST ${user}/delete`, 'users:delete', { body: withReason }),
  route(`POST ${user}/restore`, 'users:delete', { userState: 'deleted', body: withReason }),
  route(`POST ${user}/reset-password`, 'users:reset-password', { body: withReason }),
  route(`GET ${user}/sessions`, 'users:reset-password'),
  route(`DELETE ${user}/sessions`, 'users:reset-password', { body: withReason }),
  route(`DELETE ${user}/sessions/:sessionId`, 'users:reset-password', { testedElsewhere: true }),
  route(`POST ${user}/add-to-account`, 'users:add', { userState: 'unaffiliated', body: withReason }),
  route(`PATCH ${user}`, 'users:change', { body: () => ({ firstName: 'Augusta', ...withReason() }) }),
  route(`PUT ${user}/roles/:role`, 'roles:grant', { body: withReason }),
  route(`DELETE ${user}/roles/:role`, 'roles:grant', { body: withReason }),
  route('POST /access-tokens', 'tokens:manage', {
    successStatus: 201,
    body: () => ({ kind: 'user', name: 'mine', scopes: ['users:read'], expiresAt: tomorrow() }),
  }),
  route('GET /access-tokens/:tokenId', 'tokens:manage'),
  route('DELETE /access-tokens/:tokenId', 'tokens:manage'),
  route('GET /mails', 'mails:manage'),
  route('POST /mails/:mailId/send', 'mails:manage'),
  route('GET /log-incidents', 'log:manage'),
  route('POST /log-incidents/acknowledge', 'log:manage', { body: withReason }),
];

/** Returns the time in 24 hours, in ISO format. */
export const tomorrow = (): string => new Date(Date.now() + 86_400_000).toISOString();

/** Returns the path with its parameters replaced; ids that are not given are random. */
export const fillPath = (path: string, ids: Partial<RouteIds>): string =>
  path.replace(/:(\w+)/g, (_, name: keyof RouteIds) => ids[name] ?? randomUUID());

/** Calls a route with a body with which it succeeds. */
export const callRoute = (
  api: Api,
  { method, path, body }: ContractRoute,
  ids: RouteIds,
  headers: Record<string, string> = {},
) =>
  method === 'GET'
    ? api.get(fillPath(path, ids), headers)
    : api.send(method, fillPath(path, ids), body?.(ids), headers);

/** Creates a user in this state, as seen from the account. Returns the user's id. */
export async function createUserInState(
  { operator }: TestServer,
  account: TestAccount,
  userState: UserState,
): Promise<string> {
  if (userState === 'active') return account.addUser();
  const userId = userState === 'deleted' ? await account.addUser() : await register(operator, account.domain);
  if (userState === 'deleted') expectStatus(200, await operator.post(account.path(`/users/${userId}/delete`)));
  if (userState === 'unaffiliated') expectStatus(200, await operator.post(account.path(`/users/${userId}/reject`)));
  return userId;
}

const register = async (operator: Api, domain: string): Promise<string> =>
  expectStatus(201, await operator.post('/registrations', person({ email: `someone-${randomUUID()}@${domain}` }))).body
    .userId;

/** Issues a service token for one account or for the whole installation, as the operator. */
export async function issueServiceToken(
  operator: Api,
  scopes: readonly Permission[],
  accountId?: string,
): Promise<string> {
  const body = { kind: 'service', name: 'service', scopes, expiresAt: tomorrow(), ...(accountId && { accountId }) };
  return expectStatus(201, await operator.post('/access-tokens', body)).body.token;
}

/** Issues a token for a new user of the account who has no role. */
export const issueMemberToken = async ({ operator }: TestServer, account: TestAccount): Promise<string> =>
  issueTokenFor(operator, await account.addUser());
