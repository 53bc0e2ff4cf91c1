import { randomUUID } from 'node:crypto';
import type { Permission } from '#libs/authorization';
import { expectStatus, tokenOf, type TestAccount, type TestServer } from './server.js';
import type { Api } from './api.js';

/** How the user of a route stands before it is called. */
export type Standing = 'active' | 'pending' | 'deleted' | 'unaffiliated';

/** Values for the `:name`s of a path. */
export type Ids = Readonly<Record<'accountId' | 'userId' | 'tokenId' | 'role' | 'domain', string>> & {
  readonly mailId?: string;
};

/** A route of the API, as its contract has it. */
export interface ContractRoute {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** Below `/api/v1`, with `:name`s. */
  readonly path: string;
  readonly needs: Permission | 'authenticated' | 'anonymous';
  /** The status of an answer to one who may. */
  readonly done: number;
  readonly standing: Standing;
  /** Tried in a spec of its own: it is a browser's, or never ends. */
  readonly elsewhere?: true;
  /** A body that works. */
  readonly body?: (ids: Ids) => unknown;
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
    done = 200,
    standing = 'active',
    body,
    elsewhere,
  }: Partial<Pick<ContractRoute, 'done' | 'standing' | 'body' | 'elsewhere'>> = {},
): ContractRoute => {
  const [method, path] = line.split(' ') as [ContractRoute['method'], string];
  return { method, path, needs, done, standing, ...(body && { body }), ...(elsewhere && { elsewhere }) };
};

const user = '/accounts/:accountId/users/:userId';
const why = () => ({ reason: 'as agreed' });

/** Every route below `/api/v1`, and the permission that the rules give it. */
export const contract: readonly ContractRoute[] = [
  route('GET /me', 'authenticated'),
  route('GET /installation', 'anonymous', { elsewhere: true }),
  route('POST /login', 'anonymous', {
    body: () => ({ email: 'nobody@elsewhere.example', password: 'guess' }),
    elsewhere: true,
  }),
  route('POST /password-resets', 'anonymous', { body: () => ({ email: 'nobody@elsewhere.example' }), elsewhere: true }),
  route('POST /password-resets/confirm', 'anonymous', {
    body: () => ({ link: 'none', password: 'correct horse battery' }),
    elsewhere: true,
  }),
  route('POST /logout', 'authenticated', { elsewhere: true }),
  route('PUT /me/password', 'me:write', {
    body: () => ({ currentPassword: 'guess', password: 'correct horse battery' }),
    elsewhere: true,
  }),
  route('POST /me/reauthenticate', 'authenticated', { elsewhere: true }),
  route('GET /me/sessions', 'authenticated'),
  route('DELETE /me/sessions', 'me:write'),
  route('DELETE /me/sessions/:sessionId', 'me:write', { elsewhere: true }),
  route('GET /accounts/:accountId/changes', 'users:read', { elsewhere: true }),
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
    done: 201,
    body: () => ({ name: 'Another', domains: [], administrator: person() }),
  }),
  route('PUT /accounts/:accountId/domains/:domain', 'accounts:open'),
  route('DELETE /accounts/:accountId/domains/:domain', 'accounts:open'),
  route('POST /accounts/:accountId/users', 'users:add', { done: 201, body: () => person() }),
  route('POST /registrations', 'registrations:create', {
    done: 201,
    body: ({ domain }) => person({ email: `someone-${randomUUID()}@${domain}` }),
  }),
  route('POST /users/:userId/logins', 'logins:record', { done: 201, body: () => ({ method: 'password' }) }),
  route('POST /accounts/:accountId/users/bulk', 'users:lock', {
    body: ({ userId }) => ({ action: 'lock', userIds: [userId] }),
  }),
  route('POST /accounts/:accountId/users/bulk', 'users:approve', {
    standing: 'pending',
    body: ({ userId }) => ({ action: 'approve', userIds: [userId] }),
  }),
  route('POST /accounts/:accountId/users/bulk', 'users:delete', {
    body: ({ userId }) => ({ action: 'delete', userIds: [userId] }),
  }),
  route(`POST ${user}/approve`, 'users:approve', { standing: 'pending', body: why }),
  route(`POST ${user}/reject`, 'users:approve', { standing: 'pending', body: why }),
  route(`POST ${user}/lock`, 'users:lock', { body: why }),
  route(`POST ${user}/unlock`, 'users:lock', { body: why }),
  route(`POST ${user}/delete`, 'users:delete', { body: why }),
  route(`POST ${user}/restore`, 'users:delete', { standing: 'deleted', body: why }),
  route(`POST ${user}/reset-password`, 'users:reset-password', { body: why }),
  route(`POST ${user}/add-to-account`, 'users:add', { standing: 'unaffiliated', body: why }),
  route(`PATCH ${user}`, 'users:change', { body: () => ({ firstName: 'Augusta', ...why() }) }),
  route(`PUT ${user}/roles/:role`, 'roles:grant', { body: why }),
  route(`DELETE ${user}/roles/:role`, 'roles:grant', { body: why }),
  route('POST /access-tokens', 'tokens:manage', {
    done: 201,
    body: () => ({ kind: 'user', name: 'mine', scopes: ['users:read'], expiresAt: tomorrow() }),
  }),
  route('GET /access-tokens/:tokenId', 'tokens:manage'),
  route('DELETE /access-tokens/:tokenId', 'tokens:manage'),
  route('GET /mails', 'mails:manage'),
  route('POST /mails/:mailId/send', 'mails:manage'),
];

export const tomorrow = (): string => new Date(Date.now() + 86_400_000).toISOString();

/** The path with its ids. */
export const fill = (path: string, ids: Partial<Ids>): string =>
  path.replace(/:(\w+)/g, (_, name: keyof Ids) => ids[name] ?? randomUUID());

/** Calls a route with a body that works. */
export const call = (
  api: Api,
  { method, path, body }: ContractRoute,
  ids: Ids,
  headers: Record<string, string> = {},
) => (method === 'GET' ? api.get(fill(path, ids), headers) : api.send(method, fill(path, ids), body?.(ids), headers));

/** Makes a user who stands so for the account. */
export async function makeUser({ operator }: TestServer, account: TestAccount, standing: Standing): Promise<string> {
  if (standing === 'active') return account.add();
  const userId = standing === 'deleted' ? await account.add() : await register(operator, account.domain);
  if (standing === 'deleted') expectStatus(200, await operator.post(account.path(`/users/${userId}/delete`)));
  if (standing === 'unaffiliated') expectStatus(200, await operator.post(account.path(`/users/${userId}/reject`)));
  return userId;
}

const register = async (operator: Api, domain: string): Promise<string> =>
  expectStatus(201, await operator.post('/registrations', person({ email: `someone-${randomUUID()}@${domain}` }))).body
    .userId;

/** A token of a service, made by the operator: for one account, or for the whole installation. */
export async function serviceToken(operator: Api, scopes: readonly Permission[], accountId?: string): Promise<string> {
  const body = { kind: 'service', name: 'service', scopes, expiresAt: tomorrow(), ...(accountId && { accountId }) };
  return expectStatus(201, await operator.post('/access-tokens', body)).body.token;
}

/** A token of a member without any role. */
export const memberToken = async ({ operator }: TestServer, account: TestAccount): Promise<string> =>
  tokenOf(operator, await account.add());
