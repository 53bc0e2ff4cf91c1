import type { Authenticated, LogIn } from '../domain/session.commands.js';
import type { TokenAuthenticator } from './token-authenticator.js';
import type { ComparePasswordDependencies } from './compare-password.js';
import { logIn, loginFailed, type LoggedIn } from './log-in.js';

/** Lets in a user with a password, or an operator with a token. Throws `login.failed`. */
export async function authenticate(
  services: ComparePasswordDependencies & { readonly tokenAuthenticator: TokenAuthenticator },
  { email, password, token, context }: LogIn,
): Promise<Authenticated> {
  if (email !== undefined && password !== undefined)
    return toAuthenticatedUser(await logIn(services, { email, password, context }), 'password');
  const principal = token === undefined ? undefined : await services.tokenAuthenticator.findPrincipal(token, 'fresh');
  // A user's or a service's token opens the API, to programs.
  if (principal?.actor.kind !== 'operator') throw loginFailed();
  return { holder: principal.tokenId!, kind: 'access-token', revision: 0, authenticatedBy: 'token' };
}

export const toAuthenticatedUser = (
  { userId, ...where }: LoggedIn,
  authenticatedBy: Authenticated['authenticatedBy'],
): Authenticated => ({
  holder: userId,
  kind: 'user',
  authenticatedBy,
  ...where,
});
