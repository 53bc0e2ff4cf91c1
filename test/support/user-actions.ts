import { randomUUID } from 'node:crypto';
import type { Api, ApiResponse } from './api.js';
import { expectStatus, type TestAccount, type TestServer } from './server.js';

/** A link to an action, as a refusal or a user's `actions` contain it. */
export interface ActionLink {
  readonly action: string;
  readonly method: string;
  readonly href: string;
}

/** Sends the request of an action link. */
export const followLink = (api: Api, { method, href }: ActionLink, body: object = {}): Promise<ApiResponse> =>
  method === 'GET' ? api.get(href) : api.send(method, href, body);

/** Returns the names of the actions that a refusal suggests. Throws unless the refusal has this code. */
export function offeredActions(code: string, reply: ApiResponse): string[] {
  const { code: actual, actions } = expectStatus(409, reply).body as { code: string; actions: ActionLink[] };
  if (actual !== code) throw new Error(`expected ${code}, got ${reply.text}`);
  return actions.map(({ action }) => action);
}

/** Returns the data of a new person with a new address on this domain. */
export const newPerson = (domain: string, fields: Record<string, unknown> = {}) => ({
  email: `user-${randomUUID()}@${domain}`,
  firstName: 'Grace',
  lastName: 'Hopper',
  country: 'US',
  ...fields,
});

/** Returns a new domain that no account owns. */
export const newDomain = () => `free-${randomUUID().slice(0, 8)}.example`;

/** Returns the API of a service that registers users and reports logins in the whole installation. */
export async function createServiceApi({ operator, clock }: TestServer): Promise<Api> {
  const expiresAt = new Date(clock.now().getTime() + 86_400_000).toISOString();
  const scopes = ['registrations:create', 'logins:record'];
  return operator.as(
    expectStatus(201, await operator.post('/access-tokens', { kind: 'service', name: 'login page', scopes, expiresAt }))
      .body.token,
  );
}

/** Returns functions by which the account's administrator (or the caller `api`) reads and changes its users. */
export function userActions(account: TestAccount, api: Api = account.administrator) {
  const userPath = (userId: string, rest = '') => account.path(`/users/${userId}${rest}`);
  const act = (userId: string, action: string, body: object = {}, headers = {}) =>
    api.post(userPath(userId, `/${action}`), body, headers);
  const read = async (address: string) => expectStatus(200, await api.get(address)).body;
  return {
    userPath,
    /** Runs an action and returns the response, which may be a refusal. */
    act,
    /** Runs an action that must succeed, and returns the body of the response. */
    mustAct: async (userId: string, action: string, body: object = {}) =>
      expectStatus(200, await act(userId, action, body)).body,
    getUser: (userId: string, query = '') => read(userPath(userId, query)),
    listUsers: async (query = '') => (await read(account.path(`/users${query}`))).items,
    /** Returns the names of the actions in the user's history, newest first. */
    actionsOn: async (userId: string): Promise<string[]> =>
      (await read(userPath(userId, '/history'))).items.map(({ action }: { action: string }) => action),
  };
}
