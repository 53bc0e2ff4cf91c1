import type { Authenticated, LogIn } from '../domain/session.commands.js';
import type { TokenAuthenticator } from './token-authenticator.js';
import type { ComparePasswordDependencies } from './compare-password.js';
import { logIn, loginFailed, type LoggedIn } from './log-in.js';

/** Authenticates a user by password, or an operator by access token. Throws `login.failed`. */
export async function authenticate(
  services: ComparePasswordDependencies & { readonly tokenAuthenticator: TokenAuthenticator },
  { email, password, token, context }: LogIn,
): Promise<Authenticated> {
  if (email !== undefined && password !== undefined)
    return toAuthenticatedUser(await logIn(services, { email, password, context }), 'password');
  const principal = token === undefined ? undefined : await services.tokenAuthenticator.findPrincipal(token, 'fresh');
  // Tokens of users and services are for programs, which need no session.
  if (principal?.actor.kind !== 'operator') throw loginFailed();
  return { holder: principal.tokenId!, kind: 'access-token', revision: 0, authenticatedBy: 'token' };
}

/** Converts a login of a user to the data with which a session starts. */
export const toAuthenticatedUser = (
  { userId, ...where }: LoggedIn,
  authenticatedBy: Authenticated['authenticatedBy'],
): Authenticated => ({
  holder: userId,
  kind: 'user',
  authenticatedBy,
  ...where,
});
