import { createPasswordLink } from '#libs/access';
import { EventStore } from '#libs/event-store';
import { UserDecider, type ExistingUser } from '#libs/users';
import { Vault } from '#libs/vault';
import type { Api, ApiResponse } from './api.js';
import { expectStatus, type TestAccount, type TestServer } from './server.js';

export const password = 'correct horse battery';

/** A user with a password. */
export interface Person {
  readonly id: string;
  readonly email: string;
  /** The path of the user in the account. */
  readonly path: string;
}

/** Returns the link that the user's newest mail has. */
export async function linkOf({ server }: TestServer, userId: string): Promise<string> {
  const { state } = await server.app.get(EventStore).load(UserDecider, userId);
  return createPasswordLink(server.app.get(Vault), {
    userId,
    requestId: (state as ExistingUser).passwordLink!.request,
  });
}

/** Adds a user to the account and sets a password. */
export async function addPerson(test: TestServer, account: TestAccount, fields?: object): Promise<Person> {
  const id = await account.addUser({ ...fields });
  const link = await linkOf(test, id);
  expectStatus(200, await test.operator.inBrowser().post('/password-resets/confirm', { link, password }));
  const path = account.path(`/users/${id}`);
  return { id, email: (await test.operator.get(path)).body.email, path };
}

let callers = 0;

/** Returns the header of a request from another address: how many logins may fail from one address is limited. Needs TRUST_PROXY. */
export const fromElsewhere = () => ({ 'x-forwarded-for': `10.0.${(++callers >> 8) & 255}.${callers & 255}` });

/** Sends a login with a password. */
export const logIn = ({ operator }: TestServer, email: string, typed = password): Promise<ApiResponse> =>
  operator.inBrowser().post('/login', { email, password: typed }, fromElsewhere());

/** Logs a person in; returns the API as their browser uses it. */
export const logInBrowser = async (test: TestServer, { email }: Pick<Person, 'email'>): Promise<Api> =>
  test.operator.inBrowser(expectStatus(200, await logIn(test, email)));
