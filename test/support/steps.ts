import { randomUUID } from 'node:crypto';
import type { Api, Reply } from './api.js';
import { expectStatus, type TestAccount, type TestServer } from './server.js';

/** A next step, as a refusal or a user's `actions` names it. */
export interface Step {
  readonly action: string;
  readonly method: string;
  readonly href: string;
}

/** Takes a step as it was offered. */
export const take = (api: Api, { method, href }: Step, body: object = {}): Promise<Reply> =>
  method === 'GET' ? api.get(href) : api.send(method, href, body);

/** The names of the steps that a refusal offers; the refusal must have this code. */
export function offeredBy(code: string, reply: Reply): string[] {
  const { code: actual, actions } = expectStatus(409, reply).body as { code: string; actions: Step[] };
  if (actual !== code) throw new Error(`expected ${code}, got ${reply.text}`);
  return actions.map(({ action }) => action);
}

/** Who somebody is, with a fresh address on this domain. */
export const person = (domain: string, fields: Record<string, unknown> = {}) => ({
  email: `user-${randomUUID()}@${domain}`,
  firstName: 'Grace',
  lastName: 'Hopper',
  country: 'US',
  ...fields,
});

/** A domain that nobody owns. */
export const freshDomain = () => `free-${randomUUID().slice(0, 8)}.example`;

/** The API as a service that has verified people's addresses and reports their logins, in the whole installation. */
export async function serviceOf({ operator, clock }: TestServer): Promise<Api> {
  const expiresAt = new Date(clock.now().getTime() + 86_400_000).toISOString();
  const scopes = ['registrations:create', 'logins:record'];
  return operator.as(
    expectStatus(201, await operator.post('/access-tokens', { kind: 'service', name: 'login page', scopes, expiresAt }))
      .body.token,
  );
}

/** What the account's administrator (or who else speaks) does to its users, by their ids. */
export function usersOf(account: TestAccount, api: Api = account.administrator) {
  const user = (userId: string, rest = '') => account.path(`/users/${userId}${rest}`);
  const act = (userId: string, action: string, body: object = {}, headers = {}) =>
    api.post(user(userId, `/${action}`), body, headers);
  const read = async (address: string) => expectStatus(200, await api.get(address)).body;
  return {
    user,
    /** Tries. */
    act,
    /** Does it, and answers what it came to. */
    done: async (userId: string, action: string, body: object = {}) =>
      expectStatus(200, await act(userId, action, body)).body,
    page: (userId: string, query = '') => read(user(userId, query)),
    list: async (query = '') => (await read(account.path(`/users${query}`))).items,
    /** The names of what was done to them, newest first. */
    actionsOn: async (userId: string): Promise<string[]> =>
      (await read(user(userId, '/history'))).items.map(({ action }: { action: string }) => action),
  };
}
